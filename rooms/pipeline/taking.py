"""Taking rows over: jobs that nobody holds become work, in index order per lane."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from rooms.domain.errors import StoreUnavailableError
from rooms.domain.job import DeliveryFinish, DeliveryJob, DeliveryKind, DeliveryState
from rooms.pipeline.edits import DELETED
from rooms.pipeline.leases import LeaseKeeper
from rooms.pipeline.waiting import Cascade
from rooms.pipeline.work import Lane, Work
from rooms.stores.base import ConversationStore

logger = logging.getLogger("roomkit.core.worker")


class Taking:
    """Leases free jobs for this process and reads what is needed to do them.

    Args:
        store: Where the rows are.
        leases: Keeps what was taken.
        node: Who takes.
        seconds: For how long, unless the lease is renewed.
    """

    def __init__(
        self, store: ConversationStore, leases: LeaseKeeper, *, node: str, seconds: float
    ) -> None:
        self._store = store
        self._leases = leases
        self._node = node
        self._seconds = seconds
        self._under_way: set[asyncio.Future[None]] = set()

    async def settled(self) -> None:
        """Wait until what is being taken now was handed out.

        A row belongs to this process from the moment it is taken, so what comes behind it in its
        lane may come here too; it must not be done before the row has been read.
        """
        if self._under_way:
            await asyncio.wait(set(self._under_way))

    async def take(
        self,
        submit: Callable[[Work], None],
        *,
        lanes: Sequence[Lane] | None = None,
        limit: int = 100,
    ) -> int:
        """Hand out what is due, free and not being worked on here; return how many that were.

        Args:
            submit: Is given the work, in lane order.
            lanes: Only these, as (room id, channel id); None takes from all.
            limit: The most to take.

        Raises:
            StoreUnavailableError: If the database does not answer; what could not be read is given
                back, so that any process may take it.
        """
        under_way = asyncio.get_running_loop().create_future()
        self._under_way.add(under_way)
        try:
            works = await self._take(lanes, limit)
            for work in works:
                submit(work)
        finally:
            self._under_way.discard(under_way)
            under_way.set_result(None)
        return len(works)

    async def _take(self, lanes: Sequence[Lane] | None, limit: int) -> list[Work]:
        await self._leases.give_back()  # what could not be given back before
        fresh = await self._store.lease_deliveries(
            self._node, seconds=self._seconds, limit=limit, lanes=lanes
        )
        jobs = [job for job in fresh if not self._leases.holds(job.id)]
        for job in jobs:
            self._leases.keep(job.id)
        works: list[Work] = []
        try:
            while jobs:
                if (work := await self._read(jobs[0])) is not None:
                    works.append(work)
                del jobs[0]
        except StoreUnavailableError:
            if not works:
                raise
        finally:
            for job in jobs:
                self._leases.leave(job.id)
            if jobs:
                await self._leases.give_back()
        return works

    async def _read(self, job: DeliveryJob) -> Work | None:
        try:
            return await self._build(job)
        except StoreUnavailableError:
            raise
        except Exception as error:  # one row that cannot be read must not stop all others
            logger.exception("delivery cannot be taken up", extra={"delivery_id": job.id})
            return await self._discard(job, f"it cannot be taken up: {error}")

    async def _build(self, job: DeliveryJob) -> Work | None:
        # The room first: an event that is changed meanwhile is then seen to be newer than it.
        snapshot = await self._store.load_snapshot(job.room_id)
        event = await self._store.get_event(job.event_id)
        if event is None or snapshot is None:
            return await self._discard(job, "the event is gone")
        if event.metadata.get(DELETED) and _is_unsent(job):
            return await self._discard(job, "the event was deleted before it was sent")
        binding = snapshot.context.get_binding(job.channel_id)
        if binding is None:
            return await self._discard(job, "the channel was detached")
        return Work(
            kind=job.kind,
            event=event,
            binding=binding,
            context=snapshot.context,
            cascade=Cascade(span_id=job.traceparent),
            row=job,
            attempts=job.attempts,
        )

    async def _discard(self, job: DeliveryJob, why: str) -> Work | None:
        """End a job that nothing can be done for; there is no work then."""
        finish = DeliveryFinish(
            id=job.id,
            state=DeliveryState.DISCARDED,
            attempts=job.attempts,
            error_code="discarded",
            error_message=why,
            lease_owner=job.lease_owner,
            owes_round=True,
            # Whether another channel stands in is decided by whoever looks.
            follow_up_in_s=0.0 if job.kind is DeliveryKind.SEND else None,
        )
        await self._store.finish_deliveries([finish])
        self._leases.drop(job.id)
        return None


def _is_unsent(job: DeliveryJob) -> bool:
    """Tell whether a job is a message that nobody has begun to send, or that was refused."""
    return job.kind is not DeliveryKind.REACT and job.state is not DeliveryState.SENDING
