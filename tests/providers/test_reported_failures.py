"""Failures that vendors report after they took a message: some pass, most do not.

Each row is of a vendor's own table; the channel is asked, as the pipeline asks it.
"""

from typing import Any

import pytest

from tests.webhooks.hostile_vendors import make_vendors

VENDORS = {vendor.channel_id: vendor for vendor in make_vendors()}
TWILIO = {
    **dict.fromkeys(("30001", "30003", "30008", "30017", "30022", "63018"), True),
    **dict.fromkeys(("30005", "30007", "21610", "63016", "39999", "", "a1", "9" * 30), False),
}
TELNYX = {"40004": True, "40006": True, "40011": True, "40300": False, "40012": False}
CODES: dict[str, dict[str, bool]] = {
    "tw": TWILIO,
    "tw-rcs": TWILIO,
    "tw-wa": TWILIO,
    "tx": TELNYX,
    "tx-rcs": TELNYX,
    "si": {"404": True, "402": False, "406": False, "408": False},
    "wa": {"131000": True, "130429": True, "131047": False, "131026": False, "x": False},
    # They report no failures, or none of which they say that they pass.
    **{name: {"404": False, "1": False} for name in ("vm", "ms", "tg", "teams")},
}


@pytest.mark.parametrize(
    ("name", "code", "passes"),
    [(name, code, passes) for name, codes in CODES.items() for code, passes in codes.items()],
)
def test_channel_knows_which_failures_pass(name: str, code: str, *, passes: bool) -> None:
    channel: Any = VENDORS[name].channel
    assert channel.may_send_again(code) is passes
