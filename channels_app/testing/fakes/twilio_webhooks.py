"""Twilio's webhooks, signed as Twilio signs them.

Sources: Twilio Docs "Twilio's request to your incoming message Webhook URL" (parameters of text,
media, RCS and WhatsApp), "Track the Message Status of Outbound Messages" (status callbacks),
"Webhooks security" (the signature), "Webhooks: connection overrides" (the idempotency token).
Unconfirmed: that a token stays the same over retries of one webhook; `ExternalUserId`'s exact form.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from channels_app.testing.fakes.twilio_answers import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    NUMBER,
    RCS_AGENT,
    WHATSAPP_NUMBER,
)

CUSTOMER = "+15145550123"
SID = "SM" + "0" * 31 + "a"


class SignedWebhook(NamedTuple):
    """A webhook as Twilio posts it."""

    headers: dict[str, str]
    body: bytes


def signature_of(url: str, fields: Iterable[tuple[str, str]], token: str) -> str:
    """Sign the address and the fields: each name with each of its distinct values, sorted."""
    text = url + "".join(name + value for name, value in sorted(set(fields)))
    digest = hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


@dataclass(frozen=True)
class TwilioWebhooks:
    """Makes the webhooks that Twilio posts to one address.

    Attributes:
        url: The public address, query included; it is part of what is signed.
        token: The account's auth token, by which it is signed.
    """

    url: str
    token: str = AUTH_TOKEN

    def signed(self, fields: Sequence[tuple[str, str]], attempt_of: str = "") -> SignedWebhook:
        """Encode and sign any fields; retries of one webhook have one `attempt_of`."""
        digest = hashlib.sha256(f"{attempt_of}{list(fields)}".encode()).hexdigest()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "User-Agent": "TwilioProxy/1.1",
            "I-Twilio-Idempotency-Token": digest[:36],
            "X-Twilio-Signature": signature_of(self.url, fields, self.token),
        }
        return SignedWebhook(headers, urlencode(fields).encode())

    def inbound_text(
        self, text: str = "Bonjour", *, sid: str = SID, sender: str = CUSTOMER, **more: str
    ) -> SignedWebhook:
        """Return a text message that somebody sent."""
        return self.signed(inbound_fields(text, sid=sid, sender=sender, **more))

    def inbound_media(
        self, *urls: str, text: str = "", content_type: str = "image/jpeg", **more: str
    ) -> SignedWebhook:
        """Return a message with files."""
        files = {"NumMedia": str(len(urls))}
        for number, url in enumerate(urls):
            files |= {f"MediaUrl{number}": url, f"MediaContentType{number}": content_type}
        return self.signed(inbound_fields(text, **files, **more))

    def inbound_rcs(self, text: str = "Bonjour", **more: str) -> SignedWebhook:
        """Return a message to the RCS agent; a tapped suggestion has `ButtonPayload`."""
        fields = {"sender": f"rcs:{CUSTOMER}", "To": RCS_AGENT, "ChannelPrefix": "rcs"}
        return self.signed(inbound_fields(text, **fields | more))

    def inbound_whatsapp(self, text: str = "Bonjour", **more: str) -> SignedWebhook:
        """Return a WhatsApp message; places have `Latitude` and `Longitude`."""
        fields = {
            "sender": f"whatsapp:{CUSTOMER}",
            "To": WHATSAPP_NUMBER,
            "ChannelPrefix": "whatsapp",
            "ProfileName": "Ana",
            "WaId": CUSTOMER.removeprefix("+"),
            "MessageType": "text",
        }
        return self.signed(inbound_fields(text, **fields | more))

    def status(
        self, sid: str, status: str, *, sender: str = NUMBER, to: str = CUSTOMER, **more: str
    ) -> SignedWebhook:
        """Return what became of a message that was sent; failures have `ErrorCode`."""
        return self.signed(
            [
                ("AccountSid", ACCOUNT_SID),
                ("ApiVersion", "2010-04-01"),
                ("From", sender),
                ("To", to),
                ("MessageSid", sid),
                ("SmsSid", sid),
                ("MessageStatus", status),
                ("SmsStatus", status),
                *more.items(),
            ]
        )


def inbound_fields(
    text: str, *, sid: str = SID, sender: str = CUSTOMER, **more: str
) -> list[tuple[str, str]]:
    """Return the fields of an inbound message; `more` replaces and adds."""
    fields = {
        "ToCountry": "CA",
        "ToState": "QC",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "FromCity": "MONTREAL",
        "FromState": "QC",
        "FromZip": "",
        "SmsSid": sid,
        "SmsStatus": "received",
        "Body": text,
        "FromCountry": "CA",
        "To": NUMBER,
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": ACCOUNT_SID,
        "From": sender,
        "ApiVersion": "2010-04-01",
    }
    return list((fields | more).items())
