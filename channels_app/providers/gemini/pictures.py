"""From pictures in a question to Gemini's."""

import base64
import binascii
import mimetypes
from urllib.parse import unquote_to_bytes, urlsplit

from channels_app.providers.base.ai import AIImagePart
from channels_app.providers.gemini.extra import types

READABLE = frozenset({"image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"})
USUAL = "image/jpeg"


def build_picture(part: AIImagePart) -> types.Part:
    """Return a picture; one that the vendor would refuse becomes words, as it would each time."""
    kind = (part.mime_type or "").lower()
    if part.url.startswith("data:"):
        return _enclosed(part.url, kind)
    if not part.url.startswith(("https://", "http://")):
        return _unreadable("it has no public address")
    kind = kind or mimetypes.guess_type(urlsplit(part.url).path)[0] or USUAL
    if kind not in READABLE:
        return _unreadable(kind)
    return types.Part(file_data=types.FileData(file_uri=part.url, mime_type=kind))


def _enclosed(url: str, kind: str) -> types.Part:
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
    return types.Part(inline_data=types.Blob(data=content, mime_type=kind))


def _unreadable(why: str) -> types.Part:
    return types.Part(text=f"[A picture that cannot be shown to you: {why}]")
