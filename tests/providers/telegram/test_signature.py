"""Who may post updates to us."""

import json

import pytest
from pydantic import SecretStr, ValidationError

from channels_app.providers.base.checking import CheckFailed
from channels_app.providers.base.webhook import WebhookRefused
from channels_app.providers.telegram.config import TelegramConfig
from channels_app.testing.fakes.telegram import SECRET, TOKEN
from tests.providers.telegram.bots import as_request, make_bot, updates

HEADER = "X-Telegram-Bot-Api-Secret-Token"


async def test_an_update_with_our_secret_is_telegrams() -> None:
    await make_bot().verify(as_request(updates().inbound_text()))


@pytest.mark.parametrize("given", ["", "wrong", SECRET + "x", SECRET[:-1], SECRET.upper(), "é"])
async def test_an_update_with_another_secret_is_not(given: str) -> None:
    headers, body = updates().inbound_text()

    with pytest.raises(WebhookRefused):
        await make_bot().verify(as_request(({**headers, HEADER: given}, body)))


async def test_an_update_without_a_secret_is_not() -> None:
    headers, body = updates().inbound_text()
    del headers[HEADER]

    with pytest.raises(WebhookRefused):
        await make_bot().verify(as_request((headers, body)))


@pytest.mark.parametrize("given", [SECRET, ""])
async def test_a_bot_without_a_secret_believes_nobody(given: str) -> None:
    bot = make_bot(webhook_secret=None)
    headers, body = updates().inbound_text()

    with pytest.raises(WebhookRefused, match="webhook_secret"):
        await bot.verify(as_request(({**headers, HEADER: given}, body)))

    assert not bot.verify_signature(body, given)


async def test_a_bot_without_a_secret_sets_no_webhook() -> None:
    with pytest.raises(CheckFailed) as failure:
        await make_bot(webhook_secret=None).subscribe("https://x.example/")

    assert failure.value.field == "webhook_secret"


def test_the_header_alone_can_be_checked() -> None:
    bot = make_bot()

    assert bot.verify_signature(b"{}", SECRET)
    assert not bot.verify_signature(b"{}", "wrong")


def test_a_pressed_button_is_answered_in_the_webhooks_own_answer() -> None:
    reply = make_bot().reply(as_request(updates().inbound_button("yes")))

    assert (reply.status, reply.content_type) == (200, "application/json")
    assert json.loads(reply.body) == {
        "method": "answerCallbackQuery",
        "callback_query_id": "cq-900001",
    }


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"update_id": 1}', b'{"callback_query": {}}'])
def test_anything_else_is_answered_with_nothing(body: bytes) -> None:
    reply = make_bot().reply(as_request((updates().headers(), body)))

    assert (reply.status, reply.body) == (200, "")


def test_the_address_of_methods_is_known() -> None:
    config = TelegramConfig(bot_token=SecretStr(TOKEN))

    assert config.base_url == f"https://api.telegram.org/bot{TOKEN}"
    assert config.timeout == 30.0


@pytest.mark.parametrize("secret", ["", "a b", "é", "x" * 257])
def test_a_secret_that_telegram_would_not_take_is_refused(secret: str) -> None:
    with pytest.raises(ValidationError) as problem:
        TelegramConfig(bot_token=SecretStr(TOKEN), webhook_secret=SecretStr(secret))

    assert TOKEN not in str(problem.value)
