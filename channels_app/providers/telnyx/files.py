"""The content that stands for a file somebody has sent."""

from typing import TypeAlias

from rooms.domain.content import AudioContent, MediaContent, VideoContent

File: TypeAlias = MediaContent | AudioContent | VideoContent

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
