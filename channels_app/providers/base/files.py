"""Files in messages: the content that stands for one, and words beside it."""

from collections.abc import Sequence
from typing import TypeAlias

from rooms.domain.content import (
    AudioContent,
    CompositeContent,
    EventContent,
    MediaContent,
    TextContent,
    VideoContent,
    make_storable,
)

File: TypeAlias = MediaContent | AudioContent | VideoContent
FILES = (MediaContent, AudioContent, VideoContent)

UNKNOWN_TYPE = "application/octet-stream"


def build_file(
    url: str, mime_type: str | None, size: int | None = None, name: str | None = None
) -> File:
    """Return the content that stands for a file, by its MIME type."""
    kind = mime_type or UNKNOWN_TYPE
    if kind.startswith("audio/"):
        return AudioContent(url=url, mime_type=kind, size_bytes=size)
    if kind.startswith("video/"):
        return VideoContent(url=url, mime_type=kind, size_bytes=size)
    return MediaContent(url=url, mime_type=kind, size_bytes=size, filename=name)


def join_files(words: str, files: Sequence[File]) -> EventContent:
    """Put words and files into one content; a recording has no caption."""
    if not files:
        return TextContent(body=words)
    if len(files) > 1 or (words and isinstance(files[0], AudioContent)):
        said = [TextContent(body=words)] if words else []
        return CompositeContent(parts=[*said, *files])
    if not words:
        return files[0]
    return files[0].model_copy(update={"caption": make_storable(words)})
