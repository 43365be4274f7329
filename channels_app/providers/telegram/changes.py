"""From an event to the calls that show it in a chat, also where it is about an earlier message.

Rooms know events; Telegram knows its own ids. Who delivers an event puts the ids of its target
beside it, under the keys below in `channel_data.extra`; without one a change is told in words.
"""

from dataclasses import replace

from channels_app.providers.telegram.calls import Call, NotSendable, build_calls
from channels_app.providers.telegram.files import caption_of
from channels_app.providers.telegram.ids import message_of
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.content import (
    AudioContent,
    DeleteContent,
    EditContent,
    EventContent,
    MediaContent,
    ReactionContent,
    VideoContent,
)
from rooms.domain.enums import ChannelMediaType
from rooms.domain.event import RoomEvent
from rooms.domain.provider_message import REPLY_TO_ID, TARGET_ID
from rooms.pipeline.transcode import DefaultTranscoder

# Emoji come with and without this; Telegram's list has them without.
VARIATION_SELECTOR = "\ufe0f"

_IN_WORDS = ChannelCapabilities(
    media_types=[
        ChannelMediaType.TEXT,
        ChannelMediaType.RICH,
        ChannelMediaType.MEDIA,
        ChannelMediaType.AUDIO,
        ChannelMediaType.VIDEO,
        ChannelMediaType.LOCATION,
    ]
)


def calls_of(event: RoomEvent) -> list[Call]:
    """Return the calls that show an event, a message or a change of one.

    Raises:
        NotSendable: If Telegram has no way to show it.
    """
    content = event.content
    if not isinstance(content, EditContent | DeleteContent | ReactionContent):
        return _as_answer(build_calls(content), _id_under(REPLY_TO_ID, event))
    words = DefaultTranscoder().transcode(content, _IN_WORDS)
    instead = [] if words is None else build_calls(words)
    message_id = _id_under(TARGET_ID, event)
    if message_id is not None:
        return [replace(_build_change(content, message_id), instead=tuple(instead))]
    if not instead:
        raise NotSendable("target_unknown", "nobody knows Telegram's id of the message reacted to")
    return instead


def _id_under(key: str, event: RoomEvent) -> int | None:
    return message_of(str(event.channel_data.extra.get(key) or ""))


def _as_answer(calls: list[Call], message_id: int | None) -> list[Call]:
    """Let the first message quote another one, if that is still there."""
    if message_id is None:
        return calls
    quoted = {"message_id": message_id, "allow_sending_without_reply": True}
    first = replace(calls[0], fields={**calls[0].fields, "reply_parameters": quoted})
    return [first, *calls[1:]]


def _build_change(content: EditContent | DeleteContent | ReactionContent, target: int) -> Call:
    if isinstance(content, DeleteContent):
        return Call("deleteMessage", {"message_id": target})
    if isinstance(content, ReactionContent):
        emoji = content.emoji.replace(VARIATION_SELECTOR, "")
        signs = [{"type": "emoji", "emoji": emoji}] if content.action == "add" else []
        return Call("setMessageReaction", {"message_id": target, "reaction": signs})
    return _build_edit(content.new_content, target)


def _build_edit(content: EventContent, target: int) -> Call:
    if isinstance(content, MediaContent | AudioContent | VideoContent):
        caption = caption_of(content)
        return Call("editMessageCaption", {"message_id": target, "caption": caption})
    first, *others = build_calls(content)
    if others or first.method != "sendMessage":
        raise NotSendable("unsupported_edit", "only the words of one message can be changed")
    return Call("editMessageText", {"message_id": target, **first.fields}, plain=first.plain)
