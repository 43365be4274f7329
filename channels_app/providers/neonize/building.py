"""WhatsApp's messages, built from what is to be said; nothing is measured or converted.

neonize's own builders run ffmpeg to find lengths and thumbnails. Phones do without.
"""

from datetime import datetime
from typing import Any, NamedTuple

from channels_app.providers.neonize import extra, jids
from channels_app.providers.neonize.outgoing import File, Reaction
from rooms.domain.content import AudioContent, LocationContent, VideoContent
from rooms.domain.media import FileBytes, name_of, safe_type

VOICE = "audio/ogg; codecs=opus"
VOICE_TYPES = ("audio/ogg", "audio/opus")
PICTURES = ("image/jpeg", "image/png")
FILMS = ("video/mp4", "video/3gpp")


class Kind(NamedTuple):
    """How WhatsApp takes a file: the field of a message, its type, and what uploads are named."""

    field: str
    message: str
    upload: str


PICTURE = Kind("imageMessage", "ImageMessage", "MediaImage")
FILM = Kind("videoMessage", "VideoMessage", "MediaVideo")
RECORDING = Kind("audioMessage", "AudioMessage", "MediaAudio")
DOCUMENT = Kind("documentMessage", "DocumentMessage", "MediaDocument")


def kind_of(file: File) -> Kind:
    """Return how a file goes out; what phones cannot show goes as a document."""
    mime_type = safe_type(file.mime_type)
    if mime_type.startswith("audio/"):
        return RECORDING
    if mime_type in PICTURES:
        return PICTURE
    return FILM if mime_type in FILMS else DOCUMENT


def build_text(words: str) -> Any:
    """Return a message of words."""
    return extra.contents().Message(conversation=words)


def build_place(place: LocationContent) -> Any:
    """Return a message with a place."""
    library = extra.contents()
    located = library.LocationMessage(
        degreesLatitude=place.latitude,
        degreesLongitude=place.longitude,
        name=place.label,
        address=place.address,
    )
    return library.Message(locationMessage=located)


def build_file(file: File, fetched: FileBytes, uploaded: Any) -> Any:
    """Return a message with a file that was uploaded."""
    library, kind = extra.contents(), kind_of(file)
    stored = {
        "URL": uploaded.url,
        "directPath": uploaded.DirectPath,
        "mediaKey": uploaded.MediaKey,
        "fileEncSHA256": uploaded.FileEncSHA256,
        "fileSHA256": uploaded.FileSHA256,
        "fileLength": len(fetched.content),
    }
    described = getattr(library, kind.message)(**stored, **_words_of(file))
    return library.Message(**{kind.field: described})


def _words_of(file: File) -> dict[str, Any]:
    """Return what a message says of its file."""
    mime_type = safe_type(file.mime_type)
    seconds = getattr(file, "duration_seconds", None)
    length = {"seconds": round(seconds)} if seconds else {}
    match file:
        case AudioContent():
            is_voice = mime_type in VOICE_TYPES
            return {"mimetype": VOICE if is_voice else mime_type, "PTT": is_voice, **length}
        case _ if kind_of(file) is RECORDING:
            return {"mimetype": mime_type, "PTT": False}
    caption = {"caption": file.caption} if file.caption else {}
    if kind_of(file) is DOCUMENT:
        name = name_of(file)
        return {"mimetype": mime_type, "fileName": name, "title": name, **caption}
    shown = length if isinstance(file, VideoContent) else {}
    return {"mimetype": mime_type, **shown, **caption}


def build_reaction(reaction: Reaction, chat: Any, writer: Any, now: datetime) -> Any:
    """Return a sign on an earlier message of a chat; the empty one takes ours away.

    Args:
        reaction: The sign.
        chat: The id of the chat.
        writer: The id of whoever wrote that message, None if we did.
        now: The present moment.
    """
    library = extra.contents()
    key = extra.keys().MessageKey(
        remoteJID=jids.name_of(chat), fromMe=writer is None, ID=reaction.message_id
    )
    if writer is not None and jids.is_group(chat):
        key.participant = jids.name_of(writer)
    signed = library.ReactionMessage(
        key=key, text=reaction.emoji, senderTimestampMS=int(now.timestamp() * 1000)
    )
    return library.Message(reactionMessage=signed)


def quote(message: Any, message_id: str, writer: Any, quoted: Any) -> Any:
    """Let a message answer another one, whose words it shows; return it."""
    context = extra.contents().ContextInfo(
        stanzaID=message_id, participant=jids.name_of(writer), quotedMessage=quoted
    )
    if message.HasField("conversation"):
        words = extra.contents().ExtendedTextMessage(text=message.conversation, contextInfo=context)
        return extra.contents().Message(extendedTextMessage=words)
    for field, part in message.ListFields():
        if field.message_type is not None:
            part.contextInfo.CopyFrom(context)
    return message
