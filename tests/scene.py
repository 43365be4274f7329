"""One room, one person who speaks in it, and whatever channels a test adds."""

from typing import Any, TypeVar

from hooks import HookResult, HookTrigger, InjectedEvent
from rooms import (
    ChannelType,
    EventSource,
    InboundResult,
    RoomContext,
    RoomEvent,
    RoomKit,
    TextContent,
)
from rooms.channel import Channel
from rooms.testing.rig import Recorder, text
from tests import steps

C = TypeVar("C", bound=Channel)

ROOM = "room"


class Scene:
    """A room whose person speaks through the recorder `person`."""

    def __init__(self, kit: RoomKit) -> None:
        self.kit = kit
        self.person = Recorder("person")

    async def open(self, **room: Any) -> None:
        """Create the room and attach the person."""
        await self.kit.create_room(ROOM, **room)
        await self.add(self.person)

    async def add(self, channel: C, **binding: Any) -> C:
        """Register a channel and attach it."""
        self.kit.register_channel(channel)
        await self.kit.attach_channel(ROOM, channel.channel_id, **binding)
        return channel

    async def say(self, body: str = "hello", **fields: Any) -> InboundResult:
        """Let the person speak, or another channel and sender if `fields` name them."""
        channel = fields.pop("channel", "person")
        sender = fields.pop("sender", "person-1")
        message = text(channel, sender, body, **({"room_id": ROOM} | fields))
        return await self.kit.process_inbound(message)

    async def rows(self) -> list[RoomEvent]:
        """Return the visible timeline."""
        return await steps.timeline(self.kit, ROOM)

    async def full(self) -> list[RoomEvent]:
        """Return the timeline with internal rows."""
        return await steps.full_timeline(self.kit, ROOM)

    async def counters(self) -> tuple[int, int]:
        """Return the room's event count and latest index."""
        room = await self.kit.get_room(ROOM)
        return room.event_count, room.latest_index

    def before_broadcast(self, answer: HookResult[RoomEvent]) -> list[RoomEvent]:
        """Answer every event with `answer`; return the list that collects what the hook saw."""
        seen: list[RoomEvent] = []

        @self.kit.hook(HookTrigger.BEFORE_BROADCAST, name="rule")
        async def rule(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
            seen.append(event)
            return answer

        return seen


def injection(body: str, *channel_ids: str) -> InjectedEvent[RoomEvent]:
    """Build a system event for these channels; for none of them it is only stored."""
    event = RoomEvent(
        room_id=ROOM,
        source=EventSource(channel_id="system", channel_type=ChannelType.SYSTEM),
        content=TextContent(body=body),
    )
    return InjectedEvent(event=event, target_channel_ids=list(channel_ids) or None)
