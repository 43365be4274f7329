"""SendGrid's webhooks, signed as the vendor signs them: news of sent mails, and mails that came in.

Sources: "Event Webhook Reference" and "Getting Started with the Event Webhook Security Features"
for events, `test/unit/test_eventwebhook.py` of the SDK sendgrid 6.12.5 for the signature and the
line end after the body, "Configure the inbound parse webhook" and `helpers/inbound/sample_data` of
the SDK for mails, "Securing your Inbound Parse Webhooks" for their signature, whose headers are the
same.
"""

import base64
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

EVENT_KEY = ec.derive_private_key(0x5E4D6A1D, ec.SECP256R1())
PARSE_KEY = ec.derive_private_key(0x9A45E, ec.SECP256R1())

BOUNDARY = "xYzZY"
OCCURRED_AT = 1767225600
INBOX = "support@in.example.org"
CUSTOMER = "ana@customer.example"


class Webhook(NamedTuple):
    """A request that SendGrid makes."""

    headers: dict[str, str]
    body: bytes


def public_key(key: ec.EllipticCurvePrivateKey) -> str:
    """Return the half of a key that SendGrid shows in its settings."""
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


EVENT_PUBLIC_KEY = public_key(EVENT_KEY)
PARSE_PUBLIC_KEY = public_key(PARSE_KEY)


def signed(
    body: bytes,
    content_type: str,
    key: ec.EllipticCurvePrivateKey,
    *,
    timestamp: int | None = None,
) -> Webhook:
    """Sign a body as sent at `timestamp` (Unix seconds), which is now if None."""
    sent_at = str(int(time.time()) if timestamp is None else timestamp)
    signature = key.sign(sent_at.encode() + body, ec.ECDSA(SHA256()))
    return Webhook(
        {
            "content-type": content_type,
            "x-twilio-email-event-webhook-timestamp": sent_at,
            "x-twilio-email-event-webhook-signature": base64.b64encode(signature).decode(),
        },
        body,
    )


def event(
    kind: str, message_id: str = "LRzXl_NHStOGhQ4kofSm_A", *, email: str = CUSTOMER, **more: Any
) -> dict[str, Any]:
    """Return one event; `more` are further fields, custom arguments among them."""
    given: dict[str, Any] = {
        "email": email,
        "timestamp": OCCURRED_AT,
        "event": kind,
        "sg_event_id": base64.urlsafe_b64encode(uuid4().bytes).decode(),
        "sg_message_id": f"{message_id}.recvd-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0",
        "smtp-id": f"<{message_id}@geopod-ismtpd-1>",
    }
    return given | more


def status_events(events: Sequence[Mapping[str, Any]], *, timestamp: int | None = None) -> Webhook:
    """Post a batch of events, in SendGrid's way: an array, then CR and LF."""
    body = json.dumps(list(map(dict, events)), separators=(",", ":")).encode() + b"\r\n"
    return signed(body, "application/json", EVENT_KEY, timestamp=timestamp)


def inbound_raw(
    mime: bytes,
    *,
    to: Sequence[str] = (INBOX,),
    sender: str = CUSTOMER,
    timestamp: int | None = None,
    **more: str,
) -> Webhook:
    """Post a mail in "raw" mode: the whole MIME text in the field `email`."""
    fields: dict[str, str | bytes] = {
        "dkim": "{@customer.example : pass}",
        "email": mime,
        "to": ", ".join(to),
        "from": sender,
        "sender_ip": "203.0.113.7",
        "envelope": json.dumps({"to": list(to), "from": sender}),
        "subject": "see email",
        "charsets": json.dumps({"to": "UTF-8", "subject": "UTF-8", "from": "UTF-8"}),
        "SPF": "pass",
    }
    return _posted([_field(name, value) for name, value in (fields | more).items()], timestamp)


def inbound_parsed(
    fields: Mapping[str, str | bytes],
    *,
    files: Sequence[tuple[str, str, bytes]] = (),
    to: Sequence[str] = (INBOX,),
    sender: str = CUSTOMER,
    timestamp: int | None = None,
) -> Webhook:
    """Post a mail in default mode; `fields` add to or replace what is always there.

    Args:
        fields: Such as headers, text, html, charsets, subject.
        files: File name, type and bytes of each attachment.
        to: The recipients of the envelope.
        sender: The sender of the envelope.
        timestamp: As for `signed`.
    """
    given: dict[str, str | bytes] = {
        "from": sender,
        "to": ", ".join(to),
        "subject": "Question",
        "sender_ip": "203.0.113.7",
        "envelope": json.dumps({"to": list(to), "from": sender}),
        "attachments": str(len(files)),
        "charsets": json.dumps({"to": "UTF-8", "subject": "UTF-8", "from": "UTF-8"}),
        "SPF": "pass",
        **fields,
    }
    if files:
        given["attachment-info"] = json.dumps(
            {
                f"attachment{number}": {"filename": name, "name": name, "type": kind}
                for number, (name, kind, _) in enumerate(files, start=1)
            }
        )
    parts = [_field(name, value) for name, value in given.items()]
    for number, (filename, kind, content) in enumerate(files, start=1):
        head = f'form-data; name="attachment{number}"; filename="{filename}"'
        parts.append(_part(head, content, kind))
    return _posted(parts, timestamp)


def _posted(parts: Sequence[bytes], timestamp: int | None) -> Webhook:
    body = b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    return signed(body, kind, PARSE_KEY, timestamp=timestamp)


def _field(name: str, value: str | bytes) -> bytes:
    return _part(f'form-data; name="{name}"', value.encode() if isinstance(value, str) else value)


def _part(disposition: str, content: bytes, kind: str = "") -> bytes:
    typed = f"Content-Type: {kind}\r\n" if kind else ""
    head = f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n{typed}\r\n"
    return head.encode() + content + b"\r\n"
