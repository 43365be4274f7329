"""From VoiceMeUp's webhooks to messages.

An MMS comes as two of them, in any order: its words with a wrapper that nobody can use, and its
file without words. They are known as one by sender, recipient and moment.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from channels_app.providers.base.files import build_file, join_files
from channels_app.providers.base.phone import normalize_phone
from channels_app.providers.base.webhook import MalformedWebhook, Part, WebhookRequest
from channels_app.providers.voicemeup.config import TIMEZONE
from rooms.domain.content import (
    EventContent,
    TextContent,
)
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage

REGION = "CA"
INBOUND = "inbound"
FORM = "application/x-www-form-urlencoded"
UNKNOWN_TYPE = "application/octet-stream"
WRAPPER = ".mms.html"
MAX_SHORT_CODE = 8
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"


class Received(BaseModel):
    """The fields of a webhook; two of them have had other names."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    sms_hash: str = Field(min_length=1)
    source_number: str = Field(min_length=1)
    destination_number: str = ""
    direction: str = INBOUND
    message: str | None = None
    datetime_transmission: str | None = None
    attachment: str | None = None
    attachment_url: str | None = None
    attachment_mime_type: str | None = None
    attachment_type: str | None = None
    attachment_size: str | None = None

    @property
    def file(self) -> str | None:
        """The address of the file, None for a wrapper."""
        address = self.attachment or self.attachment_url
        if address and re.split("[?#]", address)[0].endswith(WRAPPER):
            return None
        return address or None

    @property
    def wraps(self) -> bool:
        """Whether it is the half of an MMS whose file comes by itself."""
        return self.file is None and bool(self.attachment or self.attachment_url)

    @property
    def is_half(self) -> bool:
        """Whether the other half of an MMS may come: to a wrapper, or to a file without words."""
        return self.wraps or (self.file is not None and not self.message)

    @property
    def mime_type(self) -> str:
        """What the file is."""
        return self.attachment_mime_type or self.attachment_type or UNKNOWN_TYPE


def read_fields(request: WebhookRequest) -> JsonObject:
    """Return the fields of a webhook, which is a form or JSON.

    Raises:
        MalformedWebhook: If it is neither.
    """
    if request.header("content-type").partition(";")[0].strip().lower() == FORM:
        return dict(request.form)
    return request.json_object()


def join_halves(
    payloads: Sequence[dict[str, Any]], channel_id: str, *, timezone: str = TIMEZONE
) -> InboundMessage | None:
    """Make one message of the halves of an MMS, in whatever order they came.

    Its id is that of all of them, joined by a plus, words first. A half by itself is a message too;
    None is returned for a wrapper without words, and for what we have sent ourselves.

    Raises:
        MalformedWebhook: If one is not what VoiceMeUp sends.
    """
    halves = sorted(map(read_received, payloads), key=lambda half: not half.wraps)
    first = halves[0]
    content = _content_of(halves)
    if first.direction != INBOUND or content is None:
        return None
    external_id = "+".join(half.sms_hash for half in halves)
    facts = {"recipient": _full_number(first.destination_number)}
    return InboundMessage(
        channel_id=channel_id,
        sender_id=_full_number(first.source_number),
        content=content,
        provider_message_id=external_id,
        external_id=external_id,
        idempotency_key=external_id,
        timestamp=_moment_of(first.datetime_transmission, timezone),
        raw_payload=payloads[0] if len(payloads) == 1 else {"parts": list(payloads)},
        metadata={name: value for name, value in facts.items() if value},
    )


def part_of(payload: dict[str, Any], *, wait_s: float) -> Part | None:
    """Tell which MMS a webhook is one half of; None if it is whole, or not from outside.

    Raises:
        MalformedWebhook: If it is not what VoiceMeUp sends.
    """
    received = read_received(payload)
    if received.direction != INBOUND or not received.is_half or not received.datetime_transmission:
        return None
    facts = (
        received.source_number,
        received.destination_number,
        received.datetime_transmission,
    )
    return Part(":".join(facts), _full_number(received.source_number), wait_s)


def read_received(payload: dict[str, Any]) -> Received:
    """Read the fields of a webhook.

    Raises:
        MalformedWebhook: If they are not what VoiceMeUp sends.
    """
    try:
        return Received.model_validate(payload)
    except ValidationError as error:
        fields = [".".join(map(str, each["loc"])) for each in error.errors()]
        raise MalformedWebhook(f"no SMS of VoiceMeUp: {', '.join(fields)}") from None


def _content_of(halves: Sequence[Received]) -> EventContent | None:
    """Return what is in a message, None for a wrapper without words."""
    words = "\n".join(half.message for half in halves if half.message)
    urls = [(half.file, half.mime_type) for half in halves if half.file]
    if not urls:
        if not words and not any(half.wraps for half in halves):
            raise MalformedWebhook("the message has neither words nor a file")
        return TextContent(body=words) if words else None
    try:
        return join_files(words, [build_file(url, mime_type) for url, mime_type in urls])
    except ValidationError as error:
        raise MalformedWebhook(f"the message holds no {error.title} that can be read") from None


def _full_number(number: str) -> str:
    """Return a number in E.164; short codes, and what is no number, stay as they are."""
    if len(number) <= MAX_SHORT_CODE:
        return number
    try:
        return normalize_phone(number, REGION)
    except ValueError:
        return f"+{number}" if number.isascii() and number.isdecimal() else number


def _moment_of(text: str | None, timezone: str) -> datetime | None:
    """Return a moment; the vendor writes the time of its own clock, without a zone."""
    try:
        moment = datetime.strptime(text or "", TIME_FORMAT)
    except ValueError:
        return None
    return moment.replace(tzinfo=ZoneInfo(timezone))
