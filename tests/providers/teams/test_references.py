"""Remembering where conversations are."""

from collections.abc import AsyncIterator

import pytest

from channels_app.providers.base.webhook import MalformedWebhook
from channels_app.providers.teams.bot_framework import BotFrameworkTeamsProvider
from channels_app.providers.teams.conversation_store import (
    ConversationReferenceStore,
    InMemoryConversationReferenceStore,
)
from channels_app.stores.conversation_references import DatabaseConversationReferenceStore
from channels_app.testing.fakes.teams import FakeTeams
from channels_app.testing.fakes.teams_activities import (
    ANA,
    PERSONAL,
    TENANT_ID,
    inbound_installation,
    inbound_members_added,
    inbound_members_removed,
    inbound_mention,
    inbound_text,
)
from rooms import runtime
from rooms.domain.json import JsonObject
from rooms.kit import RoomKit
from rooms.stores.orm import OrmStore
from tests.providers.teams.conftest import MakeConfig, Post

CHAT: JsonObject = {"conversation": {"id": "a:1", "conversationType": "personal"}}
GROUP: JsonObject = {"conversation": {"id": "19:2", "conversationType": "groupChat"}}


class CountingStore(InMemoryConversationReferenceStore):
    """Counts what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0

    async def save(self, conversation_id: str, reference: JsonObject) -> None:
        self.writes += 1
        await super().save(conversation_id, reference)


async def test_a_bot_that_is_added_knows_where_it_is(
    teams: FakeTeams, make_config: MakeConfig, post: Post
) -> None:
    provider = BotFrameworkTeamsProvider(make_config())
    await provider.verify(post(inbound_members_added(teams.tokens.bot_id)))
    await provider.close()

    assert await provider.conversation_store.get(PERSONAL["id"]) == {
        "channelId": "msteams",
        "serviceUrl": teams.service_url,
        "conversation": {
            "id": PERSONAL["id"],
            "conversationType": "personal",
            "tenantId": TENANT_ID,
        },
        "bot": teams.bot,
        "user": ANA,
        "locale": "en-US",
    }


async def test_what_is_not_said_again_is_kept(bot: BotFrameworkTeamsProvider, post: Post) -> None:
    before = await bot.conversation_store.get(PERSONAL["id"])
    sparse = inbound_text(
        locale=None, channelData=None, conversation={"id": PERSONAL["id"], "name": None}
    )

    await bot.verify(post({**sparse, "from": {"id": ANA["id"], "name": None}}))

    assert await bot.conversation_store.get(PERSONAL["id"]) == before


async def test_a_conversation_that_moved_is_found_where_it_is_now(
    bot: BotFrameworkTeamsProvider,
) -> None:
    moved = {**inbound_text(), "serviceUrl": "https://smba.trafficmanager.net/emea/"}

    await bot.save_conversation_reference(moved)

    known = await bot.conversation_store.get(PERSONAL["id"])
    assert known is not None
    assert known["serviceUrl"] == "https://smba.trafficmanager.net/emea/"


async def test_nothing_is_written_when_nothing_is_new(
    teams: FakeTeams, make_config: MakeConfig, post: Post
) -> None:
    store = CountingStore()
    provider = BotFrameworkTeamsProvider(make_config(), conversation_store=store)
    bea = {"id": "29:1-bea", "name": "Bea"}
    said = inbound_mention(teams.tokens.bot_id)

    for activity in (said, said, {**said, "from": bea}):
        await provider.verify(post(activity))
    await provider.close()

    assert store.writes == 1


@pytest.mark.parametrize("leaving", ["members", "installation"])
async def test_a_bot_that_was_taken_out_forgets(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider, post: Post, leaving: str
) -> None:
    removed = inbound_members_removed(teams.tokens.bot_id)
    activity = removed if leaving == "members" else inbound_installation("remove")

    await bot.verify(post(activity))

    assert await bot.conversation_store.get(PERSONAL["id"]) is None


async def test_a_refused_call_is_not_remembered(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider, post: Post
) -> None:
    elsewhere = inbound_text(conversation={"id": "a:elsewhere"})
    forged = post(elsewhere, key="a-key-that-is-not-listed")

    assert not bot.verify_signature(forged.body, forged.header("authorization"))
    assert await bot.conversation_store.get("a:elsewhere") is None


async def test_a_proved_call_that_is_no_activity_is_left_to_the_reader(
    bot: BotFrameworkTeamsProvider, post: Post
) -> None:
    request = post(inbound_text(conversation={"name": "no id"}))

    await bot.verify(request)

    with pytest.raises(MalformedWebhook):
        bot.parse(request, "teams")


# -- the store


@pytest.fixture(params=["memory", pytest.param("database", marks=pytest.mark.database)])
def place(request: pytest.FixtureRequest) -> str:
    where: str = request.param
    if where == "database":
        request.getfixturevalue("committed_database")
    return where


@pytest.fixture
async def store(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[ConversationReferenceStore]:
    if place == "memory":
        yield InMemoryConversationReferenceStore()
        return
    kit = RoomKit(OrmStore())
    monkeypatch.setattr(runtime, "_kit", kit)
    yield DatabaseConversationReferenceStore("ours")
    assert await DatabaseConversationReferenceStore("another").list_all() == {}
    await kit.close()


async def test_references_are_kept_listed_and_deleted(store: ConversationReferenceStore) -> None:
    await store.save("a:1", CHAT)
    await store.save("19:2", GROUP)

    assert await store.get("a:1") == CHAT
    assert await store.list_all() == {"a:1": CHAT, "19:2": GROUP}
    await store.delete("a:1")
    await store.delete("a:1")
    assert await store.get("a:1") is None


async def test_nobody_can_change_what_is_kept(store: ConversationReferenceStore) -> None:
    given = {"conversation": {"id": "a:1"}}
    await store.save("a:1", given)

    given["conversation"]["id"] = "changed"
    got = await store.get("a:1")
    assert got == {"conversation": {"id": "a:1"}}
    got["conversation"]["id"] = "changed"
    (await store.list_all())["a:1"]["conversation"]["id"] = "changed"

    assert await store.get("a:1") == {"conversation": {"id": "a:1"}}


async def test_what_is_known_of_people_is_added_up(store: ConversationReferenceStore) -> None:
    await store.save_with_user_info("19:2", GROUP, aad_object_id="ana", email="Ana@x.example")
    await store.save_with_user_info("19:2", {}, aad_object_id="ana", name="Ana")
    await store.save_with_user_info("19:2", GROUP, aad_object_id="bea", email="bea@x.example")

    assert await store.get_email_by_sender("19:2", "ana") == "Ana@x.example"
    assert await store.get_email_by_sender("19:2", "bea") == "bea@x.example"
    known = await store.get("19:2")
    assert known is not None
    assert known["users"]["ana"] == {"name": "Ana", "email": "Ana@x.example"}
    assert known["conversation"] == GROUP["conversation"]


async def test_a_person_is_found_by_address_in_their_own_chat_first(
    store: ConversationReferenceStore,
) -> None:
    await store.save_with_user_info("19:2", GROUP, aad_object_id="ana", email="ana@x.example")
    assert (await store.get_by_email("ANA@x.example") or {})["conversation"]["id"] == "19:2"

    await store.save_with_user_info("a:1", CHAT, aad_object_id="ana", email="ana@x.example")
    assert (await store.get_by_email("ANA@x.example") or {})["conversation"]["id"] == "a:1"


async def test_who_is_not_known_is_not_found(store: ConversationReferenceStore) -> None:
    await store.save_with_user_info("a:1", CHAT, aad_object_id="ana", name="Ana")

    assert await store.get_by_email("ana@x.example") is None
    assert await store.get_by_email("") is None
    assert await store.get_email_by_sender("a:1", "ana") is None
    assert await store.get_email_by_sender("a:9", "ana") is None
