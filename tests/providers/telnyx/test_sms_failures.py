"""What became of a message that did not simply go out."""

from typing import Any

import pytest

from channels_app.providers.telnyx.sms import TelnyxSMSProvider
from channels_app.testing.fakes.server import Fault, Response
from channels_app.testing.fakes.telnyx import FakeTelnyx, too_many_requests
from channels_app.testing.fakes.telnyx_desk import refusal
from channels_app.testing.fakes.telnyx_webhooks import CUSTOMER
from rooms.domain.delivery import SendOutcome
from tests.providers.telnyx.account import make_event, make_sms

UNKNOWN, REJECTED = SendOutcome.UNKNOWN, SendOutcome.REJECTED


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (400, "10016", REJECTED),
        (422, "10015", REJECTED),
        (422, "40302", REJECTED),
        (404, "10005", REJECTED),
        (401, "10009", SendOutcome.AUTH),
        (403, "10010", SendOutcome.AUTH),
        # a code that we do not know, with a status that says it
        (401, "20100", SendOutcome.AUTH),
        (409, "40300", SendOutcome.OPTED_OUT),
        (429, "10011", SendOutcome.THROTTLED),
        (429, "40318", SendOutcome.THROTTLED),
        # an earlier try may be under way
        (409, "10012", UNKNOWN),
        (500, "10007", UNKNOWN),
        (504, "10008", UNKNOWN),
        (503, "50000", SendOutcome.TRANSIENT),
        (502, "50000", UNKNOWN),
    ],
)
async def test_each_refusal_is_told_apart(
    telnyx: FakeTelnyx, sms: TelnyxSMSProvider, status: int, code: str, outcome: SendOutcome
) -> None:
    telnyx.fail_next(Fault(refusal(status, code, "Because").response))

    result = await sms.send(make_event(), CUSTOMER)

    assert (result.success, result.outcome, result.code) == (False, outcome, code)
    assert result.error == "Telnyx: Because"


@pytest.mark.parametrize(
    ("response", "outcome", "code"),
    [
        (Response(502, "<html>Bad gateway</html>"), UNKNOWN, "http_502"),
        (Response(503, {"errors": []}), SendOutcome.TRANSIENT, "http_503"),
        (Response(400, {"errors": "?"}), REJECTED, "http_400"),
        (Response(400, {"errors": ["?"]}), REJECTED, "http_400"),
        (Response(401, []), SendOutcome.AUTH, "http_401"),
        # a redirect is neither followed nor taken for a success
        (Response(302, None, {"Location": "https://example.org"}), REJECTED, "http_302"),
        # success that names no message
        (Response(200, {"data": {}}), UNKNOWN, "unreadable_answer"),
        (Response(200, {"data": []}), UNKNOWN, "unreadable_answer"),
        (Response(200, "OK"), UNKNOWN, "unreadable_answer"),
        (Response(200, {"data": {"id": ""}}), UNKNOWN, "unreadable_answer"),
    ],
)
async def test_answers_in_other_words_are_read_by_their_status(
    telnyx: FakeTelnyx,
    sms: TelnyxSMSProvider,
    response: Response,
    outcome: SendOutcome,
    code: str,
) -> None:
    telnyx.fail_next(Fault(response))

    result = await sms.send(make_event(), CUSTOMER)

    assert (result.success, result.outcome, result.code) == (False, outcome, code)


@pytest.mark.parametrize(
    ("response", "seconds"),
    [
        (too_many_requests(7), 7.0),
        (Response(429, {}, {"Retry-After": "12", "x-ratelimit-reset": "7"}), 12.0),
        (Response(429, {}, {"x-ratelimit-reset": "soon"}), None),
        (Response(429, {}), None),
        (Response(500, {}, {"x-ratelimit-reset": "7"}), None),
    ],
)
async def test_the_vendor_says_how_long_to_wait(
    telnyx: FakeTelnyx, sms: TelnyxSMSProvider, response: Response, seconds: float | None
) -> None:
    telnyx.fail_next(Fault(response))

    assert (await sms.send(make_event(), CUSTOMER)).retry_after == seconds


async def test_who_sent_stop_is_not_written_to(telnyx: FakeTelnyx, sms: TelnyxSMSProvider) -> None:
    telnyx.blocked.add(CUSTOMER)

    result = await sms.send(make_event(), CUSTOMER)

    assert (result.outcome, result.code) == (SendOutcome.OPTED_OUT, "40300")
    # the vendor's detail names phone numbers
    assert CUSTOMER not in (result.error or "")


async def test_a_late_answer_leaves_open_what_became_of_it(telnyx: FakeTelnyx) -> None:
    sms = make_sms(telnyx.api, timeout=0.2)
    telnyx.fail_next(Fault(wait_s=1.0))

    result = await sms.send(make_event(), CUSTOMER)

    assert (result.outcome, result.code) == (UNKNOWN, "timeout")
    await sms.close()


async def test_a_message_whose_answer_was_lost_is_sent_once(
    telnyx: FakeTelnyx, sms: TelnyxSMSProvider
) -> None:
    event = make_event()
    telnyx.fail_next(Fault(drops_after=True))

    first, second = [await sms.send(event, CUSTOMER) for _ in range(2)]

    assert (first.outcome, first.code) == (UNKNOWN, "connection_lost")
    assert second.provider_message_ids == [message.id for message in telnyx.sent]
    assert len(telnyx.sent) == 1


async def test_sending_again_after_half_of_it_sends_the_other_half(
    telnyx: FakeTelnyx, sms: TelnyxSMSProvider
) -> None:
    event = make_event("x" * 2000)
    telnyx.fail_next(Fault(), Fault(too_many_requests(1)))

    first, second = [await sms.send(event, CUSTOMER) for _ in range(2)]

    assert first.outcome is SendOutcome.THROTTLED
    assert first.provider_message_ids == [telnyx.sent[0].id]
    assert second.provider_message_ids == [message.id for message in telnyx.sent]
    assert len(telnyx.sent) == 2


async def test_different_messages_have_different_keys(
    telnyx: FakeTelnyx, sms: TelnyxSMSProvider
) -> None:
    event = make_event()
    calls: list[tuple[Any, ...]] = [
        (event, CUSTOMER),
        (event, "+15145550124"),
        (event, CUSTOMER, "+15145550188"),
        (make_event(), CUSTOMER),
    ]

    for call in calls:
        await sms.send(*call)

    assert len({message.idempotency_key for message in telnyx.sent}) == len(calls)
