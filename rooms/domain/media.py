"""Files in contents: how they are named, found, replaced and read from `data:` addresses."""

import base64
import binascii
import mimetypes
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import unquote_to_bytes

from rooms.domain.content import (
    MEDIA_SCHEME,
    AudioContent,
    CompositeContent,
    EditContent,
    EventContent,
    MediaContent,
    TemplateContent,
    TextContent,
    VideoContent,
)

FileContent: TypeAlias = MediaContent | AudioContent | VideoContent

DATA_SCHEME = "data:"
UNKNOWN_TYPE = "application/octet-stream"
MAX_NAME_CHARS = 150

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069/\\:*?\"<>|]+")
_MIME_TYPE = re.compile(r"[a-z0-9][\w.+-]{0,63}/[a-z0-9][\w.+-]{0,126}")


@dataclass(frozen=True)
class FileBytes:
    """A whole file; `filename` is empty if nobody named it."""

    content: bytes
    mime_type: str = UNKNOWN_TYPE
    filename: str = ""

    def data_url(self) -> str:
        """Return the file as an address that holds it (RFC 2397)."""
        encoded = base64.b64encode(self.content).decode()
        return f"{DATA_SCHEME}{self.mime_type};base64,{encoded}"


@dataclass(frozen=True)
class FileOrigin:
    """Where a file comes from, so that what comes twice is kept once.

    Attributes:
        channel_id: The channel that it came by.
        message_key: What is the same whenever this message comes again.
        position: Its place among the files of the message, from 0.
        organization_id: Whose it is until a room has it.
    """

    channel_id: str
    message_key: str
    position: int
    organization_id: str | None = None


@dataclass(frozen=True)
class KeptFile:
    """What is known of a kept file.

    Attributes:
        storage_name: What the storage calls it; never shown.
        room_id: The room that has it, "" before its event is stored.
        is_stored: Whether its bytes are all there.
    """

    id: str
    mime_type: str
    filename: str
    size_bytes: int
    sha256: str
    storage_name: str
    room_id: str
    is_stored: bool

    @property
    def reference(self) -> str:
        """What contents name it by."""
        return f"{MEDIA_SCHEME}{self.id}"


def kept_id_of(url: str) -> str:
    """Return the id of the kept file that an address names, "" if it names none."""
    return url.removeprefix(MEDIA_SCHEME) if url.startswith(MEDIA_SCHEME) else ""


def files_in(content: EventContent) -> Iterator[FileContent]:
    """Yield every file of a content in order, those of edits and templates too."""
    match content:
        case MediaContent() | AudioContent() | VideoContent():
            yield content
        case CompositeContent():
            for part in content.parts:
                yield from files_in(part)
        case EditContent():
            yield from files_in(content.new_content)
        case TemplateContent(fallback=fallback) if fallback is not None:
            yield from files_in(fallback)


def replace_files(
    content: EventContent, change: Callable[[FileContent], EventContent]
) -> EventContent:
    """Return a content with each file changed, in order; the same object if nothing is."""
    match content:
        case MediaContent() | AudioContent() | VideoContent():
            return change(content)
        case CompositeContent():
            parts = [replace_files(part, change) for part in content.parts]
            same = all(new is old for new, old in zip(parts, content.parts, strict=True))
            return content if same else content.model_copy(update={"parts": parts})
        case EditContent():
            return _with(content, "new_content", replace_files(content.new_content, change))
        case TemplateContent(fallback=fallback) if fallback is not None:
            return _with(content, "fallback", replace_files(fallback, change))
    return content


def _with(content: EventContent, name: str, value: EventContent) -> EventContent:
    return content if getattr(content, name) is value else content.model_copy(update={name: value})


def in_words(file: FileContent, reason: str) -> TextContent:
    """Return what stands in the place of a file that is not kept, after its own words."""
    said = getattr(file, "caption", None) or getattr(file, "transcript", None)
    note = f"[{name_of(file)} was not kept: {reason}]"
    return TextContent(body=f"{said}\n{note}" if said else note)


def name_of(file: FileContent) -> str:
    """Return what a file can be saved as."""
    return safe_name(getattr(file, "filename", None) or "", safe_type(file.mime_type))


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


def read_data_url(url: str) -> FileBytes:
    """Read a `data:` address (RFC 2397).

    Raises:
        ValueError: If it holds no comma, or no base64 where it says so.
    """
    head, comma, payload = url.removeprefix(DATA_SCHEME).partition(",")
    if not comma:
        raise ValueError("a data: address holds no data")
    content = unquote_to_bytes(payload)
    if head.lower().endswith(";base64"):
        try:
            content = base64.b64decode(content, validate=True)
        except (binascii.Error, ValueError):
            raise ValueError("a data: address holds broken base64") from None
    return FileBytes(content, safe_type(head.partition(";")[0] or "text/plain"))
