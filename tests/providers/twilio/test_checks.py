"""What Twilio says of our credentials, before anything is sent."""

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from channels_app.providers.twilio.config import TwilioConfig
from channels_app.providers.twilio.rcs import TwilioRCSProvider
from channels_app.providers.twilio.sms import TwilioSMSProvider
from channels_app.providers.twilio.whatsapp import TwilioWhatsAppProvider
from channels_app.testing.fakes.server import Fault, Response
from channels_app.testing.fakes.twilio import FakeTwilio
from channels_app.testing.fakes.twilio_answers import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    NUMBER,
    SERVICE_SID,
)
from tests.providers.checking import failure_of, field_of, words_of

KEY, SECRET = f"SK{1:032x}", "key-secret"
WITH_KEY = {"api_key_sid": KEY, "api_key_secret": SECRET}
Make: TypeAlias = Callable[..., TwilioSMSProvider]


@pytest.fixture
def make(twilio: FakeTwilio) -> Make:
    """Return a function that makes a provider with changed settings."""
    twilio.desk.keys[KEY] = SECRET
    twilio.desk.numbers["+15145550177"] = False  # it only rings

    def build(**changes: Any) -> TwilioSMSProvider:
        known = {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN, "from_number": NUMBER}
        given = {**known, "base_url": twilio.url, **changes}
        return TwilioSMSProvider(TwilioConfig.model_validate(given))

    return build


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"messaging_service_sid": SERVICE_SID},
        # of names and short codes nothing is asked
        {"from_number": "WillowLane"},
        {"from_number": "55555"},
        WITH_KEY,
    ],
)
async def test_good_credentials_pass(
    twilio: FakeTwilio, make: Make, changes: dict[str, str]
) -> None:
    assert await failure_of(make(**changes)) is None
    assert {request.method for request in twilio.requests} == {"GET"}
    assert (twilio.refusals, twilio.sent) == ([], [])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"auth_token": "made-up"}, "auth_token"),
        ({"account_sid": f"AC{9:032x}"}, "auth_token"),
        ({"from_number": "+15145550188"}, "from_number"),
        ({"from_number": "+15145550177"}, "from_number"),
        ({"messaging_service_sid": f"MG{9:032x}"}, "messaging_service_sid"),
        ({"api_key_sid": KEY, "api_key_secret": "made-up"}, "api_key_secret"),
    ],
)
async def test_what_is_wrong_is_named(make: Make, changes: dict[str, str], field: str) -> None:
    assert await field_of(make(**changes)) == field


async def test_a_key_that_lacks_a_permission_is_told_from_a_wrong_one(
    twilio: FakeTwilio, make: Make
) -> None:
    twilio.desk.blind_keys.add(KEY)

    assert await field_of(make(**WITH_KEY)) == "api_key_sid"


async def test_a_suspended_account_does_not_pass(twilio: FakeTwilio, make: Make) -> None:
    twilio.desk.status = "suspended"

    assert await field_of(make()) == "account_sid"


@pytest.mark.parametrize(
    "fault", [Fault(Response(503, "")), Fault(Response(429, "")), Fault(drops_after=True)]
)
async def test_a_vendor_that_is_away_says_nothing_of_the_credentials(
    twilio: FakeTwilio, make: Make, fault: Fault
) -> None:
    twilio.fail_next(fault)

    assert "try again later" in await words_of(make())


@pytest.mark.parametrize("body", ["<html>", "{}", "[]"])
async def test_somebody_else_s_page_does_not_pass(
    twilio: FakeTwilio, make: Make, body: str
) -> None:
    twilio.fail_next(Fault(Response(200, body)))

    assert await failure_of(make())


async def test_rcs_and_whatsapp_are_checked_too(
    twilio: FakeTwilio, rcs: TwilioRCSProvider, whatsapp: TwilioWhatsAppProvider
) -> None:
    twilio.services.clear()

    assert await failure_of(whatsapp) is None
    assert await field_of(rcs) == "messaging_service_sid"
