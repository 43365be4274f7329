"""What tests of delegated tasks share: a room with people, and agents beside it."""

from typing import Any

from rooms import ChannelBinding, RoomEvent, RoomKit
from rooms.delegated.task import DelegatedTask
from rooms.domain.content import SystemContent
from rooms.domain.json import JsonObject
from rooms.testing.rig import Line, Recorder, ScriptedAgent

ROOM = "desk"


class Desk:
    """A room in which `main` talks to `person`, and the registered agent `worker`.

    Attributes:
        main: Says "noted" whenever it is asked.
        worker: Is attached to no room.
    """

    def __init__(self, kit: RoomKit, *script: Line) -> None:
        self.kit = kit
        self.person = Recorder("person")
        self.main = ScriptedAgent("main", "noted")
        self.worker = ScriptedAgent("worker", *script or ("42",))

    def register(self) -> None:
        """Register the channels, as each process does."""
        for channel in (self.person, self.main, self.worker):
            self.kit.register_channel(channel)

    async def open(self, **room: Any) -> None:
        """Create the room and attach who is in it."""
        self.register()
        await self.kit.create_room(ROOM, **room)
        await self.kit.attach_channel(ROOM, "person")
        await self.kit.attach_channel(ROOM, "main")

    async def delegate(self, task: str = "count", **options: Any) -> DelegatedTask:
        """Delegate to the worker."""
        return await self.kit.delegate(ROOM, "worker", task, **options)

    async def said_in(self, room_id: str = ROOM) -> list[RoomEvent]:
        """Return the timeline without internal rows."""
        return await self.kit.store.list_events(room_id, limit=100)

    async def records(self, code: str) -> list[JsonObject]:
        """Return what the room's internal records of a code say."""
        events = await self.kit.store.list_events(ROOM, limit=100, include_internal=True)
        told = [event.content for event in events if isinstance(event.content, SystemContent)]
        return [content.data for content in told if content.code == code]

    async def bindings(self, room_id: str) -> dict[str, ChannelBinding]:
        """Return a room's bindings by channel."""
        return {each.channel_id: each for each in await self.kit.list_bindings(room_id)}
