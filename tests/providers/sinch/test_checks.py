"""What Sinch says of our credentials, before anything is sent."""

from typing import Any

import pytest

from channels_app.testing.fakes.server import Fault, Response
from channels_app.testing.fakes.sinch import FakeSinch
from tests.providers.checking import failure_of, field_of, words_of
from tests.providers.sinch.account import NOWHERE, make_sms


async def test_good_credentials_pass(sinch: FakeSinch) -> None:
    assert await failure_of(make_sms(sinch.url)) is None
    assert (sinch.refusals, sinch.sent) == ([], [])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"api_token": "made-up"}, "api_token"),
        ({"service_plan_id": "another"}, "service_plan_id"),
    ],
)
async def test_what_is_wrong_is_named(
    sinch: FakeSinch, changes: dict[str, Any], field: str
) -> None:
    assert await field_of(make_sms(sinch.url, **changes)) == field


async def test_a_token_without_the_right_is_named(sinch: FakeSinch) -> None:
    sinch.fail_next(Fault(Response(403, {"code": "forbidden", "text": "Forbidden"})))

    assert await field_of(make_sms(sinch.url)) == "api_token"


@pytest.mark.parametrize("fault", [Fault(Response(503, "")), Fault(drops_after=True)])
async def test_a_vendor_that_is_away_says_nothing_of_the_credentials(
    sinch: FakeSinch, fault: Fault
) -> None:
    sinch.fail_next(fault)

    assert "try again later" in await words_of(make_sms(sinch.url))


async def test_a_vendor_that_is_not_there_says_nothing_either() -> None:
    assert "try again later" in await words_of(make_sms(NOWHERE))


async def test_somebody_else_s_page_does_not_pass(sinch: FakeSinch) -> None:
    sinch.fail_next(Fault(Response(200, "<html>")))

    assert await words_of(make_sms(sinch.url))
