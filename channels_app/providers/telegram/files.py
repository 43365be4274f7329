"""Which method sends which file.

Telegram fetches files itself: a photo of at most 5 MB, anything else of at most 20 MB.
"""

from dataclasses import dataclass

from rooms.domain.content import AudioContent, MediaContent, VideoContent

MAX_PHOTO_BYTES = 5_000_000
MAX_FILE_BYTES = 20_000_000

FileContent = MediaContent | AudioContent | VideoContent


@dataclass(frozen=True)
class Kind:
    """How Telegram calls a kind of file: as a method, a field of it and in an album."""

    method: str
    field: str

    @property
    def in_albums(self) -> bool:
        """Whether several can go out together, mixed with the other such kinds."""
        return self.field in ("photo", "video")


PHOTO = Kind("sendPhoto", "photo")
VIDEO = Kind("sendVideo", "video")
DOCUMENT = Kind("sendDocument", "document")

KINDS = {
    "image/jpeg": PHOTO,
    "image/png": PHOTO,
    "image/webp": PHOTO,
    "image/gif": Kind("sendAnimation", "animation"),
    "video/mp4": VIDEO,
    "audio/ogg": Kind("sendVoice", "voice"),
    "audio/opus": Kind("sendVoice", "voice"),
    "audio/mpeg": Kind("sendAudio", "audio"),
    "audio/mp3": Kind("sendAudio", "audio"),
    "audio/mp4": Kind("sendAudio", "audio"),
    "audio/x-m4a": Kind("sendAudio", "audio"),
}


def kind_of(content: FileContent) -> Kind:
    """Return how a file is sent; what Telegram shows in no other way is a document."""
    kind = KINDS.get(content.mime_type.partition(";")[0].strip().lower(), DOCUMENT)
    if kind is PHOTO and (content.size_bytes or 0) > MAX_PHOTO_BYTES:
        return DOCUMENT
    return kind


def caption_of(content: FileContent) -> str:
    """Return a file's caption, "" if it has none."""
    return (getattr(content, "caption", None) or "").strip()
