"""From the form of an inbound route to a received mail.

The names of the fields are unconfirmed: `from_email`, `env_from`, `to_list`, `subject`,
`body_text`, `body_html`, `att1_name`, `att1_content` and so on, and `header` for the headers if
they come.
"""

import base64
import binascii
import mimetypes
from collections.abc import Mapping
from email.utils import formataddr, quote

from channels_app.providers.base.mail.files import (
    UNKNOWN_TYPE,
    MailFile,
    safe_name,
)
from channels_app.providers.base.mail.received import ReceivedMail, parse_mime
from rooms.domain.json import JsonObject

MAX_FILES = 100
KEPT = ("from_email", "from_name", "env_from", "env_to_list", "to_list", "subject", "msg_id")
IDS = ("msg_id", "message_id")


def is_mail(fields: Mapping[str, str]) -> bool:
    """Tell a posted mail from a notification."""
    return "from_email" in fields or "env_from" in fields


def read_form(fields: Mapping[str, str]) -> ReceivedMail:
    """Read a posted mail; `fields` are by lower-case name."""
    message = parse_mime(fields.get("header", "").strip().encode() + b"\r\n\r\n")
    author = _mailbox(_line(fields, "from_name"), _line(fields, "from_email"))
    told = {
        "From": author if "@" in author else "",
        "To": _line(fields, "to_list").replace(";", ","),
        "Subject": _line(fields, "subject"),
        "Message-ID": next(filter(None, (_line(fields, name) for name in IDS)), ""),
    }
    for name, value in told.items():
        if value and name not in message:
            message[name] = value
    recipients = fields.get("env_to_list", "").replace(";", ",").split(",")
    raw: JsonObject = {name: fields[name] for name in KEPT if name in fields}
    return ReceivedMail(
        message,
        text=fields.get("body_text", ""),
        html=fields.get("body_html", ""),
        files=_files(fields),
        envelope_from=fields.get("env_from"),
        envelope_to=[each.strip() for each in recipients if each.strip()],
        raw=raw,
    )


def _mailbox(name: str, address: str) -> str:
    """Return a sender as headers show it; an address may be of any alphabet (RFC 6532)."""
    if address.isascii():
        return formataddr((name, address))
    return f'"{quote(name)}" <{address}>' if name else address


def _line(fields: Mapping[str, str], name: str) -> str:
    return " ".join(fields.get(name, "").split())


def _files(fields: Mapping[str, str]) -> list[MailFile]:
    numbers = [number for number in range(1, MAX_FILES + 1) if f"att{number}_content" in fields]
    return [_file(fields, number) for number in numbers]


def _file(fields: Mapping[str, str], number: int) -> MailFile:
    given = fields.get(f"att{number}_name", "")
    mime_type = mimetypes.guess_type(given)[0] or UNKNOWN_TYPE
    content = fields[f"att{number}_content"]
    try:
        decoded = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        decoded = content.encode()
    return MailFile(safe_name(given, mime_type), mime_type, decoded)
