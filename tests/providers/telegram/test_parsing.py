"""What people write to a bot, as the rest of the framework sees it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from channels_app.providers.base.webhook import (
    ContactChanged,
    MalformedWebhook,
    MessageEdited,
    MessageReacted,
)
from channels_app.providers.telegram.webhook import parse_telegram_webhook
from channels_app.testing.fakes.telegram_updates import BOT, WebhookPost
from rooms.domain.content import (
    AudioContent,
    EventContent,
    LocationContent,
    MediaContent,
    TextContent,
    VideoContent,
)
from rooms.domain.message import InboundMessage
from tests.providers.telegram.bots import read, updates

AT = datetime(2026, 1, 1, tzinfo=UTC)
GROUP = {"id": -100123, "type": "supergroup", "title": "T"}
URL = "https://api.telegram.org/bot:token/getFile?file_id="
FILE = {"file_id": "X", "file_unique_id": "x", "file_size": 9}


def message_in(post: WebhookPost, **config: Any) -> InboundMessage:
    [item] = read(post, **config)
    assert isinstance(item, InboundMessage)
    return item


def test_a_text_has_its_sender_its_chat_and_its_moment() -> None:
    post = updates().inbound_text("Salut")

    message = message_in(post)

    assert (message.channel_id, message.sender_id) == ("tg", "42")
    assert message.content == TextContent(body="Salut")
    assert (message.provider_message_id, message.idempotency_key) == ("42:7", "42:7")
    assert message.timestamp == AT
    assert message.raw_payload == json.loads(post[1])
    assert message.metadata == {
        "provider": "telegram",
        "telegram_chat_id": "42",
        "chat_type": "private",
        "sender_name": "Ana",
        "username": "ana_m",
        "language": "fr",
    }


def test_in_a_group_the_sender_is_one_and_the_chat_to_answer_another() -> None:
    message = message_in(updates().inbound_text("Salut", chat=GROUP))

    assert (message.sender_id, message.metadata["telegram_chat_id"]) == ("42", "-100123")


def test_the_same_number_in_two_chats_is_two_messages() -> None:
    source = updates()

    keys = [
        message_in(post).idempotency_key
        for post in (source.inbound_text(message_id=7), source.inbound_text(chat=GROUP))
    ]

    assert keys == ["42:7", "-100123:7"]


def test_an_update_that_comes_again_has_the_same_key() -> None:
    post = updates().inbound_text("Salut")

    assert message_in(post).idempotency_key == message_in(post).idempotency_key


@pytest.mark.parametrize(
    ("fields", "content"),
    [
        (
            {"photo": [{**FILE, "file_id": "S"}, FILE], "caption": "Voici"},
            MediaContent(url=URL + "X", mime_type="image/jpeg", caption="Voici", size_bytes=9),
        ),
        (
            {"voice": {**FILE, "duration": 4, "mime_type": "audio/ogg"}},
            AudioContent(url=URL + "X", duration_seconds=4, size_bytes=9),
        ),
        (
            {"audio": {**FILE, "duration": 4}},
            AudioContent(url=URL + "X", mime_type="audio/mpeg", duration_seconds=4, size_bytes=9),
        ),
        (
            {"video": {**FILE, "duration": 4}, "caption": "Film"},
            VideoContent(url=URL + "X", duration_seconds=4, size_bytes=9, caption="Film"),
        ),
        (
            {"video_note": {**FILE, "length": 240, "duration": 4}},
            VideoContent(url=URL + "X", duration_seconds=4, size_bytes=9),
        ),
        # an animation comes as a document as well
        (
            {"animation": {**FILE, "mime_type": "video/mp4"}, "document": {**FILE, "file_id": "D"}},
            VideoContent(url=URL + "X", size_bytes=9),
        ),
        (
            {"animation": {**FILE, "mime_type": "image/gif"}},
            MediaContent(url=URL + "X", mime_type="image/gif", size_bytes=9),
        ),
        (
            {"document": {**FILE, "file_name": "a.pdf", "mime_type": "application/pdf"}},
            MediaContent(
                url=URL + "X", mime_type="application/pdf", filename="a.pdf", size_bytes=9
            ),
        ),
        (
            {"document": FILE},
            MediaContent(url=URL + "X", mime_type="application/octet-stream", size_bytes=9),
        ),
        (
            {"sticker": {**FILE, "emoji": "👍"}},
            MediaContent(url=URL + "X", mime_type="image/webp", caption="👍", size_bytes=9),
        ),
        (
            {"sticker": {**FILE, "is_video": True}},
            MediaContent(url=URL + "X", mime_type="video/webm", size_bytes=9),
        ),
        (
            {"sticker": {**FILE, "is_animated": True}},
            MediaContent(url=URL + "X", mime_type="application/x-tgsticker", size_bytes=9),
        ),
        (
            {"location": {"latitude": 45.5, "longitude": -73}},
            LocationContent(latitude=45.5, longitude=-73),
        ),
        (
            {
                "location": {"latitude": 45.5, "longitude": -73},
                "venue": {
                    "location": {"latitude": 45.5, "longitude": -73},
                    "title": "Shop",
                    "address": "1 rue A",
                },
            },
            LocationContent(latitude=45.5, longitude=-73, label="Shop", address="1 rue A"),
        ),
        (
            {"contact": {"phone_number": "+15145550123", "first_name": "Bo"}},
            TextContent(body="Bo +15145550123"),
        ),
    ],
)
def test_each_kind_of_message_has_its_content(
    fields: dict[str, Any], content: EventContent
) -> None:
    assert message_in(updates().inbound(**fields)).content == content


def test_a_file_on_a_server_of_ones_own_is_there() -> None:
    message = message_in(updates().inbound_document(), api_base="https://tg.example.org")

    assert isinstance(message.content, MediaContent)
    assert message.content.url == "https://tg.example.org/bot:token/getFile?file_id=BQAC_pdf"


def test_the_pictures_of_an_album_are_messages_that_know_each_other() -> None:
    source = updates()
    posts = [source.inbound_photo(message_id=n, media_group_id="g1") for n in (7, 8)]

    messages = [message_in(post) for post in posts]

    assert [each.idempotency_key for each in messages] == ["42:7", "42:8"]
    assert [each.metadata["media_group_id"] for each in messages] == ["g1", "g1"]


def test_marks_are_measured_in_utf16_units() -> None:
    text = "😀 @Bo et 😀 @demo_bot"
    entities = [
        {"type": "mention", "offset": 3, "length": 3},
        {"type": "bold", "offset": 0, "length": 2},
        {"type": "mention", "offset": 13, "length": 9},
    ]

    message = message_in(updates().inbound_text(text, entities=entities))

    assert message.metadata["mentions"] == ["@Bo", "@demo_bot"]
    assert message.content == TextContent(body=text)


COMMAND: dict[str, Any] = {"text": "/start@demo_bot hi", "entities": [
    {"type": "bot_command", "offset": 0, "length": 15}
]}  # fmt: skip


@pytest.mark.parametrize(
    ("bot_username", "commands"), [(None, ["/start"]), ("Demo_Bot", ["/start"]), ("other_bot", [])]
)
def test_a_command_for_another_bot_is_left_to_it(
    bot_username: str | None, commands: list[str]
) -> None:
    items = read(updates().inbound(**COMMAND), bot_username=bot_username)

    assert [item.metadata["command"] for item in items if isinstance(item, InboundMessage)] == (
        commands
    )


def test_an_answer_names_the_message_it_answers_and_a_topic_its_thread() -> None:
    source = updates()
    answered = source.message(message_id=3, chat=GROUP, text="?")

    message = message_in(
        source.inbound_text(
            chat=GROUP, reply_to_message=answered, message_thread_id=5, is_topic_message=True
        )
    )

    assert (message.metadata["reply_to"], message.thread_id) == ("-100123:3", "5")


def test_a_thread_of_answers_is_no_topic() -> None:
    message = message_in(updates().inbound_text(chat=GROUP, message_thread_id=5))

    assert message.thread_id is None


@pytest.mark.parametrize(
    "post",
    [
        # the bot's own words, and those of other bots
        updates().inbound_text("Salut", sender=BOT),
        # what the chat says of itself
        updates().inbound(new_chat_title="Neu"),
        updates().inbound(left_chat_member=dict(BOT)),
        updates().post(),
        updates().post(poll={"id": "1"}),
        updates().post(channel_post={"message_id": 1, "chat": GROUP}),
    ],
)
def test_what_is_nobodys_message_is_left_alone(post: WebhookPost) -> None:
    assert read(post) == []


def test_who_writes_as_the_group_is_the_group() -> None:
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group"}

    message = message_in(
        updates().inbound_text(chat=GROUP, sender=anonymous, sender_chat=dict(GROUP))
    )

    assert message.sender_id == "-100123"


def test_an_edit_names_the_message_and_says_what_it_says_now() -> None:
    [item] = read(updates().inbound_edit("Salut !"))

    assert isinstance(item, MessageEdited)
    assert (item.sender_id, item.provider_message_id) == ("42", "42:7")
    assert item.content == TextContent(body="Salut !")
    assert item.external_id == "900001"
    assert item.timestamp == datetime(2026, 1, 1, 0, 1, tzinfo=UTC)


def test_a_pressed_button_is_what_is_written_on_it() -> None:
    message = message_in(updates().inbound_button("yes", message_id=8, label="Oui"))

    assert message.content == TextContent(body="Oui")
    assert message.sender_id == "42"
    assert message.metadata["payload"] == "yes"
    assert message.metadata["reply_to"] == "42:8"
    assert message.idempotency_key == "callback:cq-900001"
    assert message.provider_message_id is None


def test_a_button_of_an_old_message_is_its_value() -> None:
    """Telegram forgets what an old message said: its date is 0 then."""
    old = {"message_id": 8, "date": 0, "chat": {"id": 42, "type": "private"}}
    query = {"id": "cq", "from": {"id": 42}, "chat_instance": "1", "message": old, "data": "yes"}

    message = message_in(updates().post(callback_query=query))

    assert message.content == TextContent(body="yes")


@pytest.mark.parametrize(("emoji", "sign"), [((), ""), (("👍",), "👍"), (("👍", "🔥"), "🔥")])
def test_a_reaction_is_what_it_is_now(emoji: tuple[str, ...], sign: str) -> None:
    [item] = read(updates().inbound_reaction(*emoji, message_id=8, before="👎"))

    assert isinstance(item, MessageReacted)
    assert (item.sender_id, item.provider_message_id, item.emoji) == ("42", "42:8", sign)


@pytest.mark.parametrize(
    ("reaction", "sign"),
    [({"type": "paid"}, "⭐"), ({"type": "custom_emoji", "custom_emoji_id": "5"}, "custom:5")],
)
def test_a_reaction_without_an_emoji_has_a_name(reaction: dict[str, str], sign: str) -> None:
    change = {"chat": GROUP, "message_id": 8, "date": 1, "new_reaction": [reaction]}

    [item] = read(updates().post(message_reaction={**change, "actor_chat": GROUP}))

    assert isinstance(item, MessageReacted)
    assert (item.sender_id, item.emoji) == ("-100123", sign)


@pytest.mark.parametrize(
    ("chat", "before", "after", "change"),
    [
        (None, "member", "kicked", "opted_out"),
        (None, "kicked", "member", "opted_in"),
        (GROUP, "left", "member", "bot_added"),
        (GROUP, "administrator", "kicked", "bot_removed"),
        (GROUP, "member", "left", "bot_removed"),
    ],
)
def test_a_changed_standing_is_a_changed_contact(
    chat: dict[str, Any] | None, before: str, after: str, change: str
) -> None:
    [item] = read(updates().inbound_membership(before, after, chat=chat))

    assert isinstance(item, ContactChanged)
    assert (item.change, item.sender_id) == (change, str((chat or {"id": 42})["id"]))


def test_a_promotion_changes_nothing() -> None:
    assert read(updates().inbound_membership("member", "administrator", chat=GROUP)) == []


def test_a_group_that_became_a_supergroup_has_a_new_address() -> None:
    group = {"id": -5, "type": "group", "title": "T"}

    [item] = read(updates().inbound(chat=group, migrate_to_chat_id=-100123))

    assert isinstance(item, ContactChanged)
    assert (item.sender_id, item.change) == ("-5", "address_changed")
    assert item.details == {"address": "-100123"}


@pytest.mark.parametrize("seconds", [10**20, -(10**20), 253402300800])
def test_a_moment_that_no_calendar_has_does_not_lose_the_message(seconds: int) -> None:
    assert message_in(updates().inbound_text("Salut", date=seconds)).timestamp is None


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"{}",
        b'{"update_id": "x"}',
        b'{"update_id": 1, "message": {"message_id": 7}}',
        b'{"update_id": 1, "message": {"message_id": 7, "chat": {"id": 1, "type": "private"}, '
        b'"from": {"id": 1}, "location": {"latitude": 910, "longitude": 0}}}',
    ],
)
def test_what_is_no_update_is_malformed_and_is_not_quoted(body: bytes) -> None:
    with pytest.raises(MalformedWebhook) as problem:
        read((updates().headers(), body))

    assert "910" not in str(problem.value)


def test_without_a_bot_messages_can_be_read_as_well() -> None:
    payload = json.loads(updates().inbound_text("Salut")[1])
    reaction = json.loads(updates().inbound_reaction("👍")[1])

    [message] = parse_telegram_webhook(payload, "tg")

    assert message.content == TextContent(body="Salut")
    assert parse_telegram_webhook(reaction, "tg") == []
