"""Inbound messages, committed and shown to one socket each, against the raw insert.

Each message names its room and carries an idempotency key, as those of a chat's socket do. One
blocking hook is asked about it. It counts once the other channel's socket was sent its frame.
"""

import asyncio
import itertools
import time
from collections.abc import Sequence

from bench.plan import Plan
from bench.raw import RawTable
from bench.samples import Row, Sample, build_row, timed
from bench.sockets import Audience, Tally
from bench.values import DESK, VISITORS, build_message
from channels_app.channels.websocket import WebSocketChannel
from hooks.results import HookResult
from hooks.triggers import HookTrigger
from rooms import models
from rooms.domain.context import RoomContext
from rooms.domain.enums import EventType
from rooms.domain.event import RoomEvent
from rooms.kit import RoomKit
from rooms.stores.orm import OrmStore

FEW_WRITERS, MANY_WRITERS = 1, 8


class Chat:
    """Rooms in the database, each with a visitor's channel and a desk that watches.

    Attributes:
        shown: Counts the frames the desk was sent.
    """

    def __init__(self, rooms: int) -> None:
        store = OrmStore()
        self.kit = RoomKit(store, on_hook_outcome=store.journal.note)
        self.shown = Tally()
        self._desk = WebSocketChannel(DESK)
        self._audience = Audience(self.kit)
        self._rooms = [f"room-{number}" for number in range(rooms)]
        self._numbers = itertools.count()

    async def open(self) -> None:
        """Open the rooms, and say one thing in each, so that none is new any more."""
        self.kit.register_channel(WebSocketChannel(VISITORS))
        self.kit.register_channel(self._desk)
        self.kit.hook(HookTrigger.BEFORE_BROADCAST, name="look")(_look)
        for room_id in self._rooms:
            await self.kit.create_room(room_id)
            await self.kit.attach_channel(room_id, VISITORS)
            await self.kit.attach_channel(room_id, DESK)
            await self._audience.open(self._desk, room_id, self.shown.add)
            await self._say(room_id)

    async def talk(self, *, callers: int, slice_s: float) -> Sample:
        """Let callers speak for a while, each when its last message is through."""
        with timed() as sample:
            end = time.perf_counter() + slice_s
            await asyncio.gather(
                *(self._call(number, callers, end, sample) for number in range(callers))
            )
        sample.done = len(sample.waits_ms)
        return sample

    async def close(self) -> None:
        """Close everything."""
        await self._audience.close()
        await self.kit.close()

    def check(self) -> None:
        """Make sure, outside the event loop, that each message was stored and shown once."""
        said = next(self._numbers)
        stored = models.Event.objects.filter(source_channel_id=VISITORS, type=EventType.MESSAGE)
        assert stored.count() == said == self.shown.count, (said, self.shown.count)

    async def _call(self, number: int, callers: int, end: float, sample: Sample) -> None:
        for turn in itertools.count():
            begun = time.perf_counter()
            if begun >= end:
                return
            await self._say(self._rooms[(number + turn * callers) % len(self._rooms)])
            sample.waits_ms.append((time.perf_counter() - begun) * 1000)

    async def _say(self, room_id: str) -> None:
        result = await self.kit.process_inbound(build_message(room_id, next(self._numbers)))
        assert result.event is not None, result.reason
        assert not result.blocked, result.reason


async def _look(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
    return HookResult.allow()


def measure_inbound(plan: Plan) -> list[Row]:
    """Measure raw inserts and inbound messages in turn."""
    raw, chat = RawTable(), Chat(plan.rooms)
    few: list[Sample] = []
    many: list[Sample] = []
    ours: dict[int, list[Sample]] = {callers: [] for callers in plan.callers}
    with asyncio.Runner() as loop:
        loop.run(chat.open())
        for _ in range(plan.rounds):
            few.append(raw.fill(writers=FEW_WRITERS, slice_s=plan.slice_s))
            many.append(raw.fill(writers=MANY_WRITERS, slice_s=plan.slice_s))
            for callers, samples in ours.items():
                samples.append(loop.run(chat.talk(callers=callers, slice_s=plan.slice_s)))
        loop.run(chat.close())
    chat.check()
    return [
        build_row("raw INSERT + commit, 1 writer", "rows", few),
        build_row(f"raw INSERT + commit, {MANY_WRITERS} writers", "rows", many),
        *(_inbound_row(callers, samples, many) for callers, samples in ours.items()),
    ]


def _inbound_row(callers: int, samples: Sequence[Sample], yardstick: Sequence[Sample]) -> Row:
    return build_row(
        f"inbound, {callers} at a time",
        "events",
        samples,
        yardstick=yardstick,
        ratio_of=f"of raw with {MANY_WRITERS} writers",
    )
