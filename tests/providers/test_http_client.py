"""What an answer, or the lack of one, says about a message."""

from datetime import UTC, datetime

import httpx
import pytest

from channels_app.providers.base.http_client import (
    SendProblem,
    VendorClient,
    outcome_of_status,
    retry_after_of,
)
from channels_app.testing.fakes.server import FakeVendor, Fault, Request, Response
from rooms.domain.delivery import SendOutcome

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


class Echo(FakeVendor):
    def answer(self, request: Request) -> Response:
        return Response(body={"path": request.path})


async def ask(url: str, *, timeout: float = 5.0) -> httpx.Response:
    async with VendorClient("Echo", timeout=timeout) as client:
        return await client.request("POST", f"{url}/secret-token/send")


async def outcome_of(url: str, *, timeout: float = 5.0) -> SendOutcome | None:
    with pytest.raises(SendProblem) as problem:
        await ask(url, timeout=timeout)
    assert "secret-token" not in str(problem.value)
    return problem.value.result.outcome


async def test_answer_is_returned_whatever_it_is() -> None:
    with Echo().serving() as vendor:
        vendor.fail_next(Fault(Response(status=500, body="down")))
        answers = [await ask(vendor.url), await ask(vendor.url)]

    assert [answer.status_code for answer in answers] == [500, 200]


async def test_message_that_never_left_may_be_sent_again() -> None:
    with Echo().serving() as vendor:
        url = vendor.url

    assert await outcome_of(url) is SendOutcome.TRANSIENT


async def test_message_that_may_have_arrived_is_of_unknown_outcome() -> None:
    with Echo().serving() as vendor:
        vendor.fail_next(Fault(drops_after=True), Fault(wait_s=0.5))
        outcomes = [await outcome_of(vendor.url), await outcome_of(vendor.url, timeout=0.1)]

    assert outcomes == [SendOutcome.UNKNOWN, SendOutcome.UNKNOWN]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, SendOutcome.ACCEPTED),
        (302, SendOutcome.REJECTED),
        (400, SendOutcome.REJECTED),
        (401, SendOutcome.AUTH),
        (403, SendOutcome.AUTH),
        (429, SendOutcome.THROTTLED),
        (500, SendOutcome.UNKNOWN),
        (503, SendOutcome.TRANSIENT),
    ],
)
def test_status_alone_says(status: int, outcome: SendOutcome) -> None:
    assert outcome_of_status(status) is outcome


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("Mon, 05 Jan 2026 12:00:30 GMT", 30.0),
        ("Mon, 05 Jan 2026 12:00:30 -0000", 30.0),
        ("Mon, 05 Jan 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("²", None),
        ("", None),
    ],
)
def test_vendor_says_how_long_to_wait(header: str, seconds: float | None) -> None:
    answer = httpx.Response(429, headers=[(b"Retry-After", header.encode("latin-1"))])

    assert retry_after_of(answer, now=NOW) == seconds
