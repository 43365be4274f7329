"""ElasticEmail's notifications, and mails that an inbound route posts.

Sources: "Notification Settings" of the vendor's help for the classic notifications and their
categories; `MessageCategoryEnum` and `EventType` of the SDK ElasticEmail 4.1.4. Unconfirmed: the
string that the new webhooks sign, how they spell their fields, and the fields of inbound mails.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

URL_TOKEN = "fake-url-token"
SECRET = "whsec_ZmFrZS1lbGFzdGljLXNlY3JldC0wMTIzNDU2Nzg5"
OCCURRED_AT = "1/1/2026 12:00:00 AM"
CUSTOMER = "ana@customer.example"


class Webhook(NamedTuple):
    """A request that ElasticEmail makes; `query` is what it adds to the address."""

    headers: dict[str, str]
    body: bytes
    query: str = ""


def notification(status: str, *, to: str = CUSTOMER, **more: str) -> dict[str, str]:
    """Return the fields of one notification."""
    given = {
        "transaction": "9d2b5d2c-1111-4f7d-9f2b-000000000001",
        "messageid": "GruPGipsdsy31TIhv3CArg2",
        "to": to,
        "from": "support@example.org",
        "date": OCCURRED_AT,
        "subject": "Re: Question",
        "status": status,
        "channel": "HTTP API",
        "account": "owner@example.org",
        "category": "Unknown",
    }
    return given | more


def classic(fields: dict[str, str], *, token: str = URL_TOKEN, post: bool = False) -> Webhook:
    """Notify in the old way: everything in the address, or in a form."""
    if post:
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return Webhook(kind, urlencode(fields).encode(), urlencode({"token": token}))
    return Webhook({}, b"", urlencode({"token": token, **fields}))


def signed(
    fields: dict[str, str], *, secret: str = SECRET, timestamp: int | None = None
) -> Webhook:
    """Notify in the new way: flat JSON, signed as sent at `timestamp` (Unix seconds, or now)."""
    body = json.dumps(fields).encode()
    sent_at = str(int(time.time()) if timestamp is None else timestamp)
    digest = hmac.new(secret.encode(), f"{sent_at}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {
        "content-type": "application/json",
        "x-elasticemail-timestamp": sent_at,
        "x-elasticemail-signature": f"v1={digest}",
        "x-elasticemail-webhook-id": "wh_1",
    }
    return Webhook(headers, body)


def inbound(
    text: str = "Bonjour",
    *,
    sender: str = CUSTOMER,
    files: Sequence[tuple[str, bytes]] = (),
    token: str = URL_TOKEN,
    **more: str,
) -> Webhook:
    """Post a mail that an inbound route took."""
    fields = {
        "from_email": sender,
        "from_name": "Ana",
        "env_from": sender,
        "env_to_list": "support@in.example.org",
        "to_list": "support@in.example.org",
        "subject": "Question",
        "body_text": text,
        "body_html": "",
        **more,
    }
    for number, (name, content) in enumerate(files, start=1):
        fields[f"att{number}_name"] = name
        fields[f"att{number}_content"] = base64.b64encode(content).decode()
    return classic(fields, token=token, post=True)
