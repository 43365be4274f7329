"""The locked part of the pipeline: from the room lock to the lanes (RFC §10.1 steps 6–13)."""

import asyncio
import logging

from rooms.domain.commit import CommitOutcome, Committed
from rooms.domain.context import RoomContext
from rooms.domain.enums import EventStatus, OwnerKind
from rooms.domain.errors import RoomNotFoundError, StoreUnavailableError
from rooms.domain.event import RoomEvent
from rooms.domain.room import Room
from rooms.locks.base import Hold
from rooms.pipeline.broadcast import tell_tasks
from rooms.pipeline.committing import BLOCKED_REASON, Committing, LeaseLost
from rooms.pipeline.draft import Draft, Origin, Passed, ProcessTimeoutError, Refused
from rooms.pipeline.edits import DELETED
from rooms.pipeline.entering import enter
from rooms.pipeline.filing import file_away_all, keep_files
from rooms.pipeline.handover import HandOver
from rooms.pipeline.judging import Judging
from rooms.pipeline.linking import Linking
from rooms.pipeline.owner_gate import STALE_OWNER
from rooms.pipeline.parts import Parts
from rooms.pipeline.people import seat
from rooms.pipeline.planning import Planner
from rooms.pipeline.questions import is_erased
from rooms.pipeline.records import tell_participant
from rooms.pipeline.scene import Scene
from rooms.pipeline.waiting import return_at_commit

logger = logging.getLogger("roomkit.core.router")

# Only a process that stood still for longer than its lease comes here; it does so seldom twice.
MAX_ENTRIES = 3


class Passage:
    """Takes drafts through the lock, the hooks and the commit, and hands them to the lanes."""

    def __init__(self, parts: Parts, handover: HandOver) -> None:
        self._parts = parts
        self._linking = Linking(parts)
        self._judging = Judging(parts, self._linking)
        self._committing = Committing(parts, Planner(parts.channels, parts.telemetry))
        self._handover = handover

    async def run(self, draft: Draft, *, deadline: float | None = None) -> Passed:
        """Take one draft through.

        Args:
            draft: What to store.
            deadline: Loop time in seconds by which the commit must begin; None waits for ever.

        Raises:
            ProcessTimeoutError: If the deadline passed first; nothing was stored.
            RoomNotFoundError: If the room is gone.
        """
        crossing = _Crossing(deadline)
        task = asyncio.create_task(self._cross(draft, crossing))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            # Once the commit has begun the task goes on to push, hand over and release the lock.
            if not crossing.committing:
                task.cancel()
            raise

    async def _cross(self, draft: Draft, crossing: "_Crossing") -> Passed:
        try:
            async with asyncio.timeout_at(crossing.deadline) as crossing.scope:
                draft.event = await keep_files(
                    self._parts.media, draft.event, copies=draft.origin is not Origin.INBOUND
                )
                scene, passed, committed = await self._pass_lock(draft, crossing)
        except Refused as refusal:
            return await self._refuse(draft, refusal.code)
        except TimeoutError as error:
            if crossing.expired:
                raise ProcessTimeoutError from error
            raise
        # Step 13: the lock is free.
        if draft.live is not None:
            draft.live.end(None if passed.blocked else passed.event)
        if committed is not None:
            with return_at_commit():
                await self._tell(scene, passed, committed)
        return passed

    async def _pass_lock(
        self, draft: Draft, crossing: "_Crossing"
    ) -> tuple[Scene, Passed, Committed | None]:
        """Take steps 6 to 12; again from the start if another process took the room meanwhile."""
        for _ in range(MAX_ENTRIES):
            # Step 6: one event at a time; the wait counts against the deadline.
            async with self._parts.locks.entering(draft.event.room_id) as hold:
                scene = await self._set_scene(draft, hold)
                try:
                    return scene, *await self._decide(scene, crossing)
                except LeaseLost:
                    crossing.committing = False
                    logger.warning("lease of the room lost", extra={"room_id": scene.room_id})
        raise StoreUnavailableError(
            f"room {draft.event.room_id!r} was taken over {MAX_ENTRIES} times while this process "
            "stood still: nothing was stored, try again with the same key"
        )

    async def _decide(self, scene: Scene, crossing: "_Crossing") -> tuple[Passed, Committed | None]:
        """Run steps 7 to 12 and say what was committed (nothing for a replay)."""
        if scene.known is not None:
            return _replay(scene.known), None
        self._seat_sender(scene)
        await self._linking.link(scene)
        await self._linking.aim(scene)
        blocked_by, reason = await self._judging.judge(scene)
        await self._committing.settle_fate(scene, blocked_by, reason)
        await file_away_all(self._parts.media, scene)
        crossing.begin_commit()
        committed = await self._committing.commit(scene)
        if committed.outcome is CommitOutcome.DUPLICATE:
            return _replay(committed.events[0]), None
        self._handover.hand_over(scene, committed)
        event = committed.events[0]
        return Passed(event=event, blocked=bool(blocked_by), reason=reason), committed

    # -- step 6: the room as it is now

    async def _set_scene(self, draft: Draft, hold: Hold) -> Scene:
        event = draft.event
        entry = await enter(
            self._parts.store, hold, event.room_id, key=event.idempotency_key or None
        )
        snapshot = entry.snapshot
        if snapshot is None:
            raise RoomNotFoundError(event.room_id)
        self._parts.seen.keep(snapshot)
        if not snapshot.context.room.accepts_events:
            raise Refused("room_closed")
        _check_owner(draft, snapshot.context)
        await self._check_question(draft, snapshot.context.room)
        context = await self._parts.context_of(snapshot.context.room, snapshot.context)
        return Scene(
            draft=draft,
            snapshot=snapshot,
            context=context,
            event=event,
            hold=hold,
            known=entry.known,
        )

    async def _check_question(self, draft: Draft, room: Room) -> None:
        """Refuse an answer whose question was deleted for good; who deletes waits for the lock."""
        asked = draft.question
        if asked is not None and await is_erased(self._parts.store, asked, room):
            raise Refused(DELETED)

    # -- step 7: the sender's place in the room

    def _seat_sender(self, scene: Scene) -> None:
        if scene.draft.sender is None:
            return
        scene.seat = seat(scene.snapshot, scene.draft.sender)
        if scene.seat.participant_id is not None or scene.seat.is_disputed:
            changes = {"participant_id": scene.seat.participant_id}
            source = scene.event.source.model_copy(update=changes)
            scene.event = scene.event.model_copy(update={"source": source})

    # -- after the lock

    async def _refuse(self, draft: Draft, code: str) -> Passed:
        if draft.live is not None and code != STALE_OWNER:  # that one's text may be stored
            draft.live.end(None)
        logger.info("event refused: %s", code, extra={"room_id": draft.event.room_id, "code": code})
        if code == "room_closed":
            await self._parts.news.emit(
                "room_refused_event",
                room_id=draft.event.room_id,
                channel_id=draft.event.source.channel_id,
                event_id=draft.event.id,
            )
        return Passed(event=None, blocked=True, reason=code)

    async def _tell(self, scene: Scene, passed: Passed, committed: Committed) -> None:
        event = committed.events[0]
        logger.debug(
            "event committed",
            extra={
                "room_id": event.room_id,
                "event_id": event.id,
                "channel_id": event.source.channel_id,
                "chain_depth": event.chain_depth,
                "status": event.status.value,
            },
        )
        if committed.resumed:
            await self._parts.news.emit("room_resumed", room_id=event.room_id)
        if scene.seat_record is not None:
            await tell_participant(self._parts, scene.seat_record, scene.context)
        if passed.blocked:
            await self._tell_blocked(scene, event, passed.reason)

    async def _tell_blocked(self, scene: Scene, event: RoomEvent, reason: str | None) -> None:
        await self._parts.news.emit(
            "event_blocked",
            room_id=event.room_id,
            channel_id=event.source.channel_id,
            event_id=event.id,
            blocked_by=event.blocked_by,
            reason=reason,
        )
        await tell_tasks(self._parts, event, scene.tasks, scene.context)


class _Crossing:
    """Where one passage stands: before its commit it may be cancelled, after it may not."""

    def __init__(self, deadline: float | None) -> None:
        self.deadline = deadline
        self.committing = False
        self.scope: asyncio.Timeout | None = None

    @property
    def expired(self) -> bool:
        """Whether the deadline is what ended the passage."""
        return self.scope is not None and self.scope.expired()

    def begin_commit(self) -> None:
        """End the time limit: what is committed now is committed (RFC §10.1 step 12)."""
        self.committing = True
        if self.scope is not None:
            self.scope.reschedule(None)


def _check_owner(draft: Draft, context: RoomContext) -> None:
    """Refuse an answer made under another owner: one voice per room."""
    if draft.owner_epoch is None:
        return
    room = context.room
    if room.owner_kind is not OwnerKind.AI or room.owner_epoch != draft.owner_epoch:
        raise Refused(STALE_OWNER)


def _replay(original: RoomEvent) -> Passed:
    """Answer a known key with the original verdict and event."""
    blocked = original.status is EventStatus.BLOCKED
    reason = original.metadata.get(BLOCKED_REASON) if blocked else None
    return Passed(event=original, blocked=blocked, reason=reason, replayed=True)
