"""From a form of the inbound parse webhook to a received mail.

Raw mode is the better one: the mail comes as it was. In the default mode SendGrid has taken it
apart, each field in a charset of its own.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from channels_app.providers.base.mail.decoding import decode_bytes, decode_words
from channels_app.providers.base.mail.files import MailFile, safe_name, safe_type
from channels_app.providers.base.mail.forms import FormField, first_texts, read_multipart
from channels_app.providers.base.mail.received import ReceivedMail, parse_mime, read_mime
from channels_app.providers.base.webhook import MalformedWebhook, WebhookRequest
from rooms.domain.json import JsonObject

RAW_FIELD = "email"
KEPT = ("headers", "to", "from", "subject", "envelope", "SPF", "dkim", "sender_ip", "spam_score")


def read_form(request: WebhookRequest) -> ReceivedMail:
    """Read a posted mail in either mode.

    Raises:
        MalformedWebhook: If it is no form, or no mail is in it.
    """
    fields = read_multipart(request.header("Content-Type"), request.body)
    texts = first_texts(fields)
    charsets = _json_object(texts.get("charsets", b""))
    mail = _read_raw(texts) if RAW_FIELD in texts else _read_parsed(texts, charsets, fields)
    envelope = _json_object(texts.get("envelope", b""))
    recipients = envelope.get("to")
    sender = envelope.get("from")
    return replace(
        mail,
        envelope_from=sender if isinstance(sender, str) else None,
        envelope_to=[each for each in recipients or [] if isinstance(each, str)],
        raw=_raw_of(texts, charsets),
    )


def _read_raw(texts: Mapping[str, bytes]) -> ReceivedMail:
    return read_mime(texts[RAW_FIELD])


def _read_parsed(
    texts: Mapping[str, bytes], charsets: Mapping[str, Any], fields: Sequence[FormField]
) -> ReceivedMail:
    if "headers" not in texts and "from" not in texts:
        raise MalformedWebhook("the form holds neither a whole mail nor headers of one")
    message = parse_mime(texts.get("headers", b"").strip() + b"\r\n\r\n")
    for name in ("From", "To", "Subject"):
        field = name.lower()
        if name not in message and field in texts:
            message[name] = _text(texts, field, charsets).replace("\r", " ").replace("\n", " ")
    return ReceivedMail(
        message,
        text=_text(texts, "text", charsets),
        html=_text(texts, "html", charsets),
        files=_files(fields, texts),
    )


def _files(fields: Sequence[FormField], texts: Mapping[str, bytes]) -> list[MailFile]:
    """Return the attachments; a file without a name is named after its type."""
    told = _json_object(texts.get("attachment-info", b""))
    files = []
    for each in fields:
        if each.filename is None:
            continue
        info = told.get(each.name)
        info = info if isinstance(info, dict) else {}
        mime_type = safe_type(str(info.get("type") or each.content_type))
        name = decode_words(str(info.get("filename") or each.filename))
        content_id = str(info.get("content-id") or "").strip("<> ")
        files.append(MailFile(safe_name(name, mime_type), mime_type, each.content, content_id))
    return files


def _raw_of(texts: Mapping[str, bytes], charsets: Mapping[str, Any]) -> JsonObject:
    """Keep what is small; the whole request is kept elsewhere, as it came."""
    return {name: _text(texts, name, charsets) for name in KEPT if name in texts}


def _text(texts: Mapping[str, bytes], name: str, charsets: Mapping[str, Any]) -> str:
    charset = charsets.get(name)
    return decode_bytes(texts.get(name, b""), charset if isinstance(charset, str) else None)


def _json_object(content: bytes) -> dict[str, Any]:
    try:
        value = json.loads(content or b"{}")
    except (ValueError, RecursionError) as error:
        raise MalformedWebhook(f"a field of the form is not JSON: {error}") from error
    return value if isinstance(value, dict) else {}
