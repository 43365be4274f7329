"""A process that dies in the middle of its work, and the next one on the same store."""

import asyncio
from typing import Any

from rooms import (
    Channel,
    DeliveryJob,
    DeliveryState,
    InMemoryStore,
    Room,
    RoomEvent,
    RoomKit,
    Worker,
)
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene

LEASE_S = 15.0


class FailingReads(InMemoryStore):
    """Fails to read events with these errors, one each, and one room always."""

    failures: tuple[Exception, ...] = ()
    unreadable = ""

    async def get_room(self, room_id: str) -> Room | None:
        """Fail or read."""
        if room_id == self.unreadable:
            raise ValueError("not a room")
        return await super().get_room(room_id)

    async def get_event(self, event_id: str) -> RoomEvent | None:
        """Fail or read."""
        if self.failures:
            failure, *rest = self.failures
            self.failures = tuple(rest)
            raise failure
        return await super().get_event(event_id)


class Site:
    """One process that dies, and the next one on the same store."""

    def __init__(self, make_kit: MakeKit, clock: FakeClock) -> None:
        self.make_kit = make_kit
        self.clock = clock
        self.old = Scene(make_kit(clock=clock))
        self._saying: list[asyncio.Future[Any]] = []

    def say(self, *said: str, **fields: Any) -> None:
        """Let the person speak in the old process, without waiting for what follows."""
        self._saying += [asyncio.ensure_future(self.old.say(body, **fields)) for body in said]

    async def die(self) -> None:
        """End the old process in the middle of its work."""
        await self.old.kit.pipeline.drain(timeout=0.01)
        await asyncio.gather(*self._saying)

    def start(self, *channels: Channel) -> RoomKit:
        """Start the next process with these channels and the person's."""
        kit = self.make_kit(clock=self.clock)
        for channel in (Recorder("person"), *channels):
            kit.register_channel(channel)
        return kit

    async def sweep(self, kit: RoomKit) -> int:
        """Let the worker of a process sweep once, and its work end."""
        taken = await Worker(kit).sweep()
        await self.clock.settle()
        return taken

    async def jobs(self) -> list[DeliveryJob]:
        """Return the delivery rows."""
        return await self.old.kit.store.list_deliveries(ROOM)

    async def states(self) -> list[DeliveryState]:
        """Return where the delivery rows stand."""
        return [job.state for job in await self.jobs()]
