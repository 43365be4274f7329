"""A room with a history, and asking a memory about it."""

from collections.abc import Sequence
from typing import Any

from channels_app.ai.memory import MemoryProvider, MemoryResult
from channels_app.providers.base.ai import AIContext
from rooms.domain.context import RoomContext
from rooms.domain.event import RoomEvent
from rooms.domain.participant import Participant
from rooms.domain.room import Room
from tests.channels_app.values import ROOM, make_event

AGENT = "agent"
CURRENT = make_event("And now?", id="current", index=10_000)


def said(*texts: str, first: int = 0, **fields: Any) -> list[RoomEvent]:
    """Make events of the room, numbered from `first`; the id of each is `e<index>`."""
    return [
        make_event(text, id=f"e{index}", index=index, **fields)
        for index, text in enumerate(texts, first)
    ]


def numbered(count: int, *, first: int = 0, chars: int = 12) -> list[RoomEvent]:
    """Make events that say `message <index>`, filled up to so many characters."""
    texts = [f"message {index}".ljust(chars, ".") for index in range(first, first + count)]
    return said(*texts, first=first)


def room_of(
    recent: Sequence[RoomEvent],
    *,
    participants: Sequence[Participant] = (),
    organization_id: str | None = None,
) -> RoomContext:
    """Make the room as an agent sees it."""
    return RoomContext(
        room=Room(id=ROOM, organization_id=organization_id),
        recent_events=list(recent),
        participants=list(participants),
    )


async def recall(
    memory: MemoryProvider,
    recent: Sequence[RoomEvent],
    *,
    current: RoomEvent = CURRENT,
    channel_id: str | None = AGENT,
    **room: Any,
) -> MemoryResult:
    """Ask a memory what came before the current event."""
    context = room_of(recent, **room)
    return await memory.retrieve(ROOM, current, context, channel_id=channel_id)


def indexes(result: MemoryResult) -> list[int]:
    """Return the indexes of the events a memory hands out."""
    return [event.index for event in result.events]


def texts(result: MemoryResult) -> list[str]:
    """Return the messages a memory hands out."""
    return [str(message.content) for message in result.messages]


def asked(context: AIContext) -> str:
    """Return what a model was asked."""
    [message] = context.messages
    return str(message.content)
