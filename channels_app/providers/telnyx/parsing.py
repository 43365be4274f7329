"""From Telnyx's events to what is in them: messages, statuses, contacts that opt in or out."""

from pydantic import ValidationError

from channels_app.providers.base.files import build_file, join_files
from channels_app.providers.base.webhook import (
    ContactChanged,
    MalformedWebhook,
    WebhookItem,
    WebhookRequest,
)
from channels_app.providers.telnyx.outgoing import EVENT_ID
from channels_app.providers.telnyx.rcs_body import read_rcs_body
from channels_app.providers.telnyx.statuses import STATUS_EVENTS, Report, read_statuses
from channels_app.providers.telnyx.wire import (
    RECEIVED,
    Event,
    Payload,
    read_event,
    read_event_type,
    read_moment,
)
from rooms.domain.content import EventContent
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage
from rooms.domain.standing import ConsentWord

OPT_CHANGES = {"STOP": "opted_out", "START": "opted_in"}
ANSWERED = {"STOP": ConsentWord.STOP, "START": ConsentWord.START, "HELP": ConsentWord.HELP}
"""What Telnyx has answered by itself, by `autoresponse_type`."""


def parse_request(request: WebhookRequest, channel_id: str) -> list[WebhookItem]:
    """Return what a webhook holds, in order; events of other kinds hold nothing.

    Raises:
        MalformedWebhook: If it is not what Telnyx sends.
    """
    payload = request.json_object()
    name = read_event_type(payload)
    if name is not None and name not in (RECEIVED, *STATUS_EVENTS):
        return []
    event = read_event(payload)
    if event.event_type in STATUS_EVENTS:
        report = Report(event, payload, channel_id, dict(request.query).get(EVENT_ID))
        return list(read_statuses(report))
    if not event.is_inbound:
        return []
    message = read_message(event, payload, channel_id)
    return [*_opt_change(event, payload, channel_id), message]


def read_message(event: Event, payload: JsonObject, channel_id: str) -> InboundMessage:
    """Return the message in an event; its vendor's id tells repetitions of it.

    Raises:
        MalformedWebhook: If it has no sender, or nothing in it that can be shown.
    """
    message = event.payload
    sender = message.sender.phone_number
    if not sender:
        raise MalformedWebhook("the message has no sender")
    try:
        content, more = read_content(message)
    except ValidationError as error:
        raise MalformedWebhook(f"the message holds no {error.title} that can be read") from None
    return InboundMessage(
        channel_id=channel_id,
        sender_id=sender,
        content=content,
        provider_message_id=message.id,
        external_id=message.id,
        idempotency_key=message.id,
        timestamp=read_moment(message.received_at) or read_moment(event.occurred_at),
        raw_payload=payload,
        metadata={**_recipients(message), **more},
        consent_word=ANSWERED.get((message.autoresponse_type or "").upper()),
    )


def read_content(message: Payload) -> tuple[EventContent, JsonObject]:
    """Return what a message says, and what it says to programs."""
    if message.body is not None:
        return read_rcs_body(message.body)
    files = [
        build_file(media.url, media.content_type, media.size)
        for media in message.media or []
        if media.url
    ]
    words = message.text or message.subject or ""
    if not words and not files:
        raise MalformedWebhook("the message has neither words nor files")
    return join_files(words, files), {}


def _recipients(message: Payload) -> JsonObject:
    """Name whom it was sent to: several in a group."""
    addresses = [party.address for party in (*message.to, *(message.cc or [])) if party.address]
    facts: JsonObject = {"recipient": addresses[0]} if addresses else {}
    return facts | ({"group": addresses} if len(addresses) > 1 else {})


def _opt_change(event: Event, payload: JsonObject, channel_id: str) -> list[WebhookItem]:
    change = OPT_CHANGES.get((event.payload.autoresponse_type or "").upper())
    sender = event.payload.sender.phone_number
    if change is None or not sender:
        return []
    return [ContactChanged(channel_id=channel_id, sender_id=sender, change=change, raw=payload)]
