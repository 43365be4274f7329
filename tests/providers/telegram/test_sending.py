"""What a bot sends, as Telegram sees it."""

from typing import Any

import pytest

from channels_app.channels.telegram import TelegramChannel
from channels_app.providers.base.checking import CheckFailed
from channels_app.providers.telegram.bot import TelegramBotProvider
from channels_app.testing.fakes.telegram import FakeTelegram
from rooms.domain.content import (
    AudioContent,
    CompositeContent,
    EventContent,
    LocationContent,
    MediaContent,
    SystemContent,
    TextContent,
    ToolCallContent,
    VideoContent,
)
from rooms.domain.delivery import SendOutcome
from rooms.pipeline.transcode import DefaultTranscoder
from tests.channels_app.values import make_event
from tests.providers.telegram.bots import CHAT, make_answer

Bot = TelegramBotProvider
PNG = "https://x.example/a.png"
PDF = "https://x.example/devis.pdf"


def sent(telegram: FakeTelegram) -> list[tuple[str, dict[str, Any]]]:
    assert telegram.refusals == []
    return [(each.method, each.fields) for each in telegram.sent]


async def test_a_text_goes_out_and_its_id_holds_the_chat(telegram: FakeTelegram, bot: Bot) -> None:
    result = await bot.send(make_event("Salut"), CHAT)

    assert sent(telegram) == [("sendMessage", {"chat_id": 42, "text": "Salut"})]
    assert (result.success, result.outcome) == (True, SendOutcome.ACCEPTED)
    assert (result.provider_message_id, result.provider_message_ids) == ("42:1", ["42:1"])


async def test_two_chats_have_different_ids_of_messages(telegram: FakeTelegram, bot: Bot) -> None:
    results = [await bot.send(make_event("Salut"), chat) for chat in (CHAT, "-100123")]

    assert [each.provider_message_id for each in results] == ["42:1", "-100123:1"]


async def test_a_public_name_can_be_written_to(telegram: FakeTelegram, bot: Bot) -> None:
    telegram.chats.add("@demo_news")

    result = await bot.send(make_event("Salut"), "@demo_news")

    assert result.provider_message_id == "@demo_news:1"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (SystemContent(body="Joined"), ("sendMessage", {"text": "Joined"})),
        (
            MediaContent(url=PNG, mime_type="image/png", caption="Voici"),
            ("sendPhoto", {"photo": PNG, "caption": "Voici"}),
        ),
        # a photo that is too large for one is a document
        (
            MediaContent(url=PNG, mime_type="image/png", size_bytes=6_000_000),
            ("sendDocument", {"document": PNG}),
        ),
        (MediaContent(url=PNG, mime_type="image/gif"), ("sendAnimation", {"animation": PNG})),
        (MediaContent(url=PDF, mime_type="application/pdf"), ("sendDocument", {"document": PDF})),
        (AudioContent(url=PDF), ("sendVoice", {"voice": PDF})),
        (AudioContent(url=PDF, mime_type="audio/mpeg"), ("sendAudio", {"audio": PDF})),
        (AudioContent(url=PDF, mime_type="audio/flac"), ("sendDocument", {"document": PDF})),
        (VideoContent(url=PDF, caption="Film"), ("sendVideo", {"video": PDF, "caption": "Film"})),
        (
            LocationContent(latitude=45.5, longitude=-73.6),
            ("sendLocation", {"latitude": 45.5, "longitude": -73.6}),
        ),
        (
            LocationContent(latitude=45.5, longitude=-73.6, label="Shop", address="1 rue A"),
            (
                "sendVenue",
                {"latitude": 45.5, "longitude": -73.6, "title": "Shop", "address": "1 rue A"},
            ),
        ),
        (
            LocationContent(latitude=45.5, longitude=-73.6, label="Shop"),
            (
                "sendVenue",
                {
                    "latitude": 45.5,
                    "longitude": -73.6,
                    "title": "Shop",
                    "address": "45.5, -73.6",
                },
            ),
        ),
    ],
)
async def test_each_content_has_its_method(
    telegram: FakeTelegram, bot: Bot, content: EventContent, expected: tuple[str, dict[str, Any]]
) -> None:
    result = await bot.send(make_event(content), CHAT)

    method, fields = expected
    assert result.success
    assert sent(telegram) == [(method, {"chat_id": 42, **fields})]


@pytest.mark.parametrize("reply_to", ["42:1", "42:99"])
async def test_an_answer_quotes_what_it_answers_if_that_is_still_there(
    telegram: FakeTelegram, bot: Bot, reply_to: str
) -> None:
    await bot.send(make_event("Prix ?"), CHAT)

    result = await bot.send(make_answer("10 $", reply_to), CHAT)

    assert result.success
    assert telegram.sent[-1].fields["reply_parameters"] == {
        "message_id": int(reply_to.removeprefix("42:")),
        "allow_sending_without_reply": True,
    }


@pytest.mark.parametrize("word", ["bonjour ", "😀 ", "e\u0301\u0301 ", "👨‍👩‍👧‍👦"])
async def test_a_long_text_is_several_messages_and_nothing_is_lost(
    telegram: FakeTelegram, bot: Bot, word: str
) -> None:
    text = (word * 3000).strip()

    result = await bot.send(make_event(text), CHAT)

    parts = [fields["text"] for _, fields in sent(telegram)]
    assert "".join(parts) == text
    assert all(part.startswith(word[0]) for part in parts)
    assert result.provider_message_ids == [f"42:{n + 1}" for n in range(len(parts))]
    assert len(parts) > 1


async def test_a_long_caption_follows_as_a_text(telegram: FakeTelegram, bot: Bot) -> None:
    content = MediaContent(url=PNG, mime_type="image/png", caption="é" * 1025)

    result = await bot.send(make_event(content), CHAT)

    assert sent(telegram) == [
        ("sendPhoto", {"chat_id": 42, "photo": PNG}),
        ("sendMessage", {"chat_id": 42, "text": "é" * 1025}),
    ]
    assert result.provider_message_ids == ["42:1", "42:2"]


@pytest.mark.parametrize(("length", "calls"), [(1024, 1), (1025, 2)])
async def test_words_before_a_file_are_its_caption_if_they_fit(
    telegram: FakeTelegram, bot: Bot, length: int, calls: int
) -> None:
    content = CompositeContent(
        parts=[TextContent(body="a" * length), MediaContent(url=PDF, mime_type="application/pdf")]
    )

    await bot.send(make_event(content), CHAT)

    assert len(sent(telegram)) == calls


async def test_several_pictures_are_an_album(telegram: FakeTelegram, bot: Bot) -> None:
    pictures: list[EventContent] = [MediaContent(url=PNG, mime_type="image/png")] * 2
    content = CompositeContent(
        parts=[TextContent(body="Voici"), CompositeContent(parts=pictures), TextContent(body="Ok")]
    )

    result = await bot.send(make_event(content), CHAT)

    assert [request.path.rpartition("/")[2] for request in telegram.requests] == [
        "sendMediaGroup",
        "sendMessage",
    ]
    assert telegram.requests[0].json()["media"] == [
        {"type": "photo", "media": PNG, "caption": "Voici"},
        {"type": "photo", "media": PNG},
    ]
    assert result.provider_message_ids == ["42:1", "42:2", "42:3"]


async def test_eleven_pictures_are_an_album_of_ten_and_one(
    telegram: FakeTelegram, bot: Bot
) -> None:
    parts: list[EventContent] = [MediaContent(url=PNG, mime_type="image/png")] * 11

    result = await bot.send(make_event(CompositeContent(parts=parts)), CHAT)

    assert [len(request.json().get("media", [1])) for request in telegram.requests] == [10, 1]
    assert len(result.provider_message_ids) == 11


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (TextContent(body=" "), "nothing_to_send"),
        (ToolCallContent(tool_name="t", tool_id="1"), "unsupported_content"),
        (MediaContent(url="data:image/png;base64,AA", mime_type="image/png"), "media_not_public"),
    ],
)
async def test_what_telegram_cannot_carry_is_refused_without_a_call(
    telegram: FakeTelegram, bot: Bot, content: EventContent, code: str
) -> None:
    result = await bot.send(make_event(content), CHAT)

    assert (result.outcome, result.code) == (SendOutcome.REJECTED, code)
    assert telegram.requests == []


@pytest.mark.parametrize(
    ("content", "method"),
    [
        (VideoContent(url=PDF, caption="Film"), "sendVideo"),
        (AudioContent(url=PDF), "sendVoice"),
        (MediaContent(url=PDF, mime_type="application/pdf"), "sendDocument"),
        # more than Telegram fetches
        (
            MediaContent(url=PDF, mime_type="text/csv", filename="a", size_bytes=10**8),
            "sendMessage",
        ),
    ],
)
async def test_what_a_channel_lets_through_is_shown_as_what_it_is(
    telegram: FakeTelegram, bot: Bot, content: EventContent, method: str
) -> None:
    capabilities = TelegramChannel("tg", provider=bot).capabilities()
    fitted = DefaultTranscoder().transcode(content, capabilities)
    assert fitted is not None

    await bot.send(make_event(fitted), CHAT)

    assert [name for name, _ in sent(telegram)] == [method]


async def test_typing_is_shown(telegram: FakeTelegram, bot: Bot) -> None:
    result = await bot.send_typing(CHAT)

    assert result.success
    assert sent(telegram) == [("sendChatAction", {"chat_id": 42, "action": "typing"})]


async def test_the_webhook_is_set_with_the_secret_and_what_is_read(
    telegram: FakeTelegram, bot: Bot
) -> None:
    await bot.subscribe("https://x.example/webhooks/telegram/telegram/tg")

    assert telegram.webhook == {
        "url": "https://x.example/webhooks/telegram/telegram/tg",
        "secret_token": "a-fixed_webhook-secret",
        "allowed_updates": [
            "message",
            "edited_message",
            "callback_query",
            "message_reaction",
            "my_chat_member",
        ],
    }


async def test_a_webhook_that_telegram_does_not_reach_is_refused(bot: Bot) -> None:
    with pytest.raises(CheckFailed, match="HTTPS"):
        await bot.subscribe("http://x.example/")
