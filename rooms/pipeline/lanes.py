"""Lanes: one per (room, channel), each doing its work strictly in index order."""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from typing import TypeVar

from rooms.domain.delivery import DeliveryError, DeliveryOutcome
from rooms.domain.enums import LaneScope
from rooms.domain.errors import StoreUnavailableError
from rooms.domain.job import DeliveryKind
from rooms.pipeline.leases import LeaseKeeper
from rooms.pipeline.spawning import TaskGroup
from rooms.pipeline.taking import Taking
from rooms.pipeline.waiting import return_at_commit
from rooms.pipeline.work import Lane, LostRow, Runner, Work
from rooms.resilience.clock import Clock, SystemClock
from rooms.telemetry import log_fields

logger = logging.getLogger("roomkit.core.lanes")

T = TypeVar("T")

# Seconds between tries while the database does not answer.
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0


class Lanes:
    """Runs work in order per lane; lanes never wait for each other.

    `submit` is called under the room lock, so that the order in a lane is index order. A retry
    holds back only its own lane: whatever waits behind it counts as queued at once.

    Args:
        tasks: Runs the lanes.
        runners: What does each kind of work.
        leases: Keeps the rows that are worked on.
        taking: Takes rows over that others have left.
        refills: Whether other processes may have added to a lane what this one is to go on with.
        scope: BINDING gives each channel of a room a lane of its own. ROOM gives a room one lane:
            what one event causes is done at once, and before anything the next one causes.
        clock: How to wait for a database that does not answer.
    """

    def __init__(  # noqa: PLR0913 - one argument a collaborator
        self,
        tasks: TaskGroup,
        runners: dict[DeliveryKind, Runner],
        leases: LeaseKeeper,
        *,
        taking: Taking | None = None,
        refills: bool = False,
        scope: LaneScope = LaneScope.BINDING,
        clock: Clock | None = None,
    ) -> None:
        self._tasks = tasks
        self._runners = runners
        self._leases = leases
        self._taking = taking
        self._refills = refills
        self._scope = scope
        self._queues: dict[Lane, deque[Work]] = {}
        self._drains: dict[Lane, asyncio.Task[object]] = {}
        self._held: Counter[Lane] = Counter()
        self._clock = clock or SystemClock()
        self._stopping = False

    def submit(self, work: Work) -> None:
        """Put work at the end of its lane and see that the lane runs.

        Once the process is stopping, what has a row is left to others.
        """
        lane = self._lane_of(work)
        work.cascade.begin()
        if work.row is not None:
            self._leases.keep(work.row.id)
            if self._stopping:
                self._leave(work)
                self._tasks.spawn(self._leases.give_back())
                return
        queue = self._queues.get(lane)
        if queue is not None:
            _insert(queue, work)
            if self._held[lane]:
                work.settle_queued()
            return
        self._queues[lane] = deque([work])
        self._drains[lane] = self._tasks.spawn(self._drain(lane))

    @property
    def is_stopping(self) -> bool:
        """Whether nothing is begun any more that another process can do."""
        return self._stopping

    def stop(self) -> None:
        """Let what has begun go on, and leave the rows behind it to other processes.

        What has no row, such as a push to a page, is nobody else's and is still done.
        """
        self._stopping = True
        for queue in self._queues.values():
            for work in [one for one in queue if one.row is not None and not one.started]:
                queue.remove(work)
                self._leave(work)
        self._tasks.spawn(self._leases.give_back())

    async def persist(self, work: Work, step: Callable[[], Awaitable[T]]) -> T:
        """Do a step of the work at the head of its lane, again until the database answers.

        What waits behind it counts as queued meanwhile.
        """
        pause = FIRST_PAUSE_S
        while True:
            try:
                return await step()
            except StoreUnavailableError:
                facts = {**work.log_facts, "retry_in_seconds": pause}
                logger.warning("the database does not answer", exc_info=True, extra=facts)
            self.hold(work)
            try:
                await self._clock.sleep(pause)
            finally:
                self.release(work)
            pause = min(2 * pause, LONGEST_PAUSE_S)

    def hold(self, work: Work) -> None:
        """Note that work at the head of its lane waits for its next attempt."""
        lane = self._lane_of(work)
        self._held[lane] += 1
        for waiting in self._queues.get(lane, ()):
            if waiting.event.id != work.event.id or waiting is work:
                waiting.settle_queued()

    def release(self, work: Work) -> None:
        """Note that the head of a lane has stopped waiting."""
        self._held[self._lane_of(work)] -= 1

    async def idle(self, room_id: str, channel_id: str) -> None:
        """Wait until this process has nothing left to do in a lane."""
        while (draining := self._drains.get(self._name(room_id, channel_id))) is not None:
            await asyncio.wait([draining])

    def behind(self, work: Work) -> list[Work]:
        """Return what waits here in the lane of a piece of work to be done after it."""
        queue = self._queues.get(self._lane_of(work), ())
        return [other for other in queue if other.lane == work.lane and not other.started]

    def is_answering(self, room_id: str) -> bool:
        """Tell whether an agent is at work on an event of this room in this process."""
        return any(
            lane[0] == room_id and queue and queue[0].kind is DeliveryKind.REACT
            for lane, queue in self._queues.items()
        )

    def _lane_of(self, work: Work) -> Lane:
        return self._name(work.event.room_id, work.binding.channel_id)

    def _name(self, room_id: str, channel_id: str) -> Lane:
        return room_id, channel_id if self._scope is LaneScope.BINDING else ""

    async def _drain(self, lane: Lane) -> None:
        queue = self._queues[lane]
        try:
            with return_at_commit():
                while queue:
                    if self._taking is not None:
                        await self._taking.settled()
                    if not queue:  # they were left to others meanwhile
                        break
                    last = await self._run_head(queue)
                    if not queue and last.row is not None:
                        await self._refill(last)
        finally:
            del self._held[lane], self._queues[lane], self._drains[lane]
            for work in queue:  # only when the process is going down
                self._leave(work)

    async def _run_head(self, queue: deque[Work]) -> Work:
        """Do what the first event asks for (of one channel, or of all) and return the last of it.

        Work stays in the queue while it is done, so that others see the lane at work.
        """
        head = queue[0]
        together = [head]
        if self._scope is LaneScope.ROOM:
            together = [work for work in queue if work.event.id == head.event.id]
        for work in together:
            work.started = True
        if len(together) == 1:
            await self._run(head)
        else:
            await asyncio.gather(*(self._run(work) for work in together))
        for work in together:
            queue.remove(work)
        return together[-1]

    async def _refill(self, done: Work) -> None:
        """Go on with what another process has left for whoever empties the lane."""
        if self._taking is None or not self._refills or self._stopping:
            return
        try:
            await self._taking.take(self.submit, lanes=[done.lane])
        except Exception:  # the sweep will find it
            logger.warning("lane not refilled", exc_info=True, extra={"room_id": done.lane[0]})

    async def _run(self, work: Work) -> None:
        try:
            with log_fields(**work.log_facts):
                await self.persist(work, lambda: self._do(work))
        except LostRow:
            logger.warning("delivery left to another process", extra=work.log_facts)
            work.settle_queued()
        except Exception as error:  # RFC §10.2: one target's failure stays with that target
            logger.exception("delivery failed", extra=work.log_facts)
            problem = DeliveryError(code=type(error).__name__, message=str(error))
            work.settle(work.result(DeliveryOutcome.FAILED, error=problem))
        self._end(work)

    async def _do(self, work: Work) -> None:
        try:
            await self._runners[work.kind](work)
        except StoreUnavailableError:
            if not work.ended:
                raise
            logger.exception("what follows a delivery failed", extra=work.log_facts)

    def _leave(self, work: Work) -> None:
        """Leave work to whoever takes its row next."""
        work.settle_queued()
        if work.row is not None:
            self._leases.leave(work.row.id)

    def _end(self, work: Work) -> None:
        if work.put_off:
            self._leave(work)
            self._tasks.spawn(self._leases.give_back())
        elif work.row is not None:
            self._leases.drop(work.row.id)
        work.let_caller_go()


def _insert(queue: deque[Work], work: Work) -> None:
    """Put work behind all that stands before it in the timeline, and behind what has begun."""
    place = len(queue)
    while place and not queue[place - 1].started and work.comes_before(queue[place - 1]):
        place -= 1
    queue.insert(place, work)
