"""What SendGrid's `POST /v3/mail/send` takes, field by field.

Written from the vendor's schema (sendgrid-oai, `spec/paths/mail_send/mail_send.json`), the pages
"Mail Send" and "Mail Send errors" and the helpers of the SDK sendgrid 6.12.5 for Python
(`sendgrid.helpers.mail.Mail.get`). Unconfirmed: that fields which the schema does not know are
refused.
"""

import base64
import binascii
import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

MAX_RECIPIENTS = 1000
MAX_CUSTOM_ARGS_BYTES = 10_000

ADDRESS = re.compile(r"[^@\s<>\",;]{1,64}@[^@\s<>\",;]{1,255}")
MIME_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")
HEADER_NAME = re.compile(r"[!-9;-~]+")
RESERVED_HEADERS = frozenset(
    [
        "x-sg-id",
        "x-sg-eid",
        "received",
        "dkim-signature",
        "content-type",
        "content-transfer-encoding",
        "to",
        "from",
        "subject",
        "reply-to",
        "cc",
        "bcc",
    ]
)
BODY_ORDER = ("text/plain", "text/x-amp-html", "text/html")


def _mailbox(value: str) -> str:
    if not ADDRESS.fullmatch(value):
        raise ValueError("Does not contain a valid address.")
    return value


def _one_line(value: str) -> str:
    if "\r" in value or "\n" in value:
        raise ValueError("must not contain CR or LF characters")
    return value


def _mime_type(value: str) -> str:
    if not MIME_TYPE.fullmatch(value):
        raise ValueError("must be a MIME type without ';' and line breaks")
    return value


def _base64(value: str) -> str:
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("The attachment content must be base64 encoded.") from None
    return value


def _headers(value: dict[str, str]) -> dict[str, str]:
    for name, text in value.items():
        if name.lower() in RESERVED_HEADERS:
            raise ValueError(f"The header {name} is reserved and may not be set.")
        if not HEADER_NAME.fullmatch(name) or not text.isascii():
            raise ValueError("Headers must be encoded if they contain unicode characters.")
        _one_line(text)
    return value


def _custom_args(value: dict[str, str]) -> dict[str, str]:
    if sum(len(name.encode()) + len(text.encode()) for name, text in value.items()) > (
        MAX_CUSTOM_ARGS_BYTES
    ):
        raise ValueError("custom_args may not exceed 10,000 bytes.")
    return value


Mailbox = Annotated[str, AfterValidator(_mailbox)]
Line = Annotated[str, Field(min_length=1), AfterValidator(_one_line)]
Headers = Annotated[dict[str, str], AfterValidator(_headers)]
CustomArgs = Annotated[dict[str, str], AfterValidator(_custom_args)]


class Wire(BaseModel):
    """A JSON object in which every field is known and has its own type."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Address(Wire):
    """A mailbox with the name of whoever reads it."""

    email: Mailbox
    name: Annotated[str, AfterValidator(_one_line)] | None = None


class Personalization(Wire):
    """One envelope."""

    to: list[Address] = Field(min_length=1)
    cc: list[Address] = []
    bcc: list[Address] = []
    subject: Line | None = None
    headers: Headers = {}
    custom_args: CustomArgs = {}
    send_at: int | None = None

    @model_validator(mode="after")
    def check_unique(self) -> Self:
        """Refuse a mailbox that is named twice."""
        mailboxes = [each.email.lower() for each in [*self.to, *self.cc, *self.bcc]]
        if len(set(mailboxes)) != len(mailboxes):
            raise ValueError(
                "Each email address in the personalization block should be unique between to, cc, "
                "and bcc."
            )
        return self


class Content(Wire):
    """One form of the body."""

    type: Annotated[str, AfterValidator(_mime_type)]
    value: str = Field(min_length=1)


class Attachment(Wire):
    """A file in base64."""

    content: Annotated[str, Field(min_length=1), AfterValidator(_base64)]
    filename: Line
    type: Annotated[str, AfterValidator(_mime_type)] | None = None
    disposition: Literal["inline", "attachment"] = "attachment"
    content_id: Line | None = None


class Switch(Wire):
    """A setting that is on or off."""

    enable: bool | None = None


class ClickTracking(Switch):
    """Whether links are replaced, also in the plain text."""

    enable_text: bool | None = None


class TrackingSettings(Wire):
    """What SendGrid may add to a message in order to watch it."""

    click_tracking: ClickTracking | None = None
    open_tracking: Switch | None = None
    subscription_tracking: Switch | None = None


class MailSettings(Wire):
    """How a message is handled."""

    sandbox_mode: Switch | None = None
    bypass_list_management: Switch | None = None


class MailRequest(Wire):
    """The body of `POST /v3/mail/send`, as far as a message without a template has use for it."""

    personalizations: list[Personalization] = Field(min_length=1, max_length=1000)
    from_: Address = Field(alias="from")
    reply_to: Address | None = None
    subject: Line
    content: list[Content] = Field(min_length=1)
    attachments: list[Attachment] = []
    headers: Headers = {}
    categories: list[Annotated[str, Field(max_length=255)]] = Field(default=[], max_length=10)
    custom_args: CustomArgs = {}
    tracking_settings: TrackingSettings | None = None
    mail_settings: MailSettings | None = None

    @model_validator(mode="after")
    def check_whole(self) -> Self:
        """Refuse too many recipients and bodies in the wrong order."""
        if sum(len(p.to) + len(p.cc) + len(p.bcc) for p in self.personalizations) > MAX_RECIPIENTS:
            raise ValueError("There is a limit of 1000 total recipients (to + cc + bcc).")
        known = [BODY_ORDER.index(c.type) for c in self.content if c.type in BODY_ORDER]
        if known != sorted(known):
            raise ValueError(
                "If present, text/plain and text/html may only be provided once, text/plain first."
            )
        return self
