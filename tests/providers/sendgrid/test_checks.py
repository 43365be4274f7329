"""What SendGrid says of a key, before a mail is sent."""

from collections.abc import Iterator
from typing import Any

import pytest

from channels_app.testing.fakes.sendgrid import FakeSendGrid, too_many_requests
from channels_app.testing.fakes.server import Fault, Response
from tests.providers.checking import failure_of, field_of, words_of
from tests.providers.sendgrid.test_sending import make_provider


@pytest.fixture
def fake() -> Iterator[FakeSendGrid]:
    with FakeSendGrid().serving() as serving:
        yield serving


async def test_a_good_key_passes(fake: FakeSendGrid) -> None:
    assert await failure_of(make_provider(f"{fake.url}/")) is None
    assert (fake.refusals, fake.sent) == ([], [])


async def test_a_wrong_key_is_named(fake: FakeSendGrid) -> None:
    assert await field_of(make_provider(fake.url, api_key="SG.made-up")) == "api_key"


async def test_a_key_that_may_not_send_mail_does_not_pass(fake: FakeSendGrid) -> None:
    fake.scopes = ["mail.batch.read", "stats.read"]

    failure = await failure_of(make_provider(fake.url))

    assert failure is not None
    assert (failure.field, "Mail Send" in str(failure)) == ("api_key", True)


@pytest.mark.parametrize(
    "fault", [Fault(Response(503, "")), Fault(too_many_requests(1)), Fault(drops_after=True)]
)
async def test_a_vendor_that_is_away_says_nothing_of_the_key(
    fake: FakeSendGrid, fault: Fault
) -> None:
    fake.fail_next(fault)

    assert "try again later" in await words_of(make_provider(fake.url))


@pytest.mark.parametrize("body", ["<html>", [], {"scopes": None}])
async def test_somebody_else_s_page_does_not_pass(fake: FakeSendGrid, body: Any) -> None:
    fake.fail_next(Fault(Response(200, body)))

    assert await words_of(make_provider(fake.url))
