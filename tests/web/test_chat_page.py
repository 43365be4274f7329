import json
import re
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import AsyncClient, override_settings
from django.utils import translation

from channels_app import visitors
from channels_app.chat.wording import chat_words
from channels_app.conf import ChatOptions
from rooms import ChannelCategory, RoomKit
from rooms.domain.enums import OwnerKind
from tests.web.chat_socket import AGENT, CHANNEL, greeted, visitor_cookies

PAGE = "/chat/"


def settings_of(response: Any) -> dict[str, Any]:
    """Return what the page tells its script."""
    found = re.search(r'id="rk-chat-settings"[^>]*>(.*?)</script>', response.content.decode())
    assert found is not None
    settings: dict[str, Any] = json.loads(found[1])
    return settings


@pytest.fixture
def client(kit: RoomKit) -> AsyncClient:
    return AsyncClient()


async def test_new_visitor_gets_a_room_with_chat_and_assistant(
    kit: RoomKit, client: AsyncClient
) -> None:
    settings = settings_of(await client.get(PAGE))

    bindings = await kit.list_bindings(settings["roomId"])
    assert {(b.channel_id, b.category) for b in bindings} == {
        (CHANNEL, ChannelCategory.TRANSPORT),
        (AGENT, ChannelCategory.INTELLIGENCE),
    }


async def test_new_visitor_gets_a_cookie_for_that_room(client: AsyncClient) -> None:
    response = await client.get(PAGE)

    cookie = response.cookies[visitors.COOKIE_NAME]
    visitor = visitors.read_token(cookie.value)
    assert cookie["httponly"]
    assert visitor is not None
    assert settings_of(response)["participantId"] == visitor.id


async def test_cookie_opens_the_socket_before_the_first_word(client: AsyncClient) -> None:
    response = await client.get(PAGE)
    cookies = {visitors.COOKIE_NAME: response.cookies[visitors.COOKIE_NAME].value}

    async with greeted(settings_of(response)["roomId"], cookies=cookies) as socket:
        assert (await socket.say("m1", "hello"))["type"] == "ack"


async def test_visitor_who_comes_back_finds_the_same_room(client: AsyncClient) -> None:
    first = settings_of(await client.get(PAGE))
    second = settings_of(await client.get(PAGE))

    assert second["roomId"] == first["roomId"]


async def test_fresh_cookie_is_not_sent_again(client: AsyncClient) -> None:
    await client.get(PAGE)

    assert visitors.COOKIE_NAME not in (await client.get(PAGE)).cookies


async def test_two_visitors_have_two_rooms(kit: RoomKit) -> None:
    rooms = {settings_of(await AsyncClient().get(PAGE))["roomId"] for _ in range(2)}

    assert len(rooms) == 2


async def test_closed_conversation_is_followed_by_a_new_one(
    kit: RoomKit, client: AsyncClient
) -> None:
    first = settings_of(await client.get(PAGE))
    await kit.close_room(first["roomId"])

    assert settings_of(await client.get(PAGE))["roomId"] != first["roomId"]


async def test_room_of_the_visitor_by_another_chat_is_left_alone(
    kit: RoomKit, client: AsyncClient
) -> None:
    settings = settings_of(await client.get(PAGE))
    await kit.detach_channel(settings["roomId"], CHANNEL)

    assert settings_of(await client.get(PAGE))["roomId"] != settings["roomId"]


@pytest.mark.parametrize("token", ["", "visitor-1:forged"])
async def test_forged_cookie_is_replaced(client: AsyncClient, token: str) -> None:
    client.cookies.load({visitors.COOKIE_NAME: token})

    response = await client.get(PAGE)

    assert visitors.COOKIE_NAME in response.cookies
    assert settings_of(response)["participantId"] != "visitor-1"


async def test_page_says_that_an_ai_assistant_answers(client: AsyncClient) -> None:
    page = (await client.get(PAGE)).content.decode()

    assert "Aria, an AI assistant, is answering" in page
    assert "An AI assistant answers first." in page


async def test_page_says_that_people_answer_once_they_have_taken_over(
    kit: RoomKit, client: AsyncClient
) -> None:
    settings = settings_of(await client.get(PAGE))
    await kit.take_over(settings["roomId"], user_id="ada")

    assert "an AI assistant, is answering" not in (await client.get(PAGE)).content.decode()


async def test_page_without_agent_promises_none(kit: RoomKit, client: AsyncClient) -> None:
    with override_settings(ROOMKIT={"CHAT": {"AGENT": None, "TITLE": "Shop"}}):
        response = await client.get(PAGE)

    assert "assistant answers" not in response.content.decode()
    bindings = await kit.list_bindings(settings_of(response)["roomId"])
    assert [binding.channel_id for binding in bindings] == [CHANNEL]


async def test_page_is_kept_by_no_cache(client: AsyncClient) -> None:
    assert "no-store" in (await client.get(PAGE))["Cache-Control"]


async def test_page_speaks_french_where_the_browser_does(client: AsyncClient) -> None:
    response = await client.get(PAGE, headers={"accept-language": "fr"})

    assert 'lang="fr"' in response.content.decode()
    assert settings_of(response)["words"]["tryAgain"] == "Réessayer"


def test_every_sentence_of_the_page_has_a_french_one() -> None:
    with translation.override("en"):
        english = chat_words(ChatOptions())
    with translation.override("fr"):
        french = chat_words(ChatOptions())

    assert [name for name, sentence in english.items() if sentence == french[name]] == []


async def test_page_over_https_has_a_secure_cookie(kit: RoomKit) -> None:
    response = await AsyncClient().get(PAGE, secure=True)

    assert response.cookies[visitors.COOKIE_NAME]["secure"]


async def test_page_cannot_be_posted_to(client: AsyncClient) -> None:
    assert (await client.post(PAGE)).status_code == 405


async def test_unknown_channel_is_named_with_the_remedy(kit: RoomKit, client: AsyncClient) -> None:
    with (
        override_settings(ROOMKIT={"CHAT": {"CHANNEL": "wep-chat"}}),
        pytest.raises(ImproperlyConfigured, match="'wep-chat', which is not registered: add it"),
    ):
        await client.get(PAGE)


async def test_agent_that_does_not_exist_leaves_answering_to_people(
    kit: RoomKit, client: AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with override_settings(ROOMKIT={"CHAT": {"AGENT": "nobody"}}):
        response = await client.get(PAGE)

    room = await kit.get_room(settings_of(response)["roomId"])
    assert room.owner_kind is OwnerKind.QUEUE
    assert [binding.channel_id for binding in await kit.list_bindings(room.id)] == [CHANNEL]
    assert "an AI assistant, is answering" not in response.content.decode()
    [record] = [each for each in caplog.records if each.levelname == "ERROR"]
    assert ("does not exist" in record.message, record.__dict__["channel_id"]) == (True, "nobody")


async def test_misspelt_chat_setting_is_named(kit: RoomKit, client: AsyncClient) -> None:
    with (
        override_settings(ROOMKIT={"CHAT": {"TILE": "Shop"}}),
        pytest.raises(ImproperlyConfigured, match=r"ROOMKIT\['CHAT'\]\['TILE'\]"),
    ):
        await client.get(PAGE)


async def test_visitor_of_another_room_keeps_the_cookie(client: AsyncClient) -> None:
    client.cookies.load(visitor_cookies("visitor-44"))

    assert settings_of(await client.get(PAGE))["participantId"] == "visitor-44"
