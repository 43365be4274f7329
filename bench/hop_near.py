"""The web process's end of the hop; Django is configured by now."""

import asyncio
import itertools
import time

from redis import Redis

from bench.hop_far import call
from bench.hops import Hops
from bench.values import VISITORS, build_message
from rooms.kit import RoomKit
from rooms.pipeline.waiting import return_at_commit
from rooms.runtime import get_kit

ROOM, OUTLET = "hop", "outlet"
CALLED_WITHIN_S = 60
WARM_UP = 5
NS_IN_MS = 1e6


class Near:
    """Sends messages and bare tasks, and hears when they were called at the far end.

    Args:
        redis: Where the far end tells of calls.
        calls: The name of the list there.
    """

    def __init__(self, redis: Redis, calls: str) -> None:
        self._redis = redis
        self._calls = calls
        self._numbers = itertools.count()

    async def measure(self, hops: int) -> Hops:
        """Send as many of each, in turn."""
        kit = get_kit()
        await kit.create_room(ROOM)
        await kit.attach_channel(ROOM, VISITORS)
        await kit.attach_channel(ROOM, OUTLET, metadata={"phone_number": "+15550100001"})
        taken = Hops()
        for _ in range(WARM_UP):
            await self._send_both(kit, Hops())
        for _ in range(hops):
            await self._send_both(kit, taken)
        await kit.close()
        return taken

    async def _send_both(self, kit: RoomKit, hops: Hops) -> None:
        enqueued_ns = time.monotonic_ns()
        await asyncio.to_thread(call.apply_async, queue="default")
        hops.bare.append((await self._called_at_ns() - enqueued_ns) / NS_IN_MS)
        received_ns = time.monotonic_ns()
        with return_at_commit():
            result = await kit.process_inbound(build_message(ROOM, next(self._numbers)))
        committed_ns = time.monotonic_ns()
        assert result.event is not None, result.reason
        called_ns = await self._called_at_ns()
        hops.committed.append((called_ns - committed_ns) / NS_IN_MS)
        hops.received.append((called_ns - received_ns) / NS_IN_MS)

    async def _called_at_ns(self) -> int:
        called = await asyncio.to_thread(self._redis.blpop, [self._calls], CALLED_WITHIN_S)
        assert called is not None, f"nothing was called within {CALLED_WITHIN_S} s"
        return int(called[1])
