"""One event to many sockets of one process, against a group of Django Channels.

An event is published once everybody was sent the one before.
"""

import asyncio
import time

from bench.crowds import Crowd, GroupCrowd, RoomCrowd
from bench.plan import Plan
from bench.samples import Row, Sample, build_row, timed
from bench.sockets import Tally
from rooms.kit import RoomKit
from rooms.stores.memory import InMemoryStore


class Hall:
    """A crowd and the count of what it heard."""

    def __init__(self, crowd: Crowd, heard: Tally) -> None:
        self.samples: list[Sample] = []
        self.crowd = crowd
        self._heard = heard

    async def publish_for(self, slice_s: float, sockets: int) -> None:
        """Take a sample."""
        before = self._heard.count
        with timed() as sample:
            end = time.perf_counter() + slice_s
            while (begun := time.perf_counter()) < end:
                self._heard.expect(sockets)
                await self.crowd.publish()
                await self._heard.reached()
                sample.waits_ms.append((time.perf_counter() - begun) * 1000)
        sample.done = self._heard.count - before
        assert sample.done == sockets * len(sample.waits_ms), (sample.done, len(sample.waits_ms))
        self.samples.append(sample)


def measure_fanout(plan: Plan) -> list[Row]:
    """Measure both crowds in turn."""
    return asyncio.run(_measure(plan))


async def _measure(plan: Plan) -> list[Row]:
    in_room, in_group = Tally(), Tally()
    room = Hall(RoomCrowd(RoomKit(InMemoryStore()), in_room.add), in_room)
    group = Hall(GroupCrowd(in_group.add), in_group)
    for hall in (room, group):
        await hall.crowd.open(plan.connections)
    for _ in range(plan.rounds):
        for hall in (group, room):
            await hall.publish_for(plan.slice_s, plan.connections)
    for hall in (room, group):
        await hall.crowd.close()
    return build_crowd_rows(room.samples, group.samples, plan.connections)


def build_crowd_rows(room: list[Sample], group: list[Sample], sockets: int) -> list[Row]:
    """Sum up both crowds, the room against the group."""
    return [
        build_row(f"Channels group, {sockets:,} members", "deliveries", group),
        build_row(
            f"one room, {sockets:,} sockets",
            "deliveries",
            room,
            yardstick=group,
            ratio_of="the group",
        ),
    ]
