"""From Sinch's callbacks to what is in them: messages and reports of deliveries."""

from datetime import datetime
from typing import Any

from pydantic import ValidationError

from channels_app.providers.base.files import build_file, join_files
from channels_app.providers.base.webhook import MalformedWebhook, WebhookItem
from channels_app.providers.sinch.outgoing import full_number
from channels_app.providers.sinch.reports import read_batch_report, read_recipient_report
from channels_app.providers.sinch.wire import Inbound, MediaBody, read_moment, read_wire
from rooms.domain.content import (
    EventContent,
    TextContent,
)
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage

MESSAGES = ("mo_text", "mo_media", "mo_binary")
REPORTS = {
    "recipient_delivery_report_sms": read_recipient_report,
    "recipient_delivery_report_mms": read_recipient_report,
    "delivery_report_sms": read_batch_report,
    "delivery_report_mms": read_batch_report,
}
FAILED = "failed"
LOST = "[Media not available]"


def parse_callback(payload: JsonObject, channel_id: str) -> list[WebhookItem]:
    """Return what a callback holds; types that we do not know hold nothing.

    Raises:
        MalformedWebhook: If it is not what Sinch sends.
    """
    kind = payload.get("type")
    if not isinstance(kind, str):
        raise MalformedWebhook("the callback has no type")
    if kind in MESSAGES:
        return [parse_sinch_webhook(payload, channel_id)]
    read = REPORTS.get(kind)
    return [] if read is None else [*read(payload, channel_id)]


def parse_sinch_webhook(payload: dict[str, Any], channel_id: str) -> InboundMessage:
    """Read the message that somebody has written to us.

    Raises:
        MalformedWebhook: If it is not what Sinch sends; a report of a delivery is no message.
    """
    if payload.get("type") not in MESSAGES:
        raise MalformedWebhook(f"{payload.get('type')!r} is no message to us")
    message = read_wire(Inbound, payload)
    content, more = _read_content(message)
    facts = {"recipient": full_number(message.to), "client_reference": message.client_reference}
    return InboundMessage(
        channel_id=channel_id,
        sender_id=full_number(message.sender),
        content=content,
        provider_message_id=message.id,
        external_id=message.id,
        idempotency_key=message.id,
        timestamp=_moment_of(message),
        raw_payload=payload,
        metadata={name: value for name, value in (facts | more).items() if value},
    )


def _read_content(message: Inbound) -> tuple[EventContent, JsonObject]:
    if message.type == "mo_binary":
        raise MalformedWebhook("binary messages have no content that could be shown")
    if message.type == "mo_media":
        return _read_media(read_wire(MediaBody, message.body))
    if not isinstance(message.body, str):
        raise MalformedWebhook(f"the body of a text is a {type(message.body).__name__}")
    return TextContent(body=message.body), {}


def _read_media(body: MediaBody) -> tuple[EventContent, JsonObject]:
    """Read the files that have arrived; how many have not is told beside them."""
    words = body.message or body.subject or ""
    arrived = [item for item in body.media if item.url and item.status.lower() != FAILED]
    lost = len(body.media) - len(arrived)
    try:
        files = [build_file(str(item.url), item.content_type) for item in arrived]
    except ValidationError as error:
        raise MalformedWebhook(f"the message holds no {error.title} that can be read") from None
    if not (words or files or lost):
        raise MalformedWebhook("the message has neither words nor files")
    content = join_files(words, files) if files else TextContent(body=words or LOST)
    return content, {"failed_media": lost}


def _moment_of(message: Inbound) -> datetime | None:
    """Return when it was sent, or received if the operator does not tell."""
    return read_moment(message.sent_at) or read_moment(message.received_at)
