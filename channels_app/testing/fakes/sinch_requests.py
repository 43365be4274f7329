"""What Sinch's SMS API takes as a batch, field by field.

Written from the types of the vendor's SDK, sinch 2.1.0 for Python: `TextRequest`, `MediaRequest`,
`MediaBody`. Unconfirmed: that unknown fields are refused, and the length of `client_reference`.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

MAX_BODY = 2000
MAX_REFERENCE = 2048


def _sender(value: str) -> str:
    digits = value.removeprefix("+")
    if digits.isdecimal() and not 3 <= len(digits) <= 15:
        raise ValueError("must be a valid MSISDN or short code")
    if not digits.isdecimal() and not (1 <= len(value) <= 11 and value.isalnum()):
        raise ValueError("must be a valid alphanumeric sender of at most 11 characters")
    return value


Msisdn = Annotated[str, Field(pattern=r"^\+?[1-9][0-9]{6,14}$")]
Sender = Annotated[str, AfterValidator(_sender)]
WebAddress = Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=2048)]
ReportType = Literal["none", "summary", "full", "per_recipient", "per_recipient_final"]


class Wire(BaseModel):
    """A JSON object in which every field is known and has its own type."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=False)


class Batch(Wire):
    """What batches of all types have in common."""

    to: list[Msisdn] = Field(min_length=1, max_length=1000)
    from_: Sender | None = Field(default=None, alias="from")
    parameters: dict[str, dict[str, str]] | None = None
    delivery_report: ReportType | None = None
    send_at: datetime | None = Field(default=None, strict=False)
    expire_at: datetime | None = Field(default=None, strict=False)
    callback_url: WebAddress | None = None
    client_reference: str | None = Field(default=None, max_length=MAX_REFERENCE)
    feedback_enabled: bool | None = None


class TextBatch(Batch):
    """`TextRequest`."""

    type: Literal["mt_text"] = "mt_text"
    body: str = Field(min_length=1, max_length=MAX_BODY)
    flash_message: bool | None = None
    max_number_of_message_parts: int | None = Field(default=None, ge=1)
    truncate_concat: bool | None = None
    from_ton: int | None = None
    from_npi: int | None = None


class MediaBody(Wire):
    """`MediaBody`: a message without a file is no media message."""

    url: WebAddress
    message: str | None = None
    subject: str | None = None


class MediaBatch(Batch):
    """`MediaRequest`."""

    type: Literal["mt_media"]
    body: MediaBody
    strict_validation: bool | None = None
