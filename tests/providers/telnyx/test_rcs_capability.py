"""Which phones can do RCS, and what a channel may show them."""

import pytest

from channels_app.providers.base.http_client import SendProblem
from channels_app.providers.telnyx.rcs import TelnyxRCSProvider
from channels_app.testing.fakes.server import Fault, Response
from channels_app.testing.fakes.telnyx import FEATURES, FakeTelnyx
from channels_app.testing.fakes.telnyx_desk import AGENT_ID, refusal
from channels_app.testing.fakes.telnyx_webhooks import CUSTOMER
from rooms.domain.delivery import SendOutcome
from tests.providers.telnyx.account import make_event


@pytest.mark.parametrize(
    ("features", "capable"), [(FEATURES, True), (["GENERIC_RCS_FEATURE"], True), ([], False)]
)
async def test_a_phone_can_do_rcs_if_it_has_features(
    telnyx: FakeTelnyx, rcs: TelnyxRCSProvider, features: list[str], capable: bool
) -> None:
    telnyx.features[CUSTOMER] = features

    assert await rcs.check_capability(CUSTOMER) is capable
    assert telnyx.requests[0].path.endswith(f"/{AGENT_ID}/%2B{CUSTOMER[1:]}")


@pytest.mark.parametrize(
    "response",
    [
        Response(404, {"errors": []}),
        Response(200, {"data": {"features": None, "status": "disabled"}}),
    ],
)
async def test_a_phone_that_is_not_known_cannot_do_rcs(
    telnyx: FakeTelnyx, rcs: TelnyxRCSProvider, response: Response
) -> None:
    telnyx.fail_next(Fault(response))

    assert not await rcs.check_capability(CUSTOMER)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault(drops_after=True), SendOutcome.UNKNOWN),
        (Fault(refusal(401, "10009", "No").response), SendOutcome.AUTH),
        (Fault(Response(200, {"data": []})), SendOutcome.UNKNOWN),
    ],
)
async def test_no_answer_is_not_a_no_and_sending_goes_on(
    telnyx: FakeTelnyx, rcs: TelnyxRCSProvider, fault: Fault, outcome: SendOutcome
) -> None:
    telnyx.fail_next(fault)

    with pytest.raises(SendProblem) as problem:
        await rcs.check_capability(CUSTOMER)

    assert problem.value.result.outcome is outcome
    assert (await rcs.send(make_event(), CUSTOMER)).success
