"""What activities of Teams mean for a room."""

from typing import Any

import pytest

from channels_app.providers.base.webhook import (
    MalformedWebhook,
    WebhookReply,
    WebhookRequest,
)
from channels_app.providers.teams.bot_framework import BotFrameworkTeamsProvider
from channels_app.providers.teams.items import parse_items
from channels_app.providers.teams.parsing import (
    is_bot_added,
    parse_teams_activity,
    parse_teams_webhook,
)
from channels_app.testing.fakes.teams_activities import (
    ANA,
    CHANNEL_ID,
    PERSONAL,
    TENANT_ID,
    THREAD,
    inbound_card_submit,
    inbound_file,
    inbound_image,
    inbound_members_added,
    inbound_mention,
    inbound_text,
)
from rooms.domain.content import CompositeContent, MediaContent, TextContent
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage
from tests.providers.teams.posted import AT, BOT, MESSAGE_ID, items, posted


def message(activity: JsonObject) -> InboundMessage:
    [only] = items(activity)
    assert isinstance(only, InboundMessage)
    return only


def test_words_of_a_person() -> None:
    payload = posted(inbound_text("Hello"))

    assert parse_teams_webhook(payload, "teams") == [
        InboundMessage(
            channel_id="teams",
            sender_id=ANA["id"],
            content=TextContent(body="Hello"),
            raw_payload=payload,
            provider_message_id=MESSAGE_ID,
            external_id="1767225600123",
            timestamp=AT,
            idempotency_key=f"teams:{MESSAGE_ID}",
            thread_id=PERSONAL["id"],
            metadata={
                "teams_conversation_id": PERSONAL["id"],
                "conversation_type": "personal",
                "tenant_id": TENANT_ID,
                "sender_name": "Ana",
                "aad_object_id": ANA["aadObjectId"],
                "bot_mentioned": False,
            },
        )
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<at>RoomBot</at> hello", "hello"),
        ("<at>RoomBot</at>\xa0hello\n", "hello"),
        ("hello <at>RoomBot</at>, it is me", "hello , it is me"),
        # other people stay in what was said
        ("<at>RoomBot</at> tell <at>Bea</at> this", "tell <at>Bea</at> this"),
        # nobody is mentioned: somebody only wrote it
        ("<at>Robot</at> hello", "<at>Robot</at> hello"),
    ],
)
def test_only_the_bots_own_mention_is_left_out(text: str, words: str) -> None:
    assert message(inbound_mention(BOT, text)).content == TextContent(body=words)


def test_a_mention_of_another_bot_of_the_same_name_stays() -> None:
    said = message(inbound_mention("28:another-bot"))

    assert said.content == TextContent(body="<at>RoomBot</at> hello")
    assert said.metadata["bot_mentioned"] is False


def test_a_thread_is_answered_where_it_is() -> None:
    said = message({**inbound_mention(BOT), "replyToId": "1767225600000"})

    assert (said.sender_id, said.thread_id) == (ANA["id"], THREAD["id"])
    assert said.metadata["teams_conversation_id"] == THREAD["id"]
    assert said.metadata["bot_mentioned"] is True
    assert said.provider_message_id == f"{CHANNEL_ID}|1767225600123"
    quoted = said.metadata["reply_to_provider_message_id"]
    assert quoted == f"{CHANNEL_ID}|1767225600000"


def test_the_same_id_in_two_conversations_is_two_messages() -> None:
    keys = {message(inbound_text(conversation=each)).idempotency_key for each in (PERSONAL, THREAD)}

    assert len(keys) == 2


def test_a_file_is_where_it_can_be_fetched_without_a_token() -> None:
    assert message(inbound_file()).content == MediaContent(
        url="https://contoso.sharepoint.com/download/report.pdf?tempauth=once",
        mime_type="application/pdf",
        filename="report.pdf",
    )


def test_a_picture_comes_with_its_words() -> None:
    content = message(inbound_image("https://smba.trafficmanager.net/amer/")).content

    assert isinstance(content, CompositeContent)
    words, picture = content.parts
    assert words == TextContent(body="look")
    assert isinstance(picture, MediaContent)
    assert picture.url.endswith("/v3/attachments/0-weu-d1/views/original")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": None}, "Hello"),  # the HTML beside it
        ({"text": "<b>Hi</b> there", "textFormat": "xml"}, "Hi there"),
        ({"attachments": None, "entities": None}, "Hello"),
        ({"attachments": [{"contentType": "application/vnd.microsoft.card.hero"}]}, "Hello"),
        ({"attachments": [{"contentType": "image/png", "contentUrl": "ftp://x"}]}, "Hello"),
        ({"timestamp": "yesterday"}, "Hello"),
    ],
)
def test_words_are_found_however_a_message_is_written(fields: JsonObject, words: str) -> None:
    assert message(inbound_text(**fields)).content == TextContent(body=words)


@pytest.mark.parametrize(
    ("value", "words"),
    [({"answer": "yes"}, '{"answer": "yes"}'), ("yes", "yes")],
)
def test_a_card_that_was_sent_in_is_a_message(value: Any, words: str) -> None:
    said = message(inbound_card_submit(value))

    assert said.content == TextContent(body=words)
    assert said.metadata["value"] == value


def test_whether_the_bot_was_added() -> None:
    added = posted(inbound_members_added(BOT))

    assert is_bot_added(added)
    assert is_bot_added(added, BOT)
    assert is_bot_added(added, "the-bot")
    assert not is_bot_added(added, "another-bot")
    assert not is_bot_added(posted(inbound_members_added("29:1-bea")))
    assert not is_bot_added(posted(inbound_text()))
    assert not is_bot_added({**added, "recipient": None})


def test_the_facts_of_an_activity() -> None:
    facts = parse_teams_activity(posted(inbound_mention(BOT)))

    assert facts == {
        "activity_type": "message",
        "activity_id": "1767225600123",
        "text": "hello",
        "sender_id": ANA["id"],
        "sender_name": "Ana",
        "aad_object_id": ANA["aadObjectId"],
        "bot_id": BOT,
        "conversation_id": THREAD["id"],
        "conversation_type": "channel",
        "is_group": True,
        "tenant_id": TENANT_ID,
        "team_id": CHANNEL_ID,
        "teams_channel_id": CHANNEL_ID,
        "event_type": None,
        "service_url": "https://smba.trafficmanager.net/amer/",
        "reply_to_id": None,
        "locale": "en-US",
        "timestamp": AT,
        "bot_mentioned": True,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": None},
        {"from": None},
        {"from": {"name": "Ana"}},
        {"conversation": "a:1"},
        {"text": 7},
        {"attachments": "none"},
    ],
)
def test_what_is_no_activity_is_malformed_and_says_where(wrong: JsonObject) -> None:
    with pytest.raises(MalformedWebhook, match=next(iter(wrong))):
        parse_items({**posted(inbound_text("secret words")), **wrong}, "teams")


# -- as a provider


def request_of(body: bytes) -> WebhookRequest:
    return WebhookRequest(
        "POST", "https://site.example/webhooks/teams/botframework/teams", {}, body
    )


def test_a_body_is_read_as_the_one_activity_it_is(bot: BotFrameworkTeamsProvider) -> None:
    body = b'{"type": "message", "id": "1", "from": {"id": "29:1"}, "conversation": {"id": "a:1"}'

    [item] = bot.parse(request_of(body + b', "text": "\\u00e9t\\u00e9"}'), "teams")
    assert isinstance(item, InboundMessage)
    assert item.content == TextContent(body="été")
    for broken in (b"", b"[]", body):
        with pytest.raises(MalformedWebhook):
            bot.parse(request_of(broken), "teams")


@pytest.mark.parametrize(
    ("body", "reply"),
    [
        (b'{"type": "invoke"}', WebhookReply(body="{}", content_type="application/json")),
        (b'{"type": "message"}', WebhookReply()),
        (b"[]", WebhookReply()),
        (b"{", WebhookReply()),
    ],
)
def test_only_an_invoke_is_answered_with_a_body(
    bot: BotFrameworkTeamsProvider, body: bytes, reply: WebhookReply
) -> None:
    assert bot.reply(request_of(body)) == reply


def test_half_a_surrogate_pair_in_the_html_does_not_lose_the_words() -> None:
    copy = {"contentType": "text/html", "content": "<p>Hello \ud800</p>"}

    assert message(inbound_text("", attachments=[copy])).content == TextContent(body="Hello ?")
