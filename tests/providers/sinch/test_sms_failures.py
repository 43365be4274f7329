"""What became of a message that did not simply go out."""

import pytest

from channels_app.providers.sinch.sms import SinchSMSProvider
from channels_app.testing.fakes.server import Fault, Response
from channels_app.testing.fakes.sinch import FakeSinch, refusal
from rooms.domain.delivery import SendOutcome
from tests.providers.sinch.account import TO, make_event, make_sms

UNKNOWN, REJECTED = SendOutcome.UNKNOWN, SendOutcome.REJECTED
THROTTLED, TRANSIENT = SendOutcome.THROTTLED, SendOutcome.TRANSIENT


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (400, "syntax_invalid_parameter_format", REJECTED),
        (400, "missing_parameter", REJECTED),
        # about this message, such as a number that is not ours
        (403, "forbidden", REJECTED),
        (404, "not_found", REJECTED),
        (401, "unauthorized", SendOutcome.AUTH),
        (429, "too_many_requests", THROTTLED),
        (500, "internal_error", UNKNOWN),
        (502, "bad_gateway", UNKNOWN),
        (503, "unavailable", TRANSIENT),
    ],
)
async def test_each_refusal_is_told_apart(
    sinch: FakeSinch, sms: SinchSMSProvider, status: int, code: str, outcome: SendOutcome
) -> None:
    sinch.fail_next(Fault(refusal(status, code, f"Because of {TO}").response))

    result = await sms.send(make_event(), TO)

    assert (result.success, result.outcome, result.code) == (False, outcome, code)
    assert result.error == f"Sinch: {code}"


@pytest.mark.parametrize(
    ("response", "outcome", "code"),
    [
        (Response(401), SendOutcome.AUTH, "http_401"),
        (Response(502, "<html>"), UNKNOWN, "http_502"),
        (Response(400, ["?"]), REJECTED, "http_400"),
        # a redirect is neither followed nor taken for a success
        (Response(302, None, {"Location": "https://example.org"}), REJECTED, "http_302"),
        # success that names no batch
        (Response(201, {}), UNKNOWN, "unreadable_answer"),
        (Response(201, []), UNKNOWN, "unreadable_answer"),
        (Response(201, {"id": 7}), UNKNOWN, "unreadable_answer"),
        (Response(200, "OK"), UNKNOWN, "unreadable_answer"),
    ],
)
async def test_answers_in_other_words_are_read_by_their_status(
    sinch: FakeSinch, sms: SinchSMSProvider, response: Response, outcome: SendOutcome, code: str
) -> None:
    sinch.fail_next(Fault(response))

    result = await sms.send(make_event(), TO)

    assert (result.success, result.outcome, result.code) == (False, outcome, code)


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"Retry-After": "12"}, 12.0),
        (429, {}, None),
        (500, {"Retry-After": "12"}, None),
    ],
)
async def test_the_vendor_says_how_long_to_wait(
    sinch: FakeSinch,
    sms: SinchSMSProvider,
    status: int,
    headers: dict[str, str],
    seconds: float | None,
) -> None:
    sinch.fail_next(Fault(Response(status, {}, headers)))

    assert (await sms.send(make_event(), TO)).retry_after == seconds


async def test_a_late_answer_leaves_open_what_became_of_it(sinch: FakeSinch) -> None:
    sms = make_sms(sinch.url, timeout=0.2)
    sinch.fail_next(Fault(wait_s=1.0))

    result = await sms.send(make_event(), TO)

    assert (result.outcome, result.code) == (UNKNOWN, "timeout")
    await sms.close()


async def test_a_message_whose_answer_was_lost_is_there_once(
    sinch: FakeSinch, sms: SinchSMSProvider
) -> None:
    event = make_event()
    sinch.fail_next(Fault(drops_after=True))

    result = await sms.send(event, TO)

    assert (result.outcome, result.code) == (UNKNOWN, "connection_lost")
    assert [batch.request.client_reference for batch in sinch.sent] == [event.id]


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        # sending all of it again would send the first half twice
        (Fault(Response(429, {})), UNKNOWN),
        (Fault(Response(503, {})), UNKNOWN),
        (Fault(drops_after=True), UNKNOWN),
        (Fault(Response(400, {})), REJECTED),
        (Fault(Response(401, {})), SendOutcome.AUTH),
    ],
)
async def test_half_a_message_is_not_tried_again(
    sinch: FakeSinch, sms: SinchSMSProvider, fault: Fault, outcome: SendOutcome
) -> None:
    sinch.fail_next(Fault(), fault)

    result = await sms.send(make_event("x" * 6000), TO)

    assert (result.success, result.outcome) == (False, outcome)
    assert result.provider_message_ids == [sinch.sent[0].id]
    assert len(sinch.requests) == 2
