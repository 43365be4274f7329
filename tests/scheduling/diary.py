"""A clerk who has things said later to a customer's phone."""

from datetime import datetime, timedelta
from typing import Any

from rooms import ScheduledSend, ScheduledState, TextContent, Worker
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder
from tests.scene import ROOM, Scene

HOUR_S = 3600.0


class Diary:
    """What is scheduled in one room, and time that passes."""

    def __init__(self, scene: Scene, clock: FakeClock) -> None:
        self.scene = scene
        self.clock = clock
        self.phone = Recorder("phone")

    async def open(self) -> None:
        """Attach the phone."""
        await self.scene.add(self.phone)

    def later(self, hours: float) -> datetime:
        """Return the moment so many hours from now."""
        return self.clock.now() + timedelta(hours=hours)

    async def schedule(
        self, body: str = "See you soon", *, hours: float = 1.0, **fields: Any
    ) -> ScheduledSend:
        """Schedule a text, said through the clerk's channel if `fields` name no other."""
        arguments: dict[str, Any] = {"channel_id": "person", "at": self.later(hours)} | fields
        content = TextContent(body=body)
        return await self.scene.kit.schedule_event(ROOM, content=content, **arguments)

    async def wait(self, hours: float) -> int:
        """Let time pass and a worker say what is due; return how much that was."""
        await self.clock.advance(hours * HOUR_S)
        said = await Worker(self.scene.kit).say_scheduled()
        await self.clock.settle()
        return said

    async def found(self, scheduled: ScheduledSend) -> ScheduledSend:
        """Return a scheduled send as it is now."""
        known = await self.scene.kit.store.get_scheduled(scheduled.id)
        assert known is not None
        return known

    async def state(self, scheduled: ScheduledSend) -> ScheduledState:
        """Return where a scheduled send stands."""
        return (await self.found(scheduled)).state
