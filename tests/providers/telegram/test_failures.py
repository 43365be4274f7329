"""What a bot makes of refusals, silence and cut lines."""

import logging

import pytest

from channels_app.providers.base.http_client import SendProblem
from channels_app.providers.base.media import MediaUnavailable
from channels_app.providers.telegram.bot import TelegramBotProvider
from channels_app.providers.telegram.contents import media_url
from channels_app.testing.fakes.server import Fault, Response
from channels_app.testing.fakes.telegram import TOKEN, FakeTelegram, error, flood
from rooms.domain.content import CompositeContent, LocationContent, TextContent
from rooms.domain.delivery import SendOutcome
from tests.channels_app.values import make_event
from tests.providers.telegram.bots import CHAT, make_bot

Bot = TelegramBotProvider
TWO_MESSAGES = CompositeContent(
    parts=[LocationContent(latitude=1, longitude=2), TextContent(body="ici")]
)


@pytest.mark.parametrize(
    ("status", "description", "outcome", "code"),
    [
        (400, "Bad Request: chat not found", SendOutcome.REJECTED, "chat_not_found"),
        (400, "Bad Request: message is too long", SendOutcome.REJECTED, "too_long"),
        (400, "Bad Request: BUTTON_DATA_INVALID", SendOutcome.REJECTED, "bad_button"),
        (
            400,
            "Bad Request: failed to get HTTP URL content",
            SendOutcome.REJECTED,
            "media_not_fetched",
        ),
        (400, "Bad Request: something new", SendOutcome.REJECTED, "telegram_400"),
        (401, "Unauthorized", SendOutcome.AUTH, "telegram_401"),
        (404, "Not Found", SendOutcome.AUTH, "telegram_404"),
        (403, "Forbidden: bot was blocked by the user", SendOutcome.OPTED_OUT, "blocked"),
        (403, "Forbidden: user is deactivated", SendOutcome.OPTED_OUT, "user_deactivated"),
        (
            403,
            "Forbidden: bot was kicked from the supergroup chat",
            SendOutcome.OPTED_OUT,
            "kicked",
        ),
        (
            403,
            "Forbidden: bot can't initiate conversation with a user",
            SendOutcome.REJECTED,
            "never_started",
        ),
        (
            403,
            "Forbidden: bot can't send messages to bots",
            SendOutcome.REJECTED,
            "telegram_403",
        ),
        (409, "Conflict: terminated by other getUpdates", SendOutcome.REJECTED, "telegram_409"),
        (413, "Request Entity Too Large", SendOutcome.REJECTED, "telegram_413"),
        (500, "Internal Server Error", SendOutcome.UNKNOWN, "telegram_500"),
        (502, "Bad Gateway", SendOutcome.UNKNOWN, "telegram_502"),
        (503, "Service Unavailable", SendOutcome.TRANSIENT, "telegram_503"),
    ],
)
async def test_each_refusal_has_its_meaning(
    telegram: FakeTelegram, bot: Bot, status: int, description: str, outcome: str, code: str
) -> None:
    telegram.fail_next(Fault(response=error(status, description)))

    result = await bot.send(make_event("Salut"), CHAT)

    assert (result.success, result.outcome, result.code) == (False, outcome, code)
    assert len(telegram.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Response(502, "<html>Bad Gateway</html>"),
        Response(200, "not JSON"),
        Response(200, [1]),
        Response(200, {"result": {}}),
    ],
)
async def test_an_answer_that_cannot_be_read_says_nothing_of_the_message(
    telegram: FakeTelegram, bot: Bot, answer: Response
) -> None:
    telegram.fail_next(Fault(response=answer))

    result = await bot.send(make_event("Salut"), CHAT)

    assert result.outcome is SendOutcome.UNKNOWN


async def test_a_success_that_is_none_is_a_refusal(telegram: FakeTelegram, bot: Bot) -> None:
    refusal = error(403, "Forbidden: bot was blocked by the user")
    telegram.fail_next(Fault(response=Response(200, refusal.body)))

    result = await bot.send(make_event("Salut"), CHAT)

    assert (result.outcome, result.code) == (SendOutcome.OPTED_OUT, "blocked")


async def test_a_group_that_moved_is_followed_once(telegram: FakeTelegram, bot: Bot) -> None:
    telegram.migrated[-5] = -100123

    result = await bot.send(make_event(TWO_MESSAGES), "-5")

    assert result.provider_message_ids == ["-100123:1", "-100123:2"]
    assert result.metadata == {"migrated_to": "-100123"}
    assert len(telegram.requests) == 3


async def test_a_group_that_moves_in_circles_is_given_up(telegram: FakeTelegram, bot: Bot) -> None:
    telegram.migrated |= {-5: -6, -6: -5}

    result = await bot.send(make_event("Salut"), "-5")

    assert (result.outcome, result.code) == (SendOutcome.REJECTED, "chat_migrated")
    assert len(telegram.requests) == 2


async def test_no_answer_leaves_it_unknown_and_is_not_repeated(telegram: FakeTelegram) -> None:
    telegram.fail_next(Fault(wait_s=0.5))
    bot = make_bot(telegram.url, timeout=0.1)

    result = await bot.send(make_event("Salut"), CHAT)
    await bot.close()

    assert (result.outcome, result.code) == (SendOutcome.UNKNOWN, "timeout")
    assert len(telegram.requests) == 1


@pytest.mark.parametrize(
    ("fault", "outcome", "cause"),
    [
        (Fault(response=flood(7)), SendOutcome.UNKNOWN, "throttled"),
        (Fault(response=error(400, "Bad Request: x")), SendOutcome.REJECTED, "rejected"),
    ],
)
async def test_an_event_of_which_a_part_is_out_is_not_sent_again_as_a_whole(
    telegram: FakeTelegram, bot: Bot, fault: Fault, outcome: SendOutcome, cause: str
) -> None:
    telegram.fail_next(Fault(), fault)

    result = await bot.send(make_event(TWO_MESSAGES), CHAT)

    assert (result.success, result.outcome) == (False, outcome)
    assert result.provider_message_ids == ["42:1"]
    assert result.metadata == {"parts": 2, "messages_sent": 1, "cause": cause}


async def test_a_bot_that_was_closed_can_send_again(telegram: FakeTelegram, bot: Bot) -> None:
    await bot.send(make_event("un"), CHAT)
    await bot.close()
    await bot.close()

    result = await bot.send(make_event("deux"), CHAT)

    assert result.provider_message_id == "42:2"


async def test_the_token_is_in_no_log_and_no_error(
    telegram: FakeTelegram, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    """A vendor that quotes our address back to us tells it to nobody either."""
    caplog.set_level(logging.DEBUG)
    echo = error(400, f"Bad Request: no method at /bot{TOKEN}/sendMessage")
    telegram.fail_next(Fault(), Fault(response=echo), Fault(drops_after=True))
    nowhere = make_bot("http://127.0.0.1:1")

    results = [await bot.send(make_event("Salut"), CHAT) for _ in range(3)]
    results.append(await nowhere.send(make_event("Salut"), CHAT))
    with pytest.raises(SendProblem) as problem:
        await bot.fetch_media(media_url("nope", telegram.url))
    await nowhere.close()

    assert [result.success for result in results] == [True, False, False, False]
    assert any("bot:token/sendMessage" in record.getMessage() for record in caplog.records)
    secret = TOKEN.partition(":")[2]
    told = [caplog.text, repr(results), repr(problem.value), repr(problem.value.__context__)]
    assert all(secret not in text for text in [*told, repr(bot._config), str(bot._config)])


async def test_a_file_is_fetched_by_the_address_in_its_content(
    telegram: FakeTelegram, bot: Bot
) -> None:
    telegram.files["BQAC_pdf"] = b"%PDF"

    fetched = await bot.fetch_media(media_url("BQAC_pdf", telegram.url))

    assert fetched.content == b"%PDF"


@pytest.mark.parametrize("url", ["https://x.example/a.pdf", "https://x.example/bot:token/getFile?"])
async def test_only_files_of_telegram_are_fetched(
    telegram: FakeTelegram, bot: Bot, url: str
) -> None:
    with pytest.raises(MediaUnavailable, match="does not name a file"):
        await bot.fetch_media(url)

    assert telegram.requests == []


async def test_a_file_that_is_gone_is_a_refusal(telegram: FakeTelegram, bot: Bot) -> None:
    telegram.files["BQAC_pdf"] = b"%PDF"
    telegram.fail_next(Fault(), Fault(response=error(404, "Not Found")))

    with pytest.raises(SendProblem):
        await bot.fetch_media(media_url("BQAC_pdf", telegram.url))


async def test_a_file_that_is_too_large_is_not_fetched(telegram: FakeTelegram, bot: Bot) -> None:
    result = {"file_id": "x", "file_unique_id": "x", "file_size": 20_000_001, "file_path": "a"}
    telegram.fail_next(Fault(response=Response(200, {"ok": True, "result": result})))

    with pytest.raises(MediaUnavailable, match="20000000"):
        await bot.fetch_media(media_url("x", telegram.url))

    assert len(telegram.requests) == 1
