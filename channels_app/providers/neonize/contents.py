"""What a message of WhatsApp says, as content."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, TypeAlias

from channels_app.providers.base.files import UNKNOWN_TYPE
from channels_app.providers.base.media import MediaUnavailable
from rooms.domain.content import (
    AudioContent,
    EventContent,
    LocationContent,
    MediaContent,
    TextContent,
    VideoContent,
)
from rooms.domain.json import JsonObject
from rooms.domain.media import FileBytes, safe_name, safe_type
from rooms.domain.provider_message import REPLY_TO_ID

UNSUPPORTED = "[Unsupported message]"
MAX_WRAPS = 4

Fetch: TypeAlias = Callable[[Any, Any], Awaitable[bytes]]
"""Returns the bytes of a file, by the message and the part of it that describes the file."""

# What stands around a message: it disappears, may be seen once, is an edit, is part of an album.
WRAPPERS = (
    "ephemeralMessage",
    "viewOnceMessage",
    "viewOnceMessageV2",
    "viewOnceMessageV2Extension",
    "documentWithCaptionMessage",
    "editedMessage",
    "associatedChildMessage",
    "lottieStickerMessage",
    "groupMentionedMessage",
    "deviceSentMessage",
)
FILES = {
    "imageMessage": "image/jpeg",
    "videoMessage": "video/mp4",
    "ptvMessage": "video/mp4",
    "audioMessage": "audio/ogg",
    "documentMessage": UNKNOWN_TYPE,
    "stickerMessage": "image/webp",
}
CHOICES = {
    "buttonsResponseMessage": "selectedDisplayText",
    "templateButtonReplyMessage": "selectedDisplayText",
    "listResponseMessage": "title",
}
# What devices tell each other, and what only makes sense beside something that we do not show.
SILENT = frozenset(
    {
        "senderKeyDistributionMessage",
        "fastRatchetKeySenderKeyDistributionMessage",
        "protocolMessage",
        "reactionMessage",
        "encReactionMessage",
        "pollUpdateMessage",
        "encEventResponseMessage",
        "keepInChatMessage",
        "pinInChatMessage",
        "stickerSyncRmrMessage",
        "albumMessage",
        "placeholderMessage",
        "callLogMesssage",
    }
)

_PHONE = re.compile(r"^(?:item\d+\.)?TEL[^:]*:(.+)$", re.MULTILINE | re.IGNORECASE)


class Read(NamedTuple):
    """What a message says, None if nothing to people, and facts beside it."""

    content: EventContent | None
    facts: JsonObject = {}


def unwrap(message: Any) -> Any:
    """Return the message inside what stands around it."""
    for _ in range(MAX_WRAPS):
        wrapper = next((name for name in WRAPPERS if message.HasField(name)), None)
        if wrapper is None:
            break
        message = getattr(message, wrapper).message
    return message


async def read_content(message: Any, fetch: Fetch) -> Read:
    """Read an unwrapped message; its files are fetched."""
    for name, declared in FILES.items():
        if message.HasField(name):
            file = getattr(message, name)
            return Read(await _read_file(message, file, declared, fetch), _facts_of(file))
    said = _read_words(message) or _read_place(message) or _read_contacts(message)
    if said is not None:
        return Read(said, _quote_in(message))
    other = [field.name for field, _ in message.ListFields() if field.name.endswith("Message")]
    shown = [name for name in other if name not in SILENT]
    if not shown:
        return Read(None)
    return Read(TextContent(body=UNSUPPORTED), {"unsupported": {"type": shown[0]}})


def _read_words(message: Any) -> TextContent | None:
    if message.HasField("conversation"):
        return TextContent(body=message.conversation)
    if message.HasField("extendedTextMessage"):
        return TextContent(body=message.extendedTextMessage.text)
    chosen = next((name for name in CHOICES if message.HasField(name)), None)
    if chosen is None:
        return None
    return TextContent(body=getattr(getattr(message, chosen), CHOICES[chosen]))


def _read_place(message: Any) -> LocationContent | None:
    if message.HasField("locationMessage"):
        place = message.locationMessage
        return _place(place, label=place.name or None, address=place.address or None)
    if message.HasField("liveLocationMessage"):
        place = message.liveLocationMessage
        return _place(place, label=place.caption or None)
    return None


def _place(place: Any, label: str | None, address: str | None = None) -> LocationContent:
    return LocationContent(
        latitude=place.degreesLatitude,
        longitude=place.degreesLongitude,
        label=label,
        address=address,
    )


def _read_contacts(message: Any) -> TextContent | None:
    if message.HasField("contactMessage"):
        return TextContent(body=_words_of(message.contactMessage))
    if message.HasField("contactsArrayMessage"):
        cards = message.contactsArrayMessage.contacts
        return TextContent(body="\n".join(map(_words_of, cards)))
    return None


def _words_of(contact: Any) -> str:
    numbers = ", ".join(number.strip() for number in _PHONE.findall(contact.vcard))
    return ": ".join(filter(None, [contact.displayName, numbers]))


async def _read_file(message: Any, file: Any, declared: str, fetch: Fetch) -> EventContent:
    """Return a file with its bytes, or words that say why it is not there."""
    kind = safe_type(file.mimetype or declared)
    caption = getattr(file, "caption", "") or None
    name = getattr(file, "fileName", "") or getattr(file, "title", "") or None
    try:
        content = await fetch(message, file)
    except MediaUnavailable as problem:
        note = f"[{safe_name(name or '', kind)} was not kept: {problem.reason}]"
        return TextContent(body=f"{caption}\n{note}" if caption else note)
    url, size = FileBytes(content, kind).data_url(), len(content)
    seconds = getattr(file, "seconds", 0) or None
    if kind.startswith("audio/"):
        return AudioContent(url=url, mime_type=kind, duration_seconds=seconds, size_bytes=size)
    if kind.startswith("video/"):
        return VideoContent(
            url=url, mime_type=kind, duration_seconds=seconds, size_bytes=size, caption=caption
        )
    return MediaContent(url=url, mime_type=kind, filename=name, caption=caption, size_bytes=size)


def _facts_of(part: Any) -> JsonObject:
    """Return what a part tells beside its content: a recording's kind, and what it answers."""
    voice = {"voice": True} if getattr(part, "PTT", False) else {}
    return {**voice, **_quoted(part)}


def _quote_in(message: Any) -> JsonObject:
    parts = [part for field, part in message.ListFields() if field.message_type]
    return next(filter(None, map(_quoted, parts)), {})


def _quoted(part: Any) -> JsonObject:
    context = getattr(part, "contextInfo", None)
    return {REPLY_TO_ID: context.stanzaID} if context is not None and context.stanzaID else {}
