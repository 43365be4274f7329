"""Reports of mail servers: mails that did not arrive (RFC 3464), people who complain (RFC 5965).

Anybody can write such a mail. It is believed only if it names a Message-ID of ours, which nobody
knows but who had the mail; others are read as ordinary mails that a machine wrote.
"""

from collections.abc import Iterator
from email.message import Message
from email.utils import parseaddr

from channels_app.providers.base.mail.addresses import fold_case
from channels_app.providers.base.mail.decoding import header_text
from channels_app.providers.base.mail.message_ids import (
    event_id_of,
    message_id_of_return_path,
    read_message_ids,
)
from channels_app.providers.base.mail.received import (
    ReceivedMail,
    leaves,
    parse_mime,
    parts_of,
    payload_of,
)
from channels_app.providers.base.webhook import ContactChanged, WebhookItem
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.json import JsonObject

# The words of RFC 3464 §2.3.3, and what they mean to us.
ACTIONS = {
    "failed": ("failed", ""),
    "delayed": ("queued", "delayed"),
    "delivered": ("delivered", ""),
    "relayed": ("sent", "relayed"),
    "expanded": ("sent", "expanded"),
}
ORIGINALS = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers")


def read_report(
    mail: ReceivedMail, *, channel_id: str, provider: str, domain: str
) -> list[WebhookItem] | None:
    """Return what a report tells; None if the mail is none, or of no mail of ours.

    Args:
        mail: As it came in.
        channel_id: The channel it came in by.
        provider: Whose name the items carry.
        domain: The right side of our Message-IDs.
    """
    if mail.message.get_content_type() != "multipart/report":
        return None
    parts = {part.get_content_type(): part for part in leaves(mail.message)}
    message_id = _our_message_id(mail, parts, domain)
    if message_id is None:
        return None
    if "message/delivery-status" in parts:
        return [
            _status(fields, channel_id, provider, message_id, domain)
            for fields in _recipients(parts["message/delivery-status"])
        ]
    if "message/feedback-report" in parts:
        fields = _first_block(parts["message/feedback-report"])
        return _complaint(fields, _original(parts), channel_id, message_id)
    return None


def _our_message_id(mail: ReceivedMail, parts: dict[str, Message], domain: str) -> str | None:
    """Find the mail of ours: by the envelope it was sent with, else by what the report quotes."""
    for address in mail.envelope_to:
        returned = message_id_of_return_path(address, domain)
        if returned:
            return returned
    quoted = header_text(_original(parts), "Message-ID")
    told = _told_ids(parts)
    return next((each for each in [quoted, *told] if each and event_id_of(each, domain)), None)


def _told_ids(parts: dict[str, Message]) -> list[str]:
    report = parts.get("message/delivery-status")
    if report is None:
        return []
    return [
        each
        for block in _blocks(report)
        for name in ("Original-Message-ID", "X-Original-Message-ID")
        for each in read_message_ids(header_text(block, name))
    ]


def _original(parts: dict[str, Message]) -> Message:
    """Return the headers of the mail that a report is about; none are an empty message's."""
    for kind in ORIGINALS:
        if kind in parts:
            return parse_mime(payload_of(parts[kind]))
    return Message()


def _blocks(report: Message) -> list[Message]:
    """Return the blocks of fields of a report: the mail's first, then each recipient's."""
    return parts_of(report) or [parse_mime(payload_of(report))]


def _first_block(report: Message) -> Message:
    return next(iter(_blocks(report)), Message())


def _recipients(report: Message) -> Iterator[Message]:
    return (block for block in _blocks(report) if header_text(block, "Action"))


def _status(
    fields: Message, channel_id: str, provider: str, message_id: str, domain: str
) -> DeliveryStatus:
    action = header_text(fields, "Action").lower()
    status, flag = ACTIONS.get(action, ("queued", "unknown_action"))
    raw: JsonObject = {str(name): header_text(fields, name) for name in fields}
    raw |= {"vendor_status": action, "event_id": event_id_of(message_id, domain)}
    if flag:
        raw["flag"] = flag
    failed = status == "failed"
    return DeliveryStatus(
        channel_id=channel_id,
        provider=provider,
        message_id=message_id,
        status=status,
        recipient=_typed_address(fields, "Original-Recipient", "Final-Recipient"),
        error_code=header_text(fields, "Status") if failed else None,
        error_message=_diagnosis(fields) if failed else None,
        raw=raw,
    )


def _typed_address(fields: Message, *names: str) -> str:
    """Return the address of a field like `rfc822; ana@x.example`."""
    for name in names:
        address = header_text(fields, name).rpartition(";")[2].strip()
        if address:
            return fold_case(address)
    return ""


def _diagnosis(fields: Message) -> str:
    return header_text(fields, "Diagnostic-Code").partition(";")[2].strip()[:500]


def _complaint(
    fields: Message, original: Message, channel_id: str, message_id: str
) -> list[WebhookItem] | None:
    recipient = header_text(fields, "Original-Rcpt-To") or header_text(original, "To")
    address = fold_case(parseaddr(recipient)[1])
    if not address:
        return None
    kind = header_text(fields, "Feedback-Type") or "abuse"
    details: JsonObject = {"reason": "complaint", "kind": kind, "message_id": message_id}
    raw: JsonObject = {str(name): header_text(fields, name) for name in fields}
    return [ContactChanged(channel_id, address, "opted_out", details=details, raw=raw)]
