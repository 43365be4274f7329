"""What passes and is not kept: typing, presence, read receipts, reactions, tool activity."""

from rooms.domain.json import JsonObject
from rooms.pipeline.parts import Parts
from rooms.realtime import EphemeralCallback, EphemeralEvent, EphemeralEventType

PRESENCE = {
    "online": EphemeralEventType.PRESENCE_ONLINE,
    "away": EphemeralEventType.PRESENCE_AWAY,
    "offline": EphemeralEventType.PRESENCE_OFFLINE,
}


class Ephemeral:
    """Publishes to whoever is watching a room right now; nothing is stored, no hook runs."""

    def __init__(self, parts: Parts) -> None:
        self._realtime = parts.realtime

    async def publish_typing(
        self,
        room_id: str,
        user_id: str,
        is_typing: bool = True,
        data: JsonObject | None = None,
    ) -> None:
        """Say that somebody started or stopped typing."""
        kind = EphemeralEventType.TYPING_START if is_typing else EphemeralEventType.TYPING_STOP
        await self._publish(room_id, kind, user_id, data or {})

    async def publish_tool_call(
        self,
        room_id: str,
        channel_id: str,
        tool_calls: list[JsonObject],
        event_type: EphemeralEventType = EphemeralEventType.TOOL_CALL_START,
        *,
        duration_ms: int | None = None,
    ) -> None:
        """Say that an agent started or ended tool calls; `duration_ms` in milliseconds."""
        data: JsonObject = {"tool_calls": tool_calls, "channel_id": channel_id}
        if duration_ms is not None:
            data["duration_ms"] = duration_ms
        await self._publish(room_id, event_type, channel_id, data, channel_id=channel_id)

    async def publish_presence(self, room_id: str, user_id: str, status: str) -> None:
        """Say that somebody is `online`, `away` or `offline`.

        Raises:
            ValueError: If the status is none of the three.
        """
        if status not in PRESENCE:
            raise ValueError(f"presence must be one of {sorted(PRESENCE)}, got {status!r}")
        await self._publish(room_id, PRESENCE[status], user_id, {"status": status})

    async def publish_read_receipt(self, room_id: str, user_id: str, event_id: str) -> None:
        """Say that somebody has read up to an event."""
        await self._publish(
            room_id, EphemeralEventType.READ_RECEIPT, user_id, {"event_id": event_id}
        )

    async def publish_reaction(
        self, room_id: str, user_id: str, target_event_id: str, emoji: str, action: str = "add"
    ) -> None:
        """Show a passing reaction; to keep one, send a REACTION event."""
        data = {"target_event_id": target_event_id, "emoji": emoji, "action": action}
        await self._publish(room_id, EphemeralEventType.REACTION, user_id, data)

    async def subscribe_room(self, room_id: str, callback: EphemeralCallback) -> str:
        """Call `callback` with what passes in a room; returns the subscription's id."""
        return await self._realtime.subscribe_to_room(room_id, callback)

    async def unsubscribe_room(self, subscription_id: str) -> bool:
        """End a subscription; tell whether it existed."""
        return await self._realtime.unsubscribe(subscription_id)

    async def _publish(
        self,
        room_id: str,
        kind: EphemeralEventType,
        user_id: str,
        data: JsonObject,
        *,
        channel_id: str | None = None,
    ) -> None:
        event = EphemeralEvent(
            room_id=room_id, type=kind, user_id=user_id, channel_id=channel_id, data=data
        )
        await self._realtime.publish_to_room(room_id, event)
