"""Rooms in the database with people, a hook, sockets that watch and, if asked, an agent."""

import asyncio
import itertools
import time
from collections.abc import Iterable, Iterator

from bench.samples import Sample, timed
from bench.sockets import Audience, Tally
from bench.values import DESK, VISITORS, build_message
from channels_app.ai.channel import AIChannel
from channels_app.channels.websocket import WebSocketChannel
from channels_app.providers.mock.ai import MockAIProvider
from hooks.results import HookResult
from hooks.triggers import HookTrigger
from rooms import models
from rooms.assembly import Sharing
from rooms.domain.context import RoomContext
from rooms.domain.enums import EventType
from rooms.domain.event import RoomEvent
from rooms.domain.frozen import new_id
from rooms.kit import RoomKit
from rooms.locks.database import DatabaseLockManager
from rooms.pipeline.dispatch import Dispatch
from rooms.stores.orm import OrmStore

AGENT = "agent"
ANSWER = "It was shipped yesterday and should be with you tomorrow."
LEASE_S = 15.0


def build_kit(*, leased: bool = False) -> RoomKit:
    """Build a kit on the scratch database.

    Args:
        leased: Lock rooms by leases in the database, as a process among others does.
    """
    store = OrmStore()
    if not leased:
        return RoomKit(store, on_hook_outcome=store.journal.note)
    node = new_id()
    return RoomKit(
        store,
        lock_manager=DatabaseLockManager(store, owner=node, seconds=LEASE_S),
        lease_seconds=LEASE_S,
        on_hook_outcome=store.journal.note,
        sharing=Sharing(dispatch=Dispatch(is_shared=True), node=node),
    )


class Chat:
    """Rooms that visitors write in while a desk watches.

    Each message names its room and carries an idempotency key, as those of a chat's socket do. One
    blocking hook is asked about it. It counts once the desk's socket was sent its frame and, where
    an agent answers, once the answer is stored and shown too.

    Attributes:
        shown: Counts the frames the desk was sent.
        stored: How many events each message leaves: itself, and its answer where there is one.
    """

    def __init__(
        self, kit: RoomKit, rooms: Iterable[str], *, watched: bool = True, answered: bool = False
    ) -> None:
        self.kit = kit
        self.rooms = list(rooms)
        self.shown = Tally()
        self.stored = 2 if answered else 1
        self._watched = watched
        self._desk = WebSocketChannel(DESK)
        self._audience = Audience(kit)
        self._numbers = itertools.count()

    async def open(self) -> None:
        """Open the rooms, and say one thing in each, so that none is new any more."""
        self._register()
        for room_id in self.rooms:
            await self.kit.create_room(room_id)
            for channel_id in self._channel_ids():
                await self.kit.attach_channel(room_id, channel_id)
            await self.enter(room_id)

    async def enter(self, room_id: str) -> None:
        """Open the desk's socket in a room that is there, and say one thing."""
        if self._watched:
            await self._audience.open(self._desk, room_id, self.shown.add)
        await self.say(room_id)

    async def talk(
        self, *, callers: int, slice_s: float, places: Iterator[str] | None = None
    ) -> Sample:
        """Let callers speak for a while, each when its last message is through.

        Args:
            callers: How many speak at a time.
            slice_s: For how long, in seconds.
            places: Where, message by message; None takes all rooms in turn.
        """
        places = itertools.cycle(self.rooms) if places is None else places
        with timed() as sample:
            end = time.perf_counter() + slice_s
            await asyncio.gather(*(self._call(places, end, sample) for _ in range(callers)))
        sample.done = len(sample.waits_ms)
        return sample

    async def say(self, room_id: str) -> None:
        """Say the next thing in a room and wait for what it causes."""
        result = await self.kit.process_inbound(build_message(room_id, next(self._numbers)))
        assert result.event is not None, result.reason
        assert not result.blocked, result.reason
        assert result.error is None, result.error

    async def close(self) -> None:
        """Close everything."""
        await self._audience.close()
        await self.kit.close()

    def check(self) -> None:
        """Make sure, outside the event loop, that everything was stored, and shown once."""
        said = next(self._numbers)
        events = models.Event.objects.filter(room_id__in=self.rooms, type=EventType.MESSAGE)
        stored = events.filter(idempotency_key__isnull=False).count()
        assert stored == said * self.stored, (said, stored)

    async def _call(self, places: Iterator[str], end: float, sample: Sample) -> None:
        while (begun := time.perf_counter()) < end:
            await self.say(next(places))
            sample.waits_ms.append((time.perf_counter() - begun) * 1000)

    def _register(self) -> None:
        self.kit.register_channel(WebSocketChannel(VISITORS))
        self.kit.register_channel(self._desk)
        if self.stored > 1:
            self.kit.register_channel(AIChannel(AGENT, provider=MockAIProvider([ANSWER])))
        self.kit.hook(HookTrigger.BEFORE_BROADCAST, name="look")(_look)

    def _channel_ids(self) -> tuple[str, ...]:
        return (VISITORS, DESK, AGENT) if self.stored > 1 else (VISITORS, DESK)


async def _look(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
    return HookResult.allow()
