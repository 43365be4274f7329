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
from channels_app.providers.twilio.consent import CHANGES, read_told, read_word
from channels_app.providers.twilio.errors import outcome_of_report
from channels_app.providers.twilio.messages import EVENT_ID
from rooms.domain.content import (
    EventContent,
    LocationContent,
    TextContent,
)
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage
from rooms.domain.sender import ALIASES
from rooms.domain.standing import ConsentWord

PROVIDER = "twilio"
NO_WORDS = WebhookReply(status=204)
WHATSAPP = "whatsapp:"
PREFIXES = (WHATSAPP, "rcs:")
ARRIVING = frozenset({"", "received", "receiving"})

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


def parse_webhook(
    request: WebhookRequest, channel_id: str, *, obeys_words: bool = True
) -> list[WebhookItem]:
    """Read a verified webhook.

    A message with nothing in it, such as a contact card, is of no interest. `obeys_words` says
    whether Twilio stops and starts messages by itself where it does not tell.

    Raises:
        MalformedWebhook: If it is neither a message nor a report, or of an unknown status.
    """
    fields = dict(request.form)
    if is_report(fields):
        return [_read_report(fields, channel_id, dict(request.query))]
    message = parse_twilio_webhook(fields, channel_id)
    told, word = read_told(fields), None
    if told is None and obeys_words and not fields["From"].startswith(PREFIXES):
        word = read_word(fields)
    if told or word is ConsentWord.HELP:
        message = message.model_copy(update={"consent_word": told or word})
    items = _read_change(message, told or word)
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
    sender, aliases = _sender_of(fields)
    return InboundMessage(
        channel_id=channel_id,
        sender_id=sender,
        content=_read_content(fields),
        raw_payload=dict(payload),
        provider_message_id=sid,
        external_id=sid,
        idempotency_key=sid,
        metadata={ours: fields[theirs] for ours, theirs in FACTS.items() if fields.get(theirs)}
        | aliases,
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


def _sender_of(fields: Mapping[str, str]) -> tuple[str, JsonObject]:
    """Return who writes, and by which other names WhatsApp knows them.

    The number comes first, where it is told; who hides it has a user's id only.

    Raises:
        MalformedWebhook: If nobody is named.
    """
    sender = _required(fields, "From")
    known = [plain_address(sender)]
    if sender.startswith(WHATSAPP):
        wa_id = fields.get("WaId", "")
        known += [f"+{wa_id}" if wa_id.isdecimal() else wa_id, fields.get("ExternalUserId", "")]
    names = sorted(dict.fromkeys(filter(None, known)), key=lambda name: not name.startswith("+"))
    if not names:
        raise MalformedWebhook("From names nobody")
    if len(names) == 1 and (not sender.startswith(WHATSAPP) or names[0].startswith("+")):
        return names[0], {}
    return names[0], {ALIASES: names[1:]}


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


def _read_change(message: InboundMessage, word: ConsentWord | None) -> list[WebhookItem]:
    change = CHANGES.get(word) if word else None
    if change is None:
        return []
    raw = message.raw_payload
    return [ContactChanged(message.channel_id, message.sender_id, change, raw=raw)]


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
    if outcome := outcome_of_report(fields.get("ErrorCode", "")):
        told["outcome"] = outcome.value
    return told


def _channel_used(fields: Mapping[str, str]) -> str:
    """Tell what a message went out as: a service decides that after it has answered."""
    prefix = fields.get("ChannelPrefix") or fields.get("From", "").partition(":")[0]
    return prefix if f"{prefix}:" in PREFIXES else "sms"
