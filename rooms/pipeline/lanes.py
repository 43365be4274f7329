"""Lanes: one per (room, channel), each doing its work strictly in index order."""

import logging
from collections import deque

from rooms.domain.delivery import DeliveryError, DeliveryOutcome
from rooms.domain.job import DeliveryKind
from rooms.pipeline.leases import LeaseKeeper
from rooms.pipeline.spawning import TaskGroup
from rooms.pipeline.waiting import return_at_commit
from rooms.pipeline.work import Runner, Work

logger = logging.getLogger("roomkit.core.lanes")


class Lanes:
    """Runs work in order per lane; lanes never wait for each other.

    `submit` is called under the room lock, so that the order in a lane is index order. A retry
    holds back only its own lane: whatever waits behind it counts as queued at once.
    """

    def __init__(
        self, tasks: TaskGroup, runners: dict[DeliveryKind, Runner], leases: LeaseKeeper
    ) -> None:
        self._tasks = tasks
        self._runners = runners
        self._leases = leases
        self._queues: dict[tuple[str, str], deque[Work]] = {}
        self._held: set[tuple[str, str]] = set()

    def submit(self, work: Work) -> None:
        """Put work at the end of its lane and see that the lane runs."""
        work.cascade.begin()
        if work.row is not None:
            self._leases.keep(work.row.id)
        queue = self._queues.get(work.lane)
        if queue is not None:
            queue.append(work)
            if work.lane in self._held:
                work.settle_queued()
            return
        self._queues[work.lane] = deque([work])
        self._tasks.spawn(self._drain(work.lane))

    def hold(self, lane: tuple[str, str]) -> None:
        """Note that the head of a lane waits for its next attempt."""
        self._held.add(lane)
        for work in self._queues.get(lane, ()):
            work.settle_queued()

    def release(self, lane: tuple[str, str]) -> None:
        """Note that the head of a lane has stopped waiting."""
        self._held.discard(lane)

    def is_answering(self, room_id: str) -> bool:
        """Tell whether an agent is at work on an event of this room in this process."""
        return any(
            lane[0] == room_id and queue and queue[0].kind is DeliveryKind.REACT
            for lane, queue in self._queues.items()
        )

    async def _drain(self, lane: tuple[str, str]) -> None:
        queue = self._queues[lane]
        try:
            with return_at_commit():
                while queue:
                    await self._run(queue[0])
                    queue.popleft()
        finally:
            self._held.discard(lane)
            del self._queues[lane]
            for work in queue:  # only when the process is going down
                work.settle_queued()
                self._end(work)

    async def _run(self, work: Work) -> None:
        try:
            await self._runners[work.kind](work)
        except Exception as error:  # RFC §10.2: one target's failure stays with that target
            logger.exception(
                "delivery failed",
                extra={"room_id": work.event.room_id, "channel_id": work.binding.channel_id},
            )
            problem = DeliveryError(code=type(error).__name__, message=str(error))
            work.settle(work.result(DeliveryOutcome.FAILED, error=problem))
        self._end(work)

    def _end(self, work: Work) -> None:
        if work.row is not None:
            self._leases.drop(work.row.id)
        work.let_caller_go()
