"""Files of mails: names that are safe to save, bytes in and out of `data:` addresses."""

import base64
import binascii
import mimetypes
import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

DATA_SCHEME = "data:"
UNKNOWN_TYPE = "application/octet-stream"
MAX_NAME_CHARS = 150

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069/\\:*?\"<>|]+")
_MIME_TYPE = re.compile(r"[a-z0-9][\w.+-]{0,63}/[a-z0-9][\w.+-]{0,126}")


@dataclass(frozen=True)
class MailFile:
    """A file in a mail; `content_id` is what `cid:` references in the HTML call it."""

    name: str
    mime_type: str
    content: bytes
    content_id: str = ""

    def data_url(self) -> str:
        """Return the whole file as an address."""
        encoded = base64.b64encode(self.content).decode()
        return f"{DATA_SCHEME}{self.mime_type};base64,{encoded}"


def safe_type(mime_type: str) -> str:
    """Return a MIME type without parameters, a general one for what is none."""
    bare = mime_type.partition(";")[0].strip().lower()
    return bare if _MIME_TYPE.fullmatch(bare) else UNKNOWN_TYPE


def safe_name(name: str, mime_type: str) -> str:
    """Return a file name without paths, control characters and tricks of direction."""
    clean = _UNSAFE.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(" ._")
    if clean:
        stem, dot, ending = clean.rpartition(".")
        return clean if len(clean) <= MAX_NAME_CHARS else f"{stem[:100]}{dot}{ending[:20]}"
    return f"file{mimetypes.guess_extension(mime_type) or ''}"


def read_data_url(url: str, name: str | None = None) -> MailFile:
    """Read a `data:` address (RFC 2397).

    Raises:
        ValueError: If it holds no comma, or no base64 where it says so.
    """
    head, comma, payload = url.removeprefix(DATA_SCHEME).partition(",")
    if not comma:
        raise ValueError("a data: address holds no data")
    mime_type = safe_type(head.partition(";")[0] or "text/plain")
    content = unquote_to_bytes(payload)
    if head.lower().endswith(";base64"):
        try:
            content = base64.b64decode(content, validate=True)
        except (binascii.Error, ValueError):
            raise ValueError("a data: address holds broken base64") from None
    return MailFile(safe_name(name or "", mime_type), mime_type, content)
