"""Webhooks of SMS vendors as one flat shape, for hosts that take them by views of their own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from channels_app.providers.base.decoded import form_request, json_request
from channels_app.providers.base.files import FILES, build_file, join_files
from channels_app.providers.base.webhook import WebhookItem
from channels_app.providers.sinch.parsing import parse_callback
from channels_app.providers.telnyx.parsing import parse_request
from channels_app.providers.twilio.parsing import parse_webhook
from channels_app.providers.voicemeup.parsing import join_halves
from rooms.domain.content import CompositeContent, EventContent, TextContent
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage

INBOUND, OUTBOUND = "inbound", "outbound"
NEITHER = "other"


@dataclass(frozen=True)
class WebhookMeta:
    """What one webhook says.

    One that says neither its `direction` nor its `event_type` counts as a message to us.

    Attributes:
        provider: The vendor's name, such as `twilio`.
        sender: Who wrote, or for a report whom the message was from.
        recipient: Whom it was for.
        body: The words of a message.
        external_id: The vendor's id of the message.
        timestamp: When it was sent or reported, if the vendor tells.
        raw: The webhook as it came.
        media_urls: `{"url", "mime_type"}` of each file.
        direction: `inbound` for a message to us, `outbound` for a report on one of ours.
        event_type: `message`, or the status that is reported: sent, delivered, failed …
        item: What the webhook was read as, with more than the fields above can say.
    """

    provider: str
    sender: str
    recipient: str
    body: str
    external_id: str | None
    timestamp: datetime | None
    raw: JsonObject
    media_urls: list[dict[str, str | None]] = field(default_factory=list)
    direction: str | None = None
    event_type: str | None = None
    item: InboundMessage | DeliveryStatus | None = field(default=None, repr=False)

    @property
    def is_inbound(self) -> bool:
        """Whether it is a message to us."""
        return (self.direction or self.event_type or INBOUND) == INBOUND

    @property
    def is_status(self) -> bool:
        """Whether it reports on a message of ours."""
        return self.direction == OUTBOUND

    def to_status(self) -> DeliveryStatus:
        """Return the report.

        Raises:
            ValueError: If it is none.
        """
        if isinstance(self.item, DeliveryStatus):
            return self.item
        if not self.is_status or not self.external_id or not self.event_type:
            raise ValueError(f"this webhook of {self.provider} is no report: see is_status")
        return DeliveryStatus(
            provider=self.provider,
            message_id=self.external_id,
            status=self.event_type,
            recipient=self.recipient,
            sender=self.sender,
            timestamp=self.timestamp,
            raw=self.raw,
        )

    def to_inbound(self, channel_id: str) -> InboundMessage:
        """Return the message, as it came in by a channel.

        Raises:
            ValueError: If it is none.
        """
        if not self.is_inbound:
            raise ValueError(f"this webhook of {self.provider} is no message: see is_inbound")
        if isinstance(self.item, InboundMessage):
            return self.item.model_copy(update={"channel_id": channel_id})
        files = [build_file(each["url"] or "", each.get("mime_type")) for each in self.media_urls]
        return InboundMessage(
            channel_id=channel_id,
            sender_id=self.sender,
            content=join_files(self.body, files),
            provider_message_id=self.external_id,
            external_id=self.external_id,
            idempotency_key=self.external_id,
            timestamp=self.timestamp,
            raw_payload=self.raw,
            metadata={"recipient": self.recipient} if self.recipient else {},
        )


def extract_sms_meta(provider: str, payload: JsonObject) -> WebhookMeta:
    """Return what a webhook says whose body was decoded: the first message or report in it.

    Nothing is proved by this: verify the webhook before. A report on several recipients has more
    than one item, which the provider's `parse` returns.

    Args:
        provider: twilio, telnyx, sinch or voicemeup.
        payload: The fields of the form, or the JSON object.

    Raises:
        MalformedWebhook: If it is not what the vendor sends.
        ValueError: If the vendor is unknown.
    """
    read = READERS.get(provider.lower())
    if read is None:
        raise ValueError(f"no SMS vendor is named {provider!r}: take one of {', '.join(READERS)}")
    for item in read(payload):
        if isinstance(item, InboundMessage):
            return _of_message(provider, item, payload)
        if isinstance(item, DeliveryStatus):
            return _of_status(provider, item, payload)
    return WebhookMeta(provider, "", "", "", None, None, payload, event_type=NEITHER)


def _of_message(provider: str, message: InboundMessage, payload: JsonObject) -> WebhookMeta:
    parts = list(_parts_of(message.content))
    return WebhookMeta(
        provider=provider,
        sender=message.sender_id,
        recipient=str(message.metadata.get("recipient", "")),
        body="\n".join(filter(None, map(_words_of, parts))),
        external_id=message.external_id,
        timestamp=message.timestamp,
        raw=payload,
        media_urls=[
            {"url": part.url, "mime_type": part.mime_type}
            for part in parts
            if isinstance(part, FILES)
        ],
        direction=INBOUND,
        event_type="message",
        item=message,
    )


def _of_status(provider: str, status: DeliveryStatus, payload: JsonObject) -> WebhookMeta:
    return WebhookMeta(
        provider=provider,
        sender=status.sender,
        recipient=status.recipient,
        body="",
        external_id=status.message_id,
        timestamp=status.timestamp,
        raw=payload,
        direction=OUTBOUND,
        event_type=status.status,
        item=status,
    )


def _parts_of(content: EventContent) -> Iterator[EventContent]:
    if isinstance(content, CompositeContent):
        for part in content.parts:
            yield from _parts_of(part)
    else:
        yield content


def _words_of(part: EventContent) -> str:
    return part.body if isinstance(part, TextContent) else getattr(part, "caption", None) or ""


# -- the vendors' own readers; a body's channel is not known here


def _read_twilio(payload: JsonObject) -> list[WebhookItem]:
    return parse_webhook(form_request(payload), "")


def _read_telnyx(payload: JsonObject) -> list[WebhookItem]:
    return parse_request(json_request(payload), "")


def _read_sinch(payload: JsonObject) -> list[WebhookItem]:
    return parse_callback(payload, "")


def _read_voicemeup(payload: JsonObject) -> list[WebhookItem]:
    message = join_halves([payload], "")
    return [] if message is None else [message]


READERS: dict[str, Callable[[JsonObject], list[WebhookItem]]] = {
    "twilio": _read_twilio,
    "telnyx": _read_telnyx,
    "sinch": _read_sinch,
    "voicemeup": _read_voicemeup,
}
