"""What Telnyx takes for SMS and MMS, field by field.

Written from the types of the vendor's SDK, telnyx 4.189.0 for Python: `MessageSendParams`, with the
rules of its docstrings. Unconfirmed: that fields which the SDK does not know are refused.
"""

import re
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

MAX_PARTS = 10  # error 40302; the number is unconfirmed

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
SHORT_CODE = re.compile(r"[0-9]{3,8}")
ALPHANUMERIC = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("^{}\\[~]|€\f")


def count_parts(text: str) -> tuple[str, int]:
    """Return the encoding and the number of parts of an SMS (3GPP TS 23.038, 23.040)."""
    if not set(text) - GSM_BASIC - GSM_EXTENDED:
        sizes, single, several = [1 + (char in GSM_EXTENDED) for char in text], 160, 153
        encoding = "GSM-7"
    else:
        sizes, single, several = [1 + (ord(char) > 0xFFFF) for char in text], 70, 67
        encoding = "UCS-2"
    if sum(sizes) <= single:
        return encoding, 1
    parts, room = 1, several
    for size in sizes:
        if size > room:
            parts, room = parts + 1, several
        room -= size
    return encoding, parts


def _phone_number(value: str) -> str:
    if not E164.fullmatch(value):
        raise ValueError("Phone number must be in +E.164 format")
    return value


def _recipient(value: str) -> str:
    return value if SHORT_CODE.fullmatch(value) else _phone_number(value)


def _sender(value: str) -> str:
    return value if ALPHANUMERIC.fullmatch(value) else _recipient(value)


PhoneNumber = Annotated[str, AfterValidator(_phone_number)]
Recipient = Annotated[str, AfterValidator(_recipient)]
Sender = Annotated[str, AfterValidator(_sender)]
WebAddress = Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=2000)]


class Wire(BaseModel):
    """A JSON object in which every field is known and has its own type."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=False)


class SmsRequest(Wire):
    """The body of `POST /v2/messages`."""

    to: Recipient
    from_: Sender | None = Field(default=None, alias="from")
    text: str | None = Field(default=None, min_length=1)
    media_urls: list[WebAddress] = Field(default=[])
    messaging_profile_id: str | None = None
    subject: str | None = None
    type: Literal["SMS", "MMS"] | None = None
    encoding: Literal["auto", "gsm7", "ucs2"] | None = None
    auto_detect: bool | None = None
    send_at: datetime | None = Field(default=None, strict=False)
    use_profile_webhooks: bool | None = None
    webhook_url: WebAddress | None = None
    webhook_failover_url: WebAddress | None = None

    @model_validator(mode="after")
    def _has_a_sender(self) -> Self:
        if self.messaging_profile_id is None and (
            self.from_ is None or ALPHANUMERIC.fullmatch(self.from_)
        ):
            raise ValueError("messaging_profile_id is required without a number to send from")
        return self

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.type == "SMS" and self.media_urls:
            raise ValueError("an SMS has no media_urls")
        if self.type == "MMS" and not self.media_urls:
            raise ValueError("media_urls are required for MMS")
        if self.text is None and not self.media_urls:
            raise ValueError("text is required for SMS")
        return self
