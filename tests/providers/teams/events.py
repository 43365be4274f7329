"""Events that somebody else in the room has said, to be carried to Teams; and a clock."""

from typing import Any

from rooms.domain.content import EventContent, TextContent
from rooms.domain.enums import ChannelType
from rooms.domain.event import ChannelData, EventSource, RoomEvent

WEB = EventSource(channel_id="web", channel_type=ChannelType.WEBSOCKET, participant_id="bea")


def said(content: EventContent | str, **extra: Any) -> RoomEvent:
    """Return an event; `extra` is what who delivers it puts beside it."""
    words = TextContent(body=content) if isinstance(content, str) else content
    data = ChannelData(extra=extra)
    return RoomEvent(room_id="room", source=WEB, content=words, channel_data=data)


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds
