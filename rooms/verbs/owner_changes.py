"""Changing the owner of a room: nothing is shown under the old one any more, what was shown stays.

The room's lock keeps answers from being committed meanwhile, the fence keeps them from growing, and
one transaction writes the new owner together with what people were shown of them until then.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from rooms.domain.commit import CommitOutcome, Committed, CommitUnit, EventWrite, RoomSnapshot
from rooms.domain.content import TextContent
from rooms.domain.errors import RoomClosedError, RoomNotFoundError, StoreUnavailableError
from rooms.domain.job import OPEN_STATES, DeliveryFinish, DeliveryJob, DeliveryState
from rooms.domain.room import Room
from rooms.locks.base import Hold
from rooms.pipeline.entering import enter
from rooms.pipeline.parts import Parts
from rooms.ports import ShownAnswer
from rooms.verbs.boundaries import build_boundary, build_partial
from rooms.verbs.owner_move import Decision, OwnerMove

logger = logging.getLogger("roomkit.core.framework")

# Only a process that stood still for longer than its lease comes back; it does so seldom twice.
MAX_ENTRIES = 3
TRY_AGAIN = frozenset(
    {CommitOutcome.LEASE_LOST, CommitOutcome.STALE_OWNER, CommitOutcome.DUPLICATE}
)


@dataclass(frozen=True)
class Made:
    """A room as it is after a decision about its owner, and whether that changed it."""

    room: Room
    is_new: bool


class OwnerChanges:
    """Makes one change of owner at a time."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def make(self, room_id: str, decide: Decision) -> Made:
        """Change the owner as decided under the room's lock.

        Raises:
            RoomNotFoundError: If there is no such room.
            RoomClosedError: If the room takes no more events.
            StoreUnavailableError: If the room was taken by others again and again.
        """
        for _ in range(MAX_ENTRIES):
            async with self._parts.locks.entering(room_id) as hold:
                snapshot = await self._enter(hold, room_id)
                move = decide(snapshot.context.room)
                if move is None:
                    return Made(snapshot.context.room, is_new=False)
                shown = await self._fence(snapshot.context.room)
                committed = await self._commit(hold, snapshot, move, shown)
            if committed.room is not None and committed.outcome not in TRY_AGAIN:
                await self._tell(committed.room, move, shown)
                return Made(committed.room, is_new=True)
            logger.warning("owner not changed, trying again", extra={"room_id": room_id})
        raise StoreUnavailableError(
            f"room {room_id!r} was changed by others {MAX_ENTRIES} times meanwhile: its owner is "
            "as it was, try again"
        )

    async def _enter(self, hold: Hold, room_id: str) -> RoomSnapshot:
        entry = await enter(self._parts.store, hold, room_id)
        if entry.snapshot is None:
            raise RoomNotFoundError(room_id)
        room = entry.snapshot.context.room
        if not room.accepts_events:
            raise RoomClosedError(room_id, room.status.value)
        return entry.snapshot

    async def _fence(self, room: Room) -> list[ShownAnswer]:
        return await self._parts.shared.fence(room.id, room.owner_epoch + 1)

    async def _commit(
        self, hold: Hold, snapshot: RoomSnapshot, move: OwnerMove, shown: Sequence[ShownAnswer]
    ) -> Committed:
        room = snapshot.context.room
        jobs = {answer.delivery_id: await self._open_job_of(answer) for answer in shown}
        kept = [
            answer
            for answer in shown
            # A turn that has ended without storing what a dead process showed of it owes nothing.
            if (answer.delivery_id is None or jobs[answer.delivery_id])
            and await self._is_owed(answer)
        ]
        partials = [build_partial(answer, snapshot, reason=move.code.value) for answer in kept]
        events = [*partials, build_boundary(room, move)]
        unit = CommitUnit(
            room_id=room.id,
            events=tuple(EventWrite(event=event) for event in events),
            finishes=tuple(_end_of(job, move) for job in jobs.values() if job is not None),
            owner_epoch=room.owner_epoch,
            owner_change=move.change,
            at=self._parts.clock.now(),
            touches_activity=False,
            lease_token=hold.token,
            releases_lease=hold.request is not None,
        )
        [committed] = await self._parts.store.commit([unit])
        if committed.outcome is CommitOutcome.COMMITTED:
            self._note(hold, committed)
        elif committed.outcome is CommitOutcome.ROOM_NOT_FOUND:
            raise RoomNotFoundError(room.id)
        elif committed.outcome is CommitOutcome.ROOM_CLOSED:
            raise RoomClosedError(room.id, committed.room.status.value if committed.room else "")
        return committed

    def _note(self, hold: Hold, committed: Committed) -> None:
        if hold.request is not None:
            hold.freed()
        if committed.room is not None:
            self._parts.recent.append(committed.room, committed.events)

    async def _is_owed(self, answer: ShownAnswer) -> bool:
        """Tell whether people were shown something of an answer that is not stored."""
        event = answer.placeholder
        if not isinstance(event.content, TextContent) or not event.content.body:
            return False
        key = event.idempotency_key
        if key is not None and await self._parts.store.check_idempotency(event.room_id, key):
            return False
        return await self._parts.store.get_event(event.id) is None

    async def _open_job_of(self, answer: ShownAnswer) -> DeliveryJob | None:
        """Return the job that is showing an answer, if it has not ended."""
        if answer.delivery_id is None:
            return None
        event = answer.placeholder
        jobs = await self._parts.store.list_deliveries(
            event.room_id, event_id=event.parent_event_id
        )
        mine = (job for job in jobs if job.id == answer.delivery_id)
        return next((job for job in mine if job.state in OPEN_STATES), None)

    async def _tell(self, room: Room, move: OwnerMove, shown: Sequence[ShownAnswer]) -> None:
        for answer in shown:
            await self._parts.shared.conceal(room.id, answer.placeholder.id)
        await self._parts.news.emit(
            "room_owner_changed",
            room_id=room.id,
            owner_kind=room.owner_kind.value,
            owner_id=room.owner_id,
            owner_epoch=room.owner_epoch,
            by=move.by,
            code=move.code.value,
            reason=move.reason,
        )


def _end_of(job: DeliveryJob, move: OwnerMove) -> DeliveryFinish:
    return DeliveryFinish(
        id=job.id,
        state=DeliveryState.DISCARDED,
        attempts=job.attempts,
        error_code=move.code.value,
        error_message="the room got another owner while the answer was shown",
    )
