from typing import Any

import pytest

from channels_app.providers.meta.config import MessengerConfig
from channels_app.providers.meta.messenger import FacebookMessengerProvider
from channels_app.testing.fakes.meta_messenger import PAGE_ID, FakeMessenger
from channels_app.testing.fakes.meta_messenger_webhooks import PSID
from rooms.domain.content import (
    AudioContent,
    Button,
    Card,
    CompositeContent,
    DeleteContent,
    EventContent,
    LocationContent,
    MediaContent,
    QuickReply,
    ReactionContent,
    RichContent,
    TemplateContent,
    TextContent,
    VideoContent,
)
from rooms.domain.delivery import SendOutcome
from tests.providers.meta.said import EVENT_ID, said

MARK = f"roomkit:{EVENT_ID}"

URL = "https://files.example.org/a"


def replies(count: int) -> list[QuickReply]:
    return [QuickReply(label=f"Answer {n}", value=f"v{n}") for n in range(count)]


def file(kind: str) -> dict[str, Any]:
    return {"attachment": {"type": kind, "payload": {"url": URL}}}


async def sent(
    page: FakeMessenger, messenger: FacebookMessengerProvider, content: EventContent
) -> list[dict[str, Any]]:
    result = await messenger.send(said(content), PSID)
    assert (result.success, page.refusals) == (True, []), result.error
    assert result.provider_message_ids == [each.id for each in page.sent]
    messages = [request.json()["message"] for request in page.requests]
    assert [message.pop("metadata") for message in messages] == [MARK] * len(messages)
    return messages


async def test_sends_text(page: FakeMessenger, messenger: FacebookMessengerProvider) -> None:
    result = await messenger.send(said("Ça va? 😀", reply_to_provider_message_id="m_IN1"), PSID)

    assert (result.outcome, result.provider_message_id) == (SendOutcome.ACCEPTED, page.sent[0].id)
    request = page.requests[0]
    assert (request.path, request.query) == (f"/v21.0/{PAGE_ID}/messages", ())
    assert request.json() == {
        "recipient": {"id": PSID},
        "messaging_type": "RESPONSE",
        "message": {"text": "Ça va? 😀", "metadata": MARK},
        "reply_to": {"mid": "m_IN1"},
    }


async def test_without_a_page_id_the_token_says_whose(
    page: FakeMessenger, messenger_config: MessengerConfig
) -> None:
    config = messenger_config.model_copy(update={"page_id": None, "messaging_type": "UPDATE"})
    provider = FacebookMessengerProvider(config)
    await provider.send(said("hi"), PSID)
    await provider.close()

    assert page.requests[0].path == "/v21.0/me/messages"
    assert page.requests[0].json()["messaging_type"] == "UPDATE"


@pytest.mark.parametrize(
    ("content", "messages"),
    [
        (MediaContent(url=URL, mime_type="image/png"), [file("image")]),
        (MediaContent(url=URL, mime_type="application/pdf"), [file("file")]),
        (AudioContent(url=URL), [file("audio")]),
        (VideoContent(url=URL, caption="Film"), [file("video"), {"text": "Film"}]),
        (
            MediaContent(url=URL, mime_type="image/png", caption="Cat"),
            [file("image"), {"text": "Cat"}],
        ),
        (
            CompositeContent(
                parts=[TextContent(body="Look"), MediaContent(url=URL, mime_type="image/png")]
            ),
            [{"text": "Look"}, file("image")],
        ),
        (
            LocationContent(latitude=45.5, longitude=-73.6, label="Shop"),
            [{"text": "Shop\nhttps://maps.google.com/?q=45.5,-73.6"}],
        ),
    ],
)
async def test_files_and_words_are_messages_of_their_own(
    page: FakeMessenger,
    messenger: FacebookMessengerProvider,
    content: EventContent,
    messages: list[dict[str, Any]],
) -> None:
    assert await sent(page, messenger, content) == messages


async def test_words_too_long_for_one_message_make_two(
    page: FakeMessenger, messenger: FacebookMessengerProvider
) -> None:
    messages = await sent(page, messenger, TextContent(body="word " * 450))

    assert "".join(message["text"] for message in messages) == "word " * 450
    assert len(messages) == 2


async def test_buttons_of_all_kinds(
    page: FakeMessenger, messenger: FacebookMessengerProvider
) -> None:
    buttons = [
        Button(label="An answer that is too long", value="long"),
        Button(label="Shop", action="url", value=URL),
        Button(label="Call", action="call", value="+15145550199"),
    ]

    (message,) = await sent(page, messenger, RichContent(body="Well **then**?", buttons=buttons))
    payload = message["attachment"]["payload"]
    assert (payload["template_type"], payload["text"]) == ("button", "Well then?")
    assert payload["buttons"] == [
        {"type": "postback", "title": "An answer that is t…", "payload": "long"},
        {"type": "web_url", "title": "Shop", "url": URL},
        {"type": "phone_number", "title": "Call", "payload": "+15145550199"},
    ]


async def test_more_than_three_buttons_are_lines(
    page: FakeMessenger, messenger: FacebookMessengerProvider
) -> None:
    buttons = [Button(label=f"Shop {n}", action="url", value=URL) for n in range(4)]

    (message,) = await sent(page, messenger, RichContent(body="See", buttons=buttons))
    payload = message["attachment"]["payload"]
    assert (payload["text"], len(payload["buttons"])) == (f"See\nShop 3: {URL}", 3)


async def test_words_too_long_for_buttons_come_before_them(
    page: FakeMessenger, messenger: FacebookMessengerProvider
) -> None:
    content = RichContent(body="x" * 641, buttons=[Button(label="Yes")])

    text, choice = await sent(page, messenger, content)
    assert text == {"text": "x" * 641}
    assert choice["attachment"]["payload"]["text"] == "Options"


async def test_at_most_thirteen_quick_replies_on_the_last_message(
    page: FakeMessenger, messenger: FacebookMessengerProvider
) -> None:
    content = RichContent(body="x" * 700, buttons=[Button(label="Yes")], quick_replies=replies(14))

    text, choice = await sent(page, messenger, content)
    assert "quick_replies" not in text
    assert len(choice["quick_replies"]) == 13
    assert choice["quick_replies"][0] == {
        "content_type": "text",
        "title": "Answer 0",
        "payload": "v0",
    }


async def test_cards_and_quick_replies_below_them(
    page: FakeMessenger, messenger: FacebookMessengerProvider
) -> None:
    card = Card(title="Chair", subtitle="Oak", image_url=URL, buttons=(Button(label="Buy"),))
    cards = [card] * 11 + [Card(title="Nothing else")]
    content = RichContent(body="", cards=cards, quick_replies=replies(1))

    ten, one, text = await sent(page, messenger, content)
    assert len(ten["attachment"]["payload"]["elements"]) == 10
    assert one["attachment"]["payload"]["elements"] == [
        {
            "title": "Chair",
            "subtitle": "Oak",
            "image_url": URL,
            "buttons": [{"type": "postback", "title": "Buy", "payload": "Buy"}],
        }
    ]
    assert (text["text"], len(text["quick_replies"])) == ("Nothing else", 1)


async def test_a_template_is_a_utility_message(
    page: FakeMessenger, messenger: FacebookMessengerProvider
) -> None:
    page.closed = {PSID}
    content = TemplateContent(
        template_id="order_update", language="en-US", parameters={"2": "b", "1": "a"}
    )

    (message,) = await sent(page, messenger, content)
    assert page.requests[0].json()["messaging_type"] == "UTILITY"
    assert message["template"]["language"] == {"code": "en_US"}
    gaps = message["template"]["components"][0]["parameters"]
    assert [gap["text"] for gap in gaps] == ["a", "b"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (TextContent(body=""), "empty"),
        (MediaContent(url="data:image/png;base64,AA", mime_type="image/png"), "media_not_public"),
        (DeleteContent(target_event_id="e"), "unsupported_content"),
        (ReactionContent(target_event_id="e", emoji="👍"), "unsupported_content"),
    ],
)
async def test_what_cannot_be_sent_is_refused_here(
    page: FakeMessenger, messenger: FacebookMessengerProvider, content: EventContent, code: str
) -> None:
    result = await messenger.send(said(content), PSID)

    assert (result.outcome, result.code, page.requests) == (SendOutcome.REJECTED, code, [])
