"""An event as the parts that go out one by one: words, files, places, changes of messages."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from channels_app.providers.base.segments import split_text
from channels_app.providers.meta.markup import whatsapp_text, words_of_button, words_of_card
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.content import (
    AudioContent,
    DeleteContent,
    EditContent,
    EventContent,
    LocationContent,
    MediaContent,
    ReactionContent,
    RichContent,
    SystemContent,
    TextContent,
    VideoContent,
    leaves,
)
from rooms.domain.enums import ChannelMediaType
from rooms.domain.event import RoomEvent
from rooms.domain.media import safe_type
from rooms.domain.provider_message import REPLY_TO_ID, TARGET_AT, TARGET_ID, TARGET_SENDER
from rooms.pipeline.transcode import DefaultTranscoder

MAX_TEXT = 4096
MAX_CAPTION = 1024
EDITABLE_FOR = timedelta(minutes=15)

File: TypeAlias = MediaContent | AudioContent | VideoContent
Part: TypeAlias = TextContent | LocationContent | File

_IN_WORDS = ChannelCapabilities(
    media_types=[
        ChannelMediaType.TEXT,
        ChannelMediaType.MEDIA,
        ChannelMediaType.AUDIO,
        ChannelMediaType.VIDEO,
        ChannelMediaType.LOCATION,
    ]
)


class Unsendable(ValueError):
    """A personal account cannot send such a thing; `code` names the reason."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Reaction:
    """A sign on an earlier message; `sender` wrote that, "" if we did."""

    message_id: str
    emoji: str
    sender: str = ""


@dataclass(frozen=True)
class Edit:
    """New words for an earlier message of ours."""

    message_id: str
    words: str


@dataclass(frozen=True)
class Deletion:
    """An earlier message of ours is taken back."""

    message_id: str


Step: TypeAlias = Part | Reaction | Edit | Deletion


def steps_of(event: RoomEvent, now: datetime) -> list[Step]:
    """Return what is to be done to show an event, in order.

    Raises:
        Unsendable: If there is no way to show it.
    """
    content = event.content
    if isinstance(content, EditContent | DeleteContent | ReactionContent):
        return _change(content, event, now)
    return list(_parts_of(content))


def reply_target_of(event: RoomEvent) -> str:
    """Return WhatsApp's id of the message that an event answers, "" if it names none."""
    return str(event.channel_data.extra.get(REPLY_TO_ID) or "")


def _change(
    content: EditContent | DeleteContent | ReactionContent, event: RoomEvent, now: datetime
) -> list[Step]:
    """Return a change of an earlier message; in words where WhatsApp does not let it be made."""
    facts = event.channel_data.extra
    target, sender = str(facts.get(TARGET_ID) or ""), str(facts.get(TARGET_SENDER) or "")
    match content:
        case ReactionContent() if target:
            return [Reaction(target, content.emoji if content.action == "add" else "", sender)]
        case DeleteContent() if target and not sender:
            return [Deletion(target)]
        case EditContent(new_content=TextContent(body=body)) if (
            target and not sender and len(body) <= MAX_TEXT and _is_young(facts, now)
        ):
            return [Edit(target, body)]
    words = DefaultTranscoder().transcode(content, _IN_WORDS)
    if words is None:
        raise Unsendable("unknown_target", "nobody knows WhatsApp's id of that message")
    return list(_parts_of(words))


def _is_young(facts: dict[str, object], now: datetime) -> bool:
    told = facts.get(TARGET_AT)
    return told is None or now - datetime.fromisoformat(str(told)) < EDITABLE_FOR


def _parts_of(content: EventContent) -> list[Part]:
    """Return the parts of a content; the first text is the caption of the first picture or film.

    Raises:
        Unsendable: If nothing of it can be sent.
    """
    parts = _with_caption([part for leaf in leaves(content) for part in _simplify(leaf)])
    if not parts:
        raise Unsendable("empty", "the event says nothing that could be sent")
    return parts


def _simplify(content: EventContent) -> list[Part]:
    match content:
        case TextContent() | SystemContent():
            return _texts(content.body)
        case RichContent():
            choices = [f"• {each.label}" for each in content.quick_replies]
            lines = [whatsapp_text(content), *map(words_of_card, content.cards)]
            lines += [*map(words_of_button, content.buttons), *choices]
            return _texts("\n".join(filter(None, lines)))
        case LocationContent() | AudioContent():
            return [content]
        case MediaContent() | VideoContent():
            caption = content.caption or ""
            if not caption or (_takes_caption(content) and len(caption) <= MAX_CAPTION):
                return [content]
            return [content.model_copy(update={"caption": None}), *_texts(caption)]
    raise Unsendable("unsupported_content", f"a personal account cannot send {content.type!r}")


def _with_caption(parts: list[Part]) -> list[Part]:
    text = next((part for part in parts if isinstance(part, TextContent)), None)
    files = (part for part in parts if isinstance(part, MediaContent | VideoContent))
    file = next(filter(_takes_caption, files), None)
    if text is None or file is None or file.caption or len(text.body) > MAX_CAPTION:
        return parts
    captioned = file.model_copy(update={"caption": text.body})
    return [captioned if part is file else part for part in parts if part is not text]


def _takes_caption(file: MediaContent | VideoContent) -> bool:
    return not safe_type(file.mime_type).startswith("audio/")


def _texts(body: str) -> list[Part]:
    return [TextContent(body=part) for part in split_text(body, MAX_TEXT) if part.strip()]
