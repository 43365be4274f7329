"""Edits, deletions and reactions: native where Telegram's id of the message is known."""

import pytest

from channels_app.providers.telegram.bot import TelegramBotProvider
from channels_app.testing.fakes.server import Fault
from channels_app.testing.fakes.telegram import FakeTelegram, error
from rooms.domain.content import (
    DeleteContent,
    EditContent,
    EventContent,
    LocationContent,
    MediaContent,
    ReactionContent,
    TextContent,
)
from rooms.domain.delivery import SendOutcome
from tests.channels_app.values import make_event
from tests.providers.telegram.bots import CHAT, make_change

Bot = TelegramBotProvider
EDIT = EditContent(target_event_id="e1", new_content=TextContent(body="mieux"))
DELETE = DeleteContent(target_event_id="e1")


async def test_a_text_is_changed_in_place(telegram: FakeTelegram, bot: Bot) -> None:
    await bot.send(make_event("bien"), CHAT)

    result = await bot.send(make_change(EDIT), CHAT)

    assert telegram.sent[-1].method == "editMessageText"
    assert telegram.sent[-1].fields == {"chat_id": 42, "message_id": 1, "text": "mieux"}
    assert result.provider_message_id == "42:1"


async def test_a_caption_is_changed_in_place(telegram: FakeTelegram, bot: Bot) -> None:
    picture = MediaContent(url="https://x.example/a.png", mime_type="image/png", caption="a")
    await bot.send(make_event(picture), CHAT)

    changed = picture.model_copy(update={"caption": "b"})
    await bot.send(make_change(EditContent(target_event_id="e1", new_content=changed)), CHAT)

    assert telegram.sent[-1].method == "editMessageCaption"
    assert telegram.sent[-1].fields["caption"] == "b"


@pytest.mark.parametrize("content", [EDIT, DELETE])
async def test_what_was_done_before_is_a_success(
    telegram: FakeTelegram, bot: Bot, content: EventContent
) -> None:
    await bot.send(make_event("bien"), CHAT)

    results = [await bot.send(make_change(content), CHAT) for _ in range(2)]

    assert [result.success for result in results] == [True, True]
    assert len(telegram.sent) == 2


@pytest.mark.parametrize(
    ("action", "reaction"), [("add", [{"type": "emoji", "emoji": "❤"}]), ("remove", [])]
)
async def test_a_reaction_is_set_and_taken_away(
    telegram: FakeTelegram, bot: Bot, action: str, reaction: list[dict[str, str]]
) -> None:
    """Telegram's list has hearts without the sign that colours them."""
    await bot.send(make_event("bien"), CHAT)
    content = ReactionContent.model_validate(
        {"target_event_id": "e1", "emoji": "❤\ufe0f", "action": action}
    )

    await bot.send(make_change(content), CHAT)

    assert telegram.refusals == []
    assert telegram.sent[-1].fields == {"chat_id": 42, "message_id": 1, "reaction": reaction}


async def test_an_emoji_that_telegram_has_not_is_refused(telegram: FakeTelegram, bot: Bot) -> None:
    await bot.send(make_event("bien"), CHAT)

    result = await bot.send(make_change(ReactionContent(target_event_id="e1", emoji="🦖")), CHAT)

    assert (result.outcome, result.code) == (SendOutcome.REJECTED, "bad_reaction")


@pytest.mark.parametrize(
    ("content", "words"), [(EDIT, "Correction: mieux"), (DELETE, "[Message deleted]")]
)
async def test_a_change_of_an_unknown_message_is_told_in_words(
    telegram: FakeTelegram, bot: Bot, content: EventContent, words: str
) -> None:
    await bot.send(make_change(content, target=""), CHAT)

    assert [each.fields["text"] for each in telegram.sent] == [words]


@pytest.mark.parametrize(
    ("content", "refusal", "words"),
    [
        (EDIT, "message can't be edited", "Correction: mieux"),
        (EDIT, "message to edit not found", "Correction: mieux"),
        (DELETE, "message can't be deleted for everyone", "[Message deleted]"),
    ],
)
async def test_a_change_that_comes_too_late_is_told_in_words(
    telegram: FakeTelegram, bot: Bot, content: EventContent, refusal: str, words: str
) -> None:
    telegram.fail_next(Fault(response=error(400, f"Bad Request: {refusal}")))

    result = await bot.send(make_change(content), CHAT)

    assert result.success
    assert [each.fields["text"] for each in telegram.sent] == [words]


async def test_a_reaction_to_an_unknown_message_is_refused(
    telegram: FakeTelegram, bot: Bot
) -> None:
    content = ReactionContent(target_event_id="e1", emoji="👍")

    result = await bot.send(make_change(content, target=""), CHAT)

    assert (result.outcome, result.code) == (SendOutcome.REJECTED, "target_unknown")
    assert telegram.requests == []


async def test_a_text_cannot_become_a_place(telegram: FakeTelegram, bot: Bot) -> None:
    place = LocationContent(latitude=1, longitude=2)

    result = await bot.send(make_change(EditContent(target_event_id="e1", new_content=place)), CHAT)

    assert (result.outcome, result.code) == (SendOutcome.REJECTED, "unsupported_edit")
