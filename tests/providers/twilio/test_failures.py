"""What each way of not getting a message through says about it."""

import logging
from typing import Any

import pytest
from pydantic import SecretStr

from channels_app.providers.twilio.config import TwilioConfig
from channels_app.providers.twilio.sms import TwilioSMSProvider
from channels_app.testing.fakes.server import Fault, Response
from channels_app.testing.fakes.twilio import FakeTwilio
from channels_app.testing.fakes.twilio_answers import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    NUMBER,
    error_response,
    problem_response,
)
from channels_app.testing.fakes.twilio_webhooks import CUSTOMER
from rooms.domain.delivery import SendOutcome
from tests.channels_app.values import make_event


def _provider(base_url: str, **more: Any) -> TwilioSMSProvider:
    return TwilioSMSProvider(
        TwilioConfig(
            account_sid=ACCOUNT_SID,
            auth_token=SecretStr(AUTH_TOKEN),
            from_number=NUMBER,
            base_url=base_url,
            **more,
        )
    )


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (429, 20429, SendOutcome.THROTTLED),
        (400, 21611, SendOutcome.THROTTLED),  # the sender's queue is full
        (429, 29999, SendOutcome.THROTTLED),
        (503, 20503, SendOutcome.TRANSIENT),
        (500, 20500, SendOutcome.UNKNOWN),  # it may have been taken
        (504, 29999, SendOutcome.UNKNOWN),
        (401, 20003, SendOutcome.AUTH),
        (403, 20003, SendOutcome.AUTH),
        (403, 30002, SendOutcome.AUTH),
        (400, 21610, SendOutcome.OPTED_OUT),
        (400, 63016, SendOutcome.WINDOW_CLOSED),
        (404, 20404, SendOutcome.REJECTED),
        (400, 21211, SendOutcome.REJECTED),
        (403, 21408, SendOutcome.REJECTED),  # one country, not the whole account
        (400, 21617, SendOutcome.REJECTED),
        (400, 29999, SendOutcome.REJECTED),
    ],
)
async def test_a_code_decides(
    twilio: FakeTwilio, sms: TwilioSMSProvider, status: int, code: int, outcome: SendOutcome
) -> None:
    twilio.fail_next(Fault(error_response(status, code, "because")))

    result = await sms.send(make_event(), CUSTOMER)

    assert not result.success
    assert (result.outcome, result.code, result.error) == (outcome, str(code), "because")


async def test_the_newer_shape_of_errors_is_read_too(
    twilio: FakeTwilio, sms: TwilioSMSProvider
) -> None:
    twilio.fail_next(Fault(problem_response(400, 21610, "Unsubscribed", "Sent STOP")))

    result = await sms.send(make_event(), CUSTOMER)

    assert result.outcome is SendOutcome.OPTED_OUT
    assert result.error == "Unsubscribed Sent STOP"


@pytest.mark.parametrize(
    ("response", "outcome", "code"),
    [
        (Response(502, "<html>Bad gateway</html>"), SendOutcome.UNKNOWN, "http_502"),
        (Response(400, ["not", "an", "object"]), SendOutcome.REJECTED, "http_400"),
        (Response(302, headers={"Location": "/login"}), SendOutcome.UNKNOWN, "http_302"),
        (Response(201, "<html>Created?</html>"), SendOutcome.UNKNOWN, "unreadable_answer"),
        (Response(201, {"status": "queued"}), SendOutcome.UNKNOWN, "unreadable_answer"),
        (
            Response(201, {"sid": "SM1", "status": "failed", "error_code": 30007}),
            SendOutcome.REJECTED,
            "30007",
        ),
    ],
)
async def test_answers_that_are_not_twilios(
    twilio: FakeTwilio,
    sms: TwilioSMSProvider,
    response: Response,
    outcome: SendOutcome,
    code: str,
) -> None:
    twilio.fail_next(Fault(response))

    result = await sms.send(make_event(), CUSTOMER)

    assert not result.success
    assert (result.outcome, result.code) == (outcome, code)


async def test_silence_says_nothing_about_the_message(twilio: FakeTwilio) -> None:
    provider = _provider(twilio.url, timeout=0.1)
    twilio.fail_next(Fault(wait_s=0.5))

    result = await provider.send(make_event(), CUSTOMER)
    await provider.close()

    assert (result.outcome, result.code) == (SendOutcome.UNKNOWN, "timeout")


@pytest.mark.parametrize(
    ("code", "status", "outcome"),
    [
        (20429, 429, SendOutcome.UNKNOWN),  # to repeat it would repeat the first part
        (20503, 503, SendOutcome.UNKNOWN),
        (21610, 400, SendOutcome.OPTED_OUT),
    ],
)
async def test_a_part_that_fails_stops_the_rest(
    twilio: FakeTwilio, sms: TwilioSMSProvider, code: int, status: int, outcome: SendOutcome
) -> None:
    twilio.fail_next(Fault(), Fault(error_response(status, code, "because")))

    result = await sms.send(make_event("a" * 4000), CUSTOMER)

    assert (result.outcome, result.code) == (outcome, str(code))
    assert result.provider_message_ids == [twilio.sent[0].sid]
    assert result.error == "1 of 3 parts were sent, then: because"
    assert len(twilio.requests) == 2


async def test_errors_quote_no_phone_number(twilio: FakeTwilio, sms: TwilioSMSProvider) -> None:
    words = "The 'To' number +15145550123 is not a valid phone number."
    twilio.fail_next(Fault(error_response(400, 21211, words)))

    result = await sms.send(make_event(), CUSTOMER)

    assert result.error == "The 'To' number … is not a valid phone number."


async def test_no_secret_is_shown(twilio: FakeTwilio, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    provider = _provider(twilio.url, api_key_sid="SK1", api_key_secret=SecretStr("key-secret"))

    result = await provider.send(make_event(), CUSTOMER)
    await provider.close()

    told = f"{caplog.text} {result!r} {provider!r} {vars(provider)!r}"
    assert result.outcome is SendOutcome.AUTH
    assert AUTH_TOKEN not in told
    assert "key-secret" not in told
