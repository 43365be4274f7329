"""What Telnyx says of our credentials, before anything is sent."""

from typing import Any

import pytest

from channels_app.testing.fakes.server import Fault, Response
from channels_app.testing.fakes.telnyx import FakeTelnyx, too_many_requests
from channels_app.testing.fakes.telnyx_desk import AGENT_ID, NUMBER, PROFILE_ID
from tests.providers.checking import failure_of, field_of, words_of
from tests.providers.telnyx.account import make_rcs, make_sms


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"messaging_profile_id": PROFILE_ID},
        # the profile chooses
        {"messaging_profile_id": PROFILE_ID, "from_number": ""},
        # of names nothing is asked
        {"messaging_profile_id": PROFILE_ID, "from_number": "WillowLane"},
    ],
)
async def test_good_credentials_pass(telnyx: FakeTelnyx, changes: dict[str, Any]) -> None:
    assert await failure_of(make_sms(telnyx.api, **changes)) is None
    assert {request.method for request in telnyx.requests} == {"GET"}
    assert (telnyx.refusals, telnyx.sent) == ([], [])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"api_key": "KEYmade-up"}, "api_key"),
        ({"api_key": "KEYmade-up", "messaging_profile_id": PROFILE_ID}, "api_key"),
        ({"messaging_profile_id": "4000eba1/../?x"}, "messaging_profile_id"),
        ({"from_number": "+15145550188"}, "from_number"),
        # without a profile, and with another one
        ({"from_number": "+15145550177"}, "from_number"),
        ({"from_number": "+15145550166", "messaging_profile_id": PROFILE_ID}, "from_number"),
    ],
)
async def test_what_is_wrong_is_named(
    telnyx: FakeTelnyx, changes: dict[str, Any], field: str
) -> None:
    telnyx.desk.numbers |= {"+15145550177": None, "+15145550166": "another"}

    assert await field_of(make_sms(telnyx.api, **changes)) == field


async def test_a_disabled_profile_does_not_pass(telnyx: FakeTelnyx) -> None:
    telnyx.desk.profiles[PROFILE_ID] = False

    assert (
        await field_of(make_sms(telnyx.api, messaging_profile_id=PROFILE_ID))
        == "messaging_profile_id"
    )


@pytest.mark.parametrize(
    "fault", [Fault(Response(503, "")), Fault(too_many_requests(3)), Fault(drops_after=True)]
)
async def test_a_vendor_that_is_away_says_nothing_of_the_credentials(
    telnyx: FakeTelnyx, fault: Fault
) -> None:
    telnyx.fail_next(fault)

    assert "try again later" in await words_of(make_sms(telnyx.api))


@pytest.mark.parametrize("body", ["<html>", {}, [], {"data": None}])
async def test_somebody_else_s_page_does_not_pass(telnyx: FakeTelnyx, body: Any) -> None:
    telnyx.fail_next(Fault(Response(200, body)))

    assert await words_of(make_sms(telnyx.api, messaging_profile_id=PROFILE_ID))


async def test_an_rcs_agent_that_is_there_passes(telnyx: FakeTelnyx) -> None:
    assert await failure_of(make_rcs(telnyx.api)) is None
    assert telnyx.refusals == []


@pytest.mark.parametrize("agent_id", ["Agent008", "Agent009"])
async def test_an_rcs_agent_that_cannot_send_does_not_pass(
    telnyx: FakeTelnyx, agent_id: str
) -> None:
    telnyx.desk.agents |= {"Agent009": False}

    assert await field_of(make_rcs(telnyx.api, agent_id=agent_id)) == "agent_id"


@pytest.mark.parametrize("path", [f"/messaging_profiles/{PROFILE_ID}?x=1", "/messaging_profiles/x"])
async def test_the_fake_looks_up_what_is_there(telnyx: FakeTelnyx, path: str) -> None:
    sms = make_sms(telnyx.api)

    assert not (await sms._api.get(path)).is_success
    assert (await sms._api.get(f"/messaging/rcs/agents/{AGENT_ID}")).is_success
    assert (await sms._api.get("/phone_numbers/messaging")).json()["data"][0][
        "phone_number"
    ] == NUMBER
    await sms.close()
