"""Reading Twilio's webhooks: messages, what became of ours, and who wants no more of them.

Both kinds come as forms with much the same fields. A report has `MessageStatus`; a message has
`SmsStatus=received`.
"""

from collections.abc import Mapping

from channels_app.providers.base.files import File, build_file, join_files
from channels_app.providers.base.webhook import (
    ContactChanged,
    MalformedWebhook,
    WebhookItem,
    WebhookReply,
    WebhookRequest,
)
from channels_app.providers.twilio.errors import outcome_of_code
from channels_app.providers.twilio.messages import EVENT_ID
from rooms.domain.content import (
    EventContent,
    LocationContent,
    TextContent,
)
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage

PROVIDER = "twilio"
NO_WORDS = WebhookReply(status=204)
PREFIXES = ("whatsapp:", "rcs:")
ARRIVING = frozenset({"", "received", "receiving"})

MAX_CODE_DIGITS = 9

STATUSES = {
    "accepted": "queued",
    "scheduled": "queued",
    "queued": "queued",
    "sending": "queued",
    "sent": "sent",
    "partially_delivered": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "canceled",
}

FACTS = {
    "recipient": "To",
    "profile_name": "ProfileName",
    "external_user_id": "ExternalUserId",
    "payload": "ButtonPayload",
    "reply_to": "OriginalRepliedMessageSid",
    "message_type": "MessageType",
    "opt_out_type": "OptOutType",
}
"""What of a message has no field of its own: our name in its metadata, and Twilio's."""

# The words that long codes obey without "Advanced Opt-Out".
STOP_WORDS = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
)
START_WORDS = frozenset({"START", "UNSTOP", "YES"})


def parse_webhook(request: WebhookRequest, channel_id: str) -> list[WebhookItem]:
    """Read a verified webhook.

    A message with nothing in it, such as a contact card, is of no interest.

    Raises:
        MalformedWebhook: If it is neither a message nor a report, or of an unknown status.
    """
    fields = dict(request.form)
    if is_report(fields):
        return [_read_report(fields, channel_id, dict(request.query))]
    message = parse_twilio_webhook(fields, channel_id)
    change = _read_consent(message, fields)
    items: list[WebhookItem] = [] if change is None else [change]
    return items if message.content == TextContent(body="") else [*items, message]


def parse_twilio_webhook(payload: JsonObject, channel_id: str) -> InboundMessage:
    """Read the fields of an inbound message of any of Twilio's channels.

    Raises:
        MalformedWebhook: If they are not a message's; a report of a delivery is none.
    """
    fields = {str(name): str(value) for name, value in payload.items()}
    if is_report(fields):
        raise MalformedWebhook("this is a report of a delivery, not a message")
    sid = _required(fields, "MessageSid")
    return InboundMessage(
        channel_id=channel_id,
        sender_id=plain_address(_required(fields, "From")),
        content=_read_content(fields),
        raw_payload=dict(payload),
        provider_message_id=sid,
        external_id=sid,
        idempotency_key=sid,
        metadata={ours: fields[theirs] for ours, theirs in FACTS.items() if fields.get(theirs)},
    )


def parse_twilio_rcs_webhook(payload: JsonObject, channel_id: str) -> InboundMessage:
    """Read the fields of an inbound RCS message.

    Raises:
        MalformedWebhook: If they are not a message's.
    """
    return parse_twilio_webhook(payload, channel_id)


def is_report(fields: Mapping[str, str]) -> bool:
    """Tell a report on a message of ours from a message to us."""
    return "MessageStatus" in fields or fields.get("SmsStatus", "") not in ARRIVING


def plain_address(address: str) -> str:
    """Return an address without its channel: a number (E.164), a name or a WhatsApp user's id."""
    for prefix in PREFIXES:
        address = address.removeprefix(prefix)
    return address


def _required(fields: Mapping[str, str], name: str) -> str:
    if not (value := fields.get(name)):
        raise MalformedWebhook(f"{name} is missing")
    return value


# -- messages


def _read_content(fields: Mapping[str, str]) -> EventContent:
    try:
        if fields.get("Latitude") and fields.get("Longitude"):
            return _place(fields)
        files = [_file(fields, number) for number in range(int(fields.get("NumMedia") or 0))]
    except ValueError as error:
        raise MalformedWebhook(f"the message cannot be read: {error}") from error
    # What a button says is also the body, where there is one.
    return join_files(fields.get("Body") or fields.get("ButtonText", ""), files)


def _place(fields: Mapping[str, str]) -> LocationContent:
    return LocationContent(
        latitude=float(fields["Latitude"]),
        longitude=float(fields["Longitude"]),
        label=fields.get("Label") or None,
        address=fields.get("Address") or None,
    )


def _file(fields: Mapping[str, str], number: int) -> File:
    url = _required(fields, f"MediaUrl{number}")
    return build_file(url, fields.get(f"MediaContentType{number}"))


def _read_consent(message: InboundMessage, fields: Mapping[str, str]) -> ContactChanged | None:
    """Read whether the sender stops or starts messages; text messages have words for it."""
    told = fields.get("OptOutType", "").upper()
    if not told and not fields["From"].startswith(PREFIXES):
        word = fields.get("Body", "").strip().upper()
        told = "STOP" if word in STOP_WORDS else "START" if word in START_WORDS else ""
    change = {"STOP": "opted_out", "START": "opted_in"}.get(told)
    if change is None:
        return None
    return ContactChanged(message.channel_id, message.sender_id, change, raw=message.raw_payload)


# -- reports


def _read_report(
    fields: Mapping[str, str], channel_id: str, query: Mapping[str, str]
) -> DeliveryStatus:
    word = fields.get("MessageStatus") or fields["SmsStatus"]
    status = "read" if fields.get("EventType", "").upper() == "READ" else STATUSES.get(word.lower())
    if status is None:
        raise MalformedWebhook(f"{word!r} is no status of a message that we know")
    return DeliveryStatus(
        channel_id=channel_id,
        provider=PROVIDER,
        message_id=_required(fields, "MessageSid"),
        status=status,
        recipient=plain_address(fields.get("To", "")),
        sender=plain_address(fields.get("From", "")),
        error_code=fields.get("ErrorCode") or None,
        error_message=fields.get("ErrorMessage") or None,
        raw={**fields, "vendor_status": word, **_told_besides(fields, word, query)},
    )


def _told_besides(fields: Mapping[str, str], word: str, query: Mapping[str, str]) -> dict[str, str]:
    """Return what our statuses cannot say, and what only this report tells."""
    told = {"channel_used": _channel_used(fields)}
    if event_id := query.get(EVENT_ID):
        told["event_id"] = event_id
    if word.lower() == "partially_delivered":
        told["flag"] = "partially_delivered"
    if (code := fields.get("ErrorCode", "")).isdecimal() and len(code) <= MAX_CODE_DIGITS:
        told["outcome"] = outcome_of_code(int(code)).value
    return told


def _channel_used(fields: Mapping[str, str]) -> str:
    """Tell what a message went out as: a service decides that after it has answered."""
    prefix = fields.get("ChannelPrefix") or fields.get("From", "").partition(":")[0]
    return prefix if f"{prefix}:" in PREFIXES else "sms"
