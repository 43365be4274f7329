"""What became of a message that did not simply go out."""

import logging
from typing import Any

import pytest

from channels_app.providers.voicemeup.sms import VoiceMeUpSMSProvider
from channels_app.testing.fakes.server import Fault, Response
from channels_app.testing.fakes.voicemeup import AUTH_TOKEN, FakeVoiceMeUp, answered, refusal
from rooms.domain.delivery import SendOutcome
from tests.providers.voicemeup.account import TO, WEBHOOK_TOKEN, make_event, make_sms

UNKNOWN, REJECTED = SendOutcome.UNKNOWN, SendOutcome.REJECTED


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"code": "invalid_number", "_content": f"No number: {TO}"}, "invalid_number"),
        ([{"_content": "Sorry"}, {"code": "no_credit", "_content": "!"}], "no_credit"),
        ([], "no_code"),
        (None, "no_code"),
    ],
)
async def test_http_success_may_say_error(
    voicemeup: FakeVoiceMeUp, sms: VoiceMeUpSMSProvider, message: Any, code: str
) -> None:
    voicemeup.fail_next(Fault(answered("error", message)))

    result = await sms.send(make_event(), TO)

    assert (result.success, result.outcome, result.code) == (False, REJECTED, code)
    assert result.error == f"VoiceMeUp: {code}"


@pytest.mark.parametrize(
    ("response", "outcome", "code"),
    [
        (Response(200, "OK"), UNKNOWN, "unreadable_answer"),
        (Response(200, []), UNKNOWN, "unreadable_answer"),
        (Response(200, {"response_details": "success"}), UNKNOWN, "unreadable_answer"),
        (Response(302, None, {"Location": "/"}), REJECTED, "http_302"),
        (Response(404, "?"), REJECTED, "http_404"),
        (Response(403, "?"), SendOutcome.AUTH, "http_403"),
        (Response(429, "?", {"Retry-After": "9"}), SendOutcome.THROTTLED, "http_429"),
        (Response(500, "?"), UNKNOWN, "http_500"),
        (Response(503, "?"), SendOutcome.TRANSIENT, "http_503"),
    ],
)
async def test_other_answers_are_read_by_their_status(
    voicemeup: FakeVoiceMeUp,
    sms: VoiceMeUpSMSProvider,
    response: Response,
    outcome: SendOutcome,
    code: str,
) -> None:
    voicemeup.fail_next(Fault(response))

    result = await sms.send(make_event(), TO)

    assert (result.success, result.outcome, result.code) == (False, outcome, code)
    assert result.retry_after == (9.0 if code == "http_429" else None)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault(refusal("invalid_parameter", "No").response), REJECTED),
        # sending all of it again would send the first part twice
        (Fault(Response(429, "?")), UNKNOWN),
        (Fault(Response(503, "?")), UNKNOWN),
        (Fault(drops_after=True), UNKNOWN),
    ],
)
async def test_a_part_that_is_not_taken_ends_it(
    voicemeup: FakeVoiceMeUp, sms: VoiceMeUpSMSProvider, fault: Fault, outcome: SendOutcome
) -> None:
    voicemeup.fail_next(Fault(), fault)

    result = await sms.send(make_event("x" * 2300), TO)

    assert (result.success, result.outcome) == (False, outcome)
    assert result.provider_message_ids == [voicemeup.sent[0].hash]
    assert len(voicemeup.requests) == 2


async def test_a_late_answer_leaves_open_what_became_of_it(voicemeup: FakeVoiceMeUp) -> None:
    sms = make_sms(voicemeup.url, timeout=0.2)
    voicemeup.fail_next(Fault(wait_s=1.0))

    result = await sms.send(make_event(), TO)

    assert (result.outcome, result.code) == (UNKNOWN, "timeout")
    await sms.close()


async def test_secrets_are_shown_to_nobody(
    voicemeup: FakeVoiceMeUp, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sms = make_sms(voicemeup.url)
    results = [await sms.send(make_event(), TO)]
    voicemeup.fail_next(Fault(drops_after=True), Fault(Response(500, "?")))
    results += [await sms.send(make_event(), TO) for _ in range(2)]
    await sms.close()

    shown = f"{results!r} {sms!r} {vars(sms)!r} {caplog.text}"
    assert AUTH_TOKEN not in shown
    assert WEBHOOK_TOKEN not in shown
    assert all(AUTH_TOKEN not in f"{each.path}{each.query}" for each in voicemeup.requests)
