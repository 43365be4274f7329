"""What a message of Telegram says, as content."""

from channels_app.providers.telegram.access import MARK
from channels_app.providers.telegram.config import API_BASE
from channels_app.providers.telegram.wire import File, Message
from rooms.domain.content import (
    AudioContent,
    EventContent,
    LocationContent,
    MediaContent,
    TextContent,
    VideoContent,
)

UNKNOWN_TYPE = "application/octet-stream"


def read_content(message: Message, api_base: str = API_BASE) -> EventContent | None:
    """Return what a message says, None if it says nothing to people.

    Files have the address that tells where they are, with a mark in the token's place: it is good
    for `TelegramBotProvider.fetch_media` and for nobody else.
    """
    if message.text is not None:
        return TextContent(body=message.text)
    return _read_place(message) or _read_file(message, api_base) or _read_contact(message)


def file_of(message: Message) -> File | None:
    """Return the file that a message carries, the largest size of a photo."""
    # An animation comes as a document as well, for clients that know none.
    kinds = (
        message.photo[-1] if message.photo else None,
        message.voice,
        message.audio,
        message.video,
        message.video_note,
        message.animation,
        message.document,
        message.sticker,
    )
    return next((file for file in kinds if file is not None), None)


def media_url(file_id: str, api_base: str = API_BASE) -> str:
    """Return the address that a file is known by."""
    return f"{api_base}/{MARK}/getFile?file_id={file_id}"


def file_id_of(url: str) -> str:
    """Return the id in an address made by `media_url`, "" if it is none."""
    return url.partition(f"/{MARK}/getFile?file_id=")[2]


def _read_file(message: Message, api_base: str) -> EventContent | None:
    file = file_of(message)
    if file is None:
        return None
    url = media_url(file.file_id, api_base)
    size, length = file.file_size, file.duration
    if message.voice or message.audio:
        kind = file.mime_type or ("audio/ogg" if message.voice else "audio/mpeg")
        return AudioContent(url=url, mime_type=kind, duration_seconds=length, size_bytes=size)
    if message.video or message.video_note or message.animation:
        kind = file.mime_type or "video/mp4"
        if kind.startswith("video/"):
            return VideoContent(
                url=url,
                mime_type=kind,
                duration_seconds=length,
                size_bytes=size,
                caption=message.caption,
            )
    return MediaContent(
        url=url,
        mime_type=_type_of(message, file),
        filename=file.file_name,
        caption=message.caption or file.emoji,
        size_bytes=size,
    )


def _type_of(message: Message, file: File) -> str:
    if message.photo:
        return "image/jpeg"
    if message.sticker:
        return _type_of_sticker(file)
    return file.mime_type or UNKNOWN_TYPE


def _type_of_sticker(file: File) -> str:
    if file.is_animated:
        return "application/x-tgsticker"
    return "video/webm" if file.is_video else "image/webp"


def _read_place(message: Message) -> EventContent | None:
    # A venue comes with its place in `location` as well.
    if message.venue is not None:
        at = message.venue.location
        return LocationContent(
            latitude=at.latitude,
            longitude=at.longitude,
            label=message.venue.title,
            address=message.venue.address or None,
        )
    if message.location is None:
        return None
    return LocationContent(latitude=message.location.latitude, longitude=message.location.longitude)


def _read_contact(message: Message) -> EventContent | None:
    if message.contact is None:
        return None
    card = message.contact
    return TextContent(
        body=" ".join(filter(None, [card.first_name, card.last_name, card.phone_number]))
    )
