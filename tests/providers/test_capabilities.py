"""What each vendor can show, and what is left of its channel type, exactly.

The table of channel types is in `tests/channels_app/test_factories.py`. Where a row here has less
or more than one would expect of the type, its comment tells why.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest

from rooms.domain.binding import ChannelCapabilities
from tests.webhooks.hostile_vendors import Vendor, make_vendors

MB = 1_000_000
MIB = 1024 * 1024
PICTURES = ["image/jpeg", "image/png", "image/gif"]
ANYTHING = {"supported_media_types": ["*/*"]}

VENDORS = {vendor.channel_id: vendor for vendor in make_vendors()}


@dataclass(frozen=True)
class Shown:
    """What can be shown, in short: media types, flags, characters of a text, other limits."""

    media: str
    flags: str
    max_length: int | None = None
    limits: dict[str, Any] = field(default_factory=dict)

    def whole(self) -> ChannelCapabilities:
        """Return it at length."""
        flags = {f"supports_{flag}": True for flag in self.flags.split()}
        told = {"media_types": self.media.split(), "max_length": self.max_length}
        return ChannelCapabilities.model_validate({**told, **flags, **self.limits})


MAIL = "threading rich_text buttons cards quick_replies media"

BY_VENDOR = {
    # Nobody tells of text messages that were read, on no network.
    "tw": Shown("text media", "media", 1600, {"max_media_size_bytes": 5 * MIB}),
    # Ten segments, however many characters these are; longer texts go as several messages.
    "tx": Shown("text media", "media", None, {"max_media_size_bytes": MB}),
    "si": Shown("text media", "media", 2000),
    # 1000 characters, but the provider sends longer ones as several messages.
    "vm": Shown("text media", "media", None),
    # Buttons and cards exist in templates (ContentSid) only.
    "tw-rcs": Shown(
        "text media template",
        "read_receipts templates media",
        1600,
        {"max_media_size_bytes": 16 * MIB},
    ),
    # Telnyx can show that somebody types; the provider does not ask it to.
    "tx-rcs": Shown(
        "text rich media",
        "read_receipts rich_text buttons cards quick_replies media",
        3072,
        {"max_buttons": 11},
    ),
    # A business changes and takes back nothing. Ten choices are a list, three are buttons.
    "wa": Shown(
        "text rich media audio video location template",
        "threading reactions read_receipts typing templates rich_text buttons quick_replies media "
        "audio video",
        4096,
        {"max_buttons": 10, **ANYTHING},
    ),
    "tw-wa": Shown(
        "text media audio video location template",
        "read_receipts typing templates media audio video",
        1600,
        {"max_media_size_bytes": 16 * MIB},
    ),
    # The Send API has the sender actions `react` and `unreact`, and unsends nothing.
    "ms": Shown(
        "text rich media audio video template",
        "threading reactions read_receipts typing templates buttons cards quick_replies media "
        "audio video",
        2000,
        {"max_buttons": 3, "max_media_size_bytes": 25 * MIB, **ANYTHING},
    ),
    # A bot puts no signs on messages: the Connector has no call for it.
    "teams": Shown(
        "text rich media",
        "threading edit delete read_receipts rich_text buttons cards quick_replies media",
        28000,
        {
            "supported_media_types": ["image/png", "image/jpeg", "image/gif"],
            "max_media_size_bytes": MIB,
        },
    ),
    # Nothing is told of what was read. 20 MB is what Telegram fetches from an address.
    "tg": Shown(
        "text rich media audio video location",
        "reactions edit delete typing rich_text buttons cards quick_replies media audio video",
        4096,
        {"max_media_size_bytes": 20 * MB, **ANYTHING},
    ),
    # The receiver is a program: whatever the type allows goes through.
    "ht": None,
    # 30 MB with everything in base64.
    "sg": Shown("text rich media", MAIL, None, {"max_media_size_bytes": 20 * MB}),
    "el": Shown("text rich media", MAIL, None, {"max_media_size_bytes": 10 * MB}),
    "sm": Shown("text rich media", MAIL, None, {"max_media_size_bytes": 18 * MB}),
}

SMS_FILES = {"supported_media_types": PICTURES}
MAILED = "threading rich_text media"

LEFT = {
    # Text messages: reading is masked, and no more than 1600 characters go out at once.
    "tw": Shown("text media", "media", 1600, {**SMS_FILES, "max_media_size_bytes": 5 * MIB}),
    "tx": Shown("text media", "media", 1600, {**SMS_FILES, "max_media_size_bytes": MB}),
    "si": Shown("text media", "media", 1600, SMS_FILES),
    "vm": Shown("text media", "media", 1600, SMS_FILES),
    "tw-rcs": Shown("text media", "read_receipts media", 1600, {"max_media_size_bytes": 16 * MIB}),
    "tx-rcs": BY_VENDOR["tx-rcs"],
    # Edits and deletions of the type are masked: they go out as words.
    "wa": Shown(
        "text rich media location template",
        "reactions read_receipts templates rich_text buttons quick_replies media",
        4096,
        {"max_buttons": 3, **ANYTHING},
    ),
    "tw-wa": Shown(
        "text media location template",
        "read_receipts templates media",
        1600,
        {"max_buttons": 3, "max_media_size_bytes": 16 * MIB},
    ),
    # Deletions are masked here too.
    "ms": Shown(
        "text rich media template",
        "read_receipts buttons quick_replies media",
        2000,
        {"max_buttons": 3, "max_media_size_bytes": 25 * MIB, **ANYTHING},
    ),
    # Reactions are masked.
    "teams": Shown(
        "text rich",
        "threading edit delete read_receipts rich_text",
        28000,
        {
            "supported_media_types": ["image/png", "image/jpeg", "image/gif"],
            "max_media_size_bytes": MIB,
        },
    ),
    "tg": Shown(
        "text rich media location",
        "reactions edit delete typing rich_text buttons media",
        4096,
        {"max_media_size_bytes": 20 * MB, **ANYTHING},
    ),
    "ht": Shown("text rich", ""),
    "sg": Shown("text rich media", MAILED, None, {"max_media_size_bytes": 20 * MB}),
    "el": Shown("text rich media", MAILED, None, {"max_media_size_bytes": 10 * MB}),
    "sm": Shown("text rich media", MAILED, None, {"max_media_size_bytes": 18 * MB}),
}

EACH = pytest.mark.parametrize("vendor", VENDORS.values(), ids=VENDORS)


@EACH
def test_vendor_masks_what_it_cannot_show(vendor: Vendor) -> None:
    row = BY_VENDOR[vendor.channel_id]

    assert vendor.provider.capabilities() == (row.whole() if row else None)


@EACH
def test_channel_shows_what_type_and_vendor_can(vendor: Vendor) -> None:
    row = LEFT[vendor.channel_id]

    assert row is not None
    assert vendor.channel.capabilities() == row.whole()
