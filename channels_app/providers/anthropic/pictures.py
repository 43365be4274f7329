"""From pictures in a question to Anthropic's."""

import base64
import binascii
from urllib.parse import unquote_to_bytes

from channels_app.providers.base.ai import AIImagePart
from rooms.domain.json import JsonObject

READABLE = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})


def build_picture(part: AIImagePart) -> JsonObject:
    """Return a picture; one that the vendor would refuse becomes words, as it would each time."""
    kind = (part.mime_type or "").lower()
    if part.url.startswith("data:"):
        return _enclosed(part.url, kind)
    if not part.url.startswith(("https://", "http://")):
        return _unreadable("it has no public address")
    if kind and kind not in READABLE:
        return _unreadable(kind)
    return {"type": "image", "source": {"type": "url", "url": part.url}}


def _enclosed(url: str, kind: str) -> JsonObject:
    head, _, body = url.removeprefix("data:").partition(",")
    named, *parameters = head.lower().split(";")
    kind = named or kind
    if kind not in READABLE:
        return _unreadable(kind or "unknown kind")
    try:
        content = unquote_to_bytes(body)
        if "base64" in parameters:
            content = base64.b64decode(content, validate=True)
    except binascii.Error:
        return _unreadable("it is damaged")
    data = base64.b64encode(content).decode()
    return {"type": "image", "source": {"type": "base64", "media_type": kind, "data": data}}


def _unreadable(why: str) -> JsonObject:
    return {"type": "text", "text": f"[A picture that cannot be shown to you: {why}]"}
