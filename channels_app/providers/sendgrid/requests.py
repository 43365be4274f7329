"""From a mail to the body of SendGrid's Mail Send."""

import base64
from typing import Any

from channels_app.providers.base.mail.addresses import Mailbox
from channels_app.providers.base.mail.composing import Mail
from channels_app.providers.base.mail.files import MailFile
from rooms.domain.json import JsonObject

EVENT_ARGUMENT = "rk_event"
"""Comes back with each piece of news about the mail."""


def build_request(mail: Mail, event_id: str, *, track_opens: bool) -> JsonObject:
    """Write a mail as SendGrid wants it; plain text comes first.

    Links stay as they are written: rewritten ones frighten people who know the sender.
    """
    body: JsonObject = {
        "personalizations": [
            {"to": [_address(mail.to)], "custom_args": {EVENT_ARGUMENT: event_id}}
        ],
        "from": _address(mail.sender),
        "subject": mail.subject,
        "content": _content(mail),
        "headers": mail.headers,
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": track_opens},
        },
    }
    if mail.reply_to:
        body["reply_to"] = _address(mail.reply_to)
    if mail.body.files:
        body["attachments"] = list(map(_attachment, mail.body.files))
    return body


def _address(mailbox: Mailbox) -> dict[str, str]:
    named = {"name": mailbox.name} if mailbox.name else {}
    return {"email": mailbox.address, **named}


def _content(mail: Mail) -> list[dict[str, str]]:
    """Return the bodies; a mail that is only files still needs one."""
    forms = [("text/plain", mail.body.text or " "), ("text/html", mail.body.html)]
    return [{"type": kind, "value": value} for kind, value in forms if value]


def _attachment(each: MailFile) -> dict[str, Any]:
    return {
        "content": base64.b64encode(each.content).decode(),
        "filename": each.name,
        "type": each.mime_type,
        "disposition": "attachment",
    }
