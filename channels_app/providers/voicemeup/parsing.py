"""From VoiceMeUp's webhooks to messages.

An MMS comes as two of them: its words with a wrapper that nobody can use, then its file without
words. Each becomes a message of its own.
"""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from channels_app.providers.base.files import build_file, join_files
from channels_app.providers.base.phone import normalize_phone
from channels_app.providers.base.webhook import MalformedWebhook, WebhookRequest
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


def parse_voicemeup_webhook(
    payload: dict[str, Any], channel_id: str, *, timezone: str = TIMEZONE
) -> InboundMessage | None:
    """Read a message that somebody has written to us, or one part of an MMS.

    Args:
        payload: The fields.
        channel_id: The channel it came in by.
        timezone: Where the vendor's clock hangs.

    Returns:
        The message, or None: for a wrapper without words, and for what we have sent ourselves.

    Raises:
        MalformedWebhook: If it is not what VoiceMeUp sends.
    """
    received = _read(payload)
    if received.direction != INBOUND:
        return None
    content = _content_of(received)
    if content is None:
        return None
    facts = {"recipient": _full_number(received.destination_number)}
    return InboundMessage(
        channel_id=channel_id,
        sender_id=_full_number(received.source_number),
        content=content,
        provider_message_id=received.sms_hash,
        external_id=received.sms_hash,
        idempotency_key=received.sms_hash,
        timestamp=_moment_of(received.datetime_transmission, timezone),
        raw_payload=payload,
        metadata={name: value for name, value in facts.items() if value},
    )


def _read(payload: dict[str, Any]) -> Received:
    try:
        return Received.model_validate(payload)
    except ValidationError as error:
        fields = [".".join(map(str, each["loc"])) for each in error.errors()]
        raise MalformedWebhook(f"no SMS of VoiceMeUp: {', '.join(fields)}") from None


def _content_of(received: Received) -> EventContent | None:
    """Return what is in a part, None for a wrapper without words."""
    url, words = received.file, received.message or ""
    if url is None:
        wrapped = received.attachment or received.attachment_url
        if not words and not wrapped:
            raise MalformedWebhook("the message has neither words nor a file")
        return TextContent(body=words) if words else None
    try:
        return join_files(words, [build_file(url, received.mime_type)])
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
