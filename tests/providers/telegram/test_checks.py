"""What Telegram says of a bot, before it writes anything."""

from typing import Any

import pytest
from pydantic import SecretStr

from channels_app.providers.telegram.bot import TelegramBotProvider
from channels_app.providers.telegram.config import TelegramConfig
from channels_app.testing.fakes.server import Fault, Response
from channels_app.testing.fakes.telegram import FakeTelegram, flood
from channels_app.testing.fakes.telegram_updates import BOT
from tests.providers.checking import failure_of, field_of, words_of
from tests.providers.telegram.bots import make_bot


@pytest.mark.parametrize("more", [{}, {"bot_username": BOT["username"].upper()}])
async def test_a_good_bot_passes(telegram: FakeTelegram, more: dict[str, Any]) -> None:
    assert await failure_of(make_bot(telegram.url, **more)) is None
    assert (telegram.refusals, telegram.sent) == ([], [])


@pytest.mark.parametrize("token", ["123456:made-up", "made-up"])
async def test_a_wrong_token_is_named_and_not_repeated(telegram: FakeTelegram, token: str) -> None:
    config = TelegramConfig(bot_token=SecretStr(token), api_base=telegram.url)

    assert await field_of(TelegramBotProvider(config)) == "bot_token"


async def test_another_bot_s_token_does_not_pass(telegram: FakeTelegram) -> None:
    assert await field_of(make_bot(telegram.url, bot_username="another_bot")) == "bot_username"


async def test_a_webhook_that_fails_is_told_in_telegram_s_words(telegram: FakeTelegram) -> None:
    telegram.webhook_error = "Connection timed out"
    telegram.pending = 3

    assert "Connection timed out" in await words_of(make_bot(telegram.url))


async def test_an_error_that_is_over_is_no_failure(telegram: FakeTelegram) -> None:
    telegram.webhook_error = "Connection timed out"

    assert await failure_of(make_bot(telegram.url)) is None


@pytest.mark.parametrize(
    "fault", [Fault(Response(502, "")), Fault(flood(3)), Fault(drops_after=True)]
)
async def test_a_vendor_that_is_away_says_nothing_of_the_token(
    telegram: FakeTelegram, fault: Fault
) -> None:
    telegram.fail_next(fault)

    assert "try again later" in await words_of(make_bot(telegram.url))
