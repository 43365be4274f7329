"""The realtime contract: publish and subscribe, best effort, no index, no hooks."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from rooms.domain.frozen import new_id, utc_now
from rooms.domain.json import JsonObject


class EphemeralEventType(StrEnum):
    """What an ephemeral event tells."""

    TYPING_START = "typing_start"
    TYPING_STOP = "typing_stop"
    PRESENCE_ONLINE = "presence_online"
    PRESENCE_AWAY = "presence_away"
    PRESENCE_OFFLINE = "presence_offline"
    READ_RECEIPT = "read_receipt"
    REACTION = "reaction"
    TOOL_CALL_START = "tool_call_start"
    TOOL_CALL_END = "tool_call_end"
    THINKING_START = "thinking_start"
    THINKING_DELTA = "thinking_delta"
    THINKING_END = "thinking_end"
    CUSTOM = "custom"


@dataclass(frozen=True)
class EphemeralEvent:
    """Something that matters only while it happens; `user_id` names who it is about."""

    room_id: str
    type: EphemeralEventType
    user_id: str
    id: str = field(default_factory=new_id)
    channel_id: str | None = None
    data: JsonObject = field(default_factory=dict)
    timestamp: datetime = field(default_factory=utc_now)

    def to_dict(self) -> JsonObject:
        """Return the event as JSON-ready values; the timestamp becomes ISO 8601 text."""
        return {
            "id": self.id,
            "room_id": self.room_id,
            "type": self.type.value,
            "user_id": self.user_id,
            "channel_id": self.channel_id,
            "data": dict(self.data),
            "timestamp": self.timestamp.isoformat(),
        }

    @classmethod
    def from_dict(cls, data: JsonObject) -> "EphemeralEvent":
        """Read what `to_dict` wrote; a missing id or timestamp is made anew.

        Raises:
            KeyError: If room_id, type or user_id is missing.
            ValueError: If the type is unknown or the timestamp is not ISO 8601.
        """
        timestamp = data.get("timestamp")
        return cls(
            room_id=data["room_id"],
            type=EphemeralEventType(data["type"]),
            user_id=data["user_id"],
            id=data.get("id") or new_id(),
            channel_id=data.get("channel_id"),
            data=dict(data.get("data") or {}),
            timestamp=datetime.fromisoformat(timestamp) if timestamp else utc_now(),
        )


EphemeralCallback = Callable[[EphemeralEvent], Awaitable[None] | None]
"""Called with each event, in order; may be a coroutine function."""


class RealtimeBackend(ABC):
    """Carries ephemeral events between whoever publishes and whoever has subscribed.

    A name such as `room:<id>` is a topic here; it has nothing to do with a room's channels.
    """

    @abstractmethod
    async def publish(self, channel: str, event: EphemeralEvent) -> None:
        """Tell every subscriber of `channel`, without waiting for any of them."""

    @abstractmethod
    async def subscribe(self, channel: str, callback: EphemeralCallback) -> str:
        """Call `callback` with every later event of `channel`; return the subscription's id."""

    @abstractmethod
    async def unsubscribe(self, subscription_id: str) -> bool:
        """End a subscription; tell whether there was one."""

    async def publish_to_room(self, room_id: str, event: EphemeralEvent) -> None:
        """Tell every subscriber of a room."""
        await self.publish(room_topic(room_id), event)

    async def subscribe_to_room(self, room_id: str, callback: EphemeralCallback) -> str:
        """Call `callback` with every later event of a room; return the subscription's id."""
        return await self.subscribe(room_topic(room_id), callback)

    @abstractmethod
    async def close(self) -> None:
        """End every subscription and free what the backend holds."""


def room_topic(room_id: str) -> str:
    """Return the name under which a room's events are published."""
    return f"room:{room_id}"
