"""One agent's turn: what it was asked, and how the turn ends."""

import logging
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from hooks.results import Observation
from hooks.triggers import HookTrigger
from rooms.domain.binding import ChannelBinding
from rooms.domain.commit import CommitUnit
from rooms.domain.content import SystemContent, text_of
from rooms.domain.context import RoomContext
from rooms.domain.delivery import DeliveryError, DeliveryOutcome
from rooms.domain.enums import ChannelType, EventType
from rooms.domain.event import SYSTEM_CHANNEL_ID, EventSource, RoomEvent
from rooms.domain.job import GAVE_WAY, DeliveryFinish, DeliveryState, Unsaid
from rooms.domain.output import ChannelOutput
from rooms.pipeline.broadcast import tell_tasks
from rooms.pipeline.draft import SideEffects
from rooms.pipeline.lanes import Lanes
from rooms.pipeline.newcomers import Newcomers
from rooms.pipeline.outbox import Outbox
from rooms.pipeline.outcomes import build_crash
from rooms.pipeline.parts import Parts
from rooms.pipeline.stopping import StopWatch
from rooms.pipeline.work import LostRow, Work

logger = logging.getLogger("roomkit.core.agents")


@dataclass(frozen=True)
class Turn:
    """One agent asked about one event.

    Attributes:
        work: The job.
        binding: The agent's.
        context: Its view of the room when it was asked.
        epoch: The owner's epoch the turn is made under.
        segment: How many pieces of the answer are stored already.
        watch: Ends the turn early.
    """

    work: Work
    binding: ChannelBinding
    context: RoomContext
    epoch: int
    segment: int
    watch: StopWatch


def side_effects_of(output: ChannelOutput, room_id: str, channel_id: str) -> SideEffects:
    """Return what a channel left behind, stamped with the room and its author.

    Of a turn that streams, what it left is complete once the stream has ended.
    """
    outcome = output.response_outcome
    tasks = [*output.tasks, *(outcome.tasks if outcome else ())]
    seen = [*output.observations, *(outcome.observations if outcome else ())]
    return SideEffects(
        tasks=tuple(task.stamped(room_id, created_by=channel_id) for task in tasks),
        observations=tuple(_signed(each.stamped(room_id), channel_id) for each in seen),
        metadata_patch=dict(output.metadata_updates),
    )


class AskAgain(Exception):
    """The question that was to be answered in the place of one is gone: ask that one after all."""

    def __init__(self, work: Work) -> None:
        super().__init__(f"nothing stands for event {work.event.id} any more")


class TurnEnds:
    """Writes where a turn stands: begun, or ended without an answer."""

    def __init__(self, parts: Parts, lanes: Lanes, outbox: Outbox, newcomers: Newcomers) -> None:
        self._parts = parts
        self._lanes = lanes
        self._outbox = outbox
        self._newcomers = newcomers

    async def begin(self, work: Work) -> None:
        """Note on the row that the agent is being asked.

        Raises:
            LostRow: If another process has taken the row meanwhile.
        """
        await self._outbox.begin(work)

    async def keep(self, work: Work, unsaid: Unsaid) -> None:
        """Keep an answer in several pieces, before the first of them is stored.

        Raises:
            LostRow: If another process has taken the row meanwhile.
        """
        row = work.row
        if row is None:
            return
        keep = partial(self._parts.store.keep_unsaid, row.id, unsaid, lease_owner=row.lease_owner)
        if not await self._lanes.persist(work, keep):
            raise LostRow(work)
        work.row = row.model_copy(update={"unsaid": unsaid})

    async def complete(
        self,
        work: Work,
        effects: SideEffects,
        context: RoomContext | None = None,
        *,
        state: DeliveryState = DeliveryState.SENT,
    ) -> None:
        """Close the job, or park it, keeping its side effects in the same transaction.

        Raises:
            LostRow: If another process has taken or ended the row meanwhile.
        """
        await self._write_end(work, work.finish(state), effects)
        await tell_tasks(self._parts, work.event, effects.tasks, context or work.context)
        work.settle(work.result(DeliveryOutcome.SENT))

    async def discard(
        self, work: Work, effects: SideEffects, context: RoomContext, *, code: str
    ) -> None:
        """Close the job of an agent whose answer the room did not take; `code` says why.

        Whoever takes a room over ends its turns; so it may be closed already.

        Raises:
            AskAgain: If it is to give way to a question that was deleted for good meanwhile.
        """
        problem = DeliveryError(code=code, message="the room took no answer", retryable=False)
        finishes = work.finish(DeliveryState.DISCARDED, error=problem)
        with suppress(LostRow):
            if code in GAVE_WAY:
                await self._give_way(work, finishes, effects)
            else:
                await self._write_end(work, finishes, effects)
            await tell_tasks(self._parts, work.event, effects.tasks, context)
        work.settle(work.result(DeliveryOutcome.SENT))

    async def _give_way(
        self, work: Work, finishes: tuple[DeliveryFinish, ...], effects: SideEffects
    ) -> None:
        """Close the job under the lock for which whoever deletes a question waits, too."""
        async with self._parts.locks.locked(work.event.room_id):
            if not await self._newcomers.replace_for_good(work):
                raise AskAgain(work)
            await self._write_end(work, finishes, effects)

    async def _write_end(
        self, work: Work, finishes: tuple[DeliveryFinish, ...], effects: SideEffects
    ) -> None:
        if effects:
            unit = CommitUnit(
                room_id=work.event.room_id,
                tasks=effects.tasks,
                observations=effects.observations,
                metadata_patch=effects.metadata_patch,
                finishes=finishes,
            )
            await self._lanes.persist(work, lambda: self._parts.store.commit([unit]))
            work.ended = True
        else:
            await self._outbox.end(work, finishes)

    async def give_up(self, work: Work) -> None:
        """Close the job of an agent that is not there, or in whose work processes die."""
        problem = build_crash(work) if work.crashes_processes else _not_available(work)
        await self._outbox.end(work, work.finish(DeliveryState.FAILED, error=problem))
        work.settle(work.result(DeliveryOutcome.FAILED, error=problem))

    async def fail(self, turn: Turn, error: Exception) -> None:
        """Close the job of an agent that raised, and report it; the room stays healthy."""
        work = turn.work
        problem = DeliveryError(
            code=getattr(error, "code", None) or type(error).__name__, message=str(error)
        )
        logger.warning(
            "agent failed",
            exc_info=error,
            extra={"room_id": work.event.room_id, "channel_id": work.binding.channel_id},
        )
        await self._outbox.end(work, work.finish(DeliveryState.FAILED, error=problem))
        await self.report(turn, error)
        work.settle(work.result(DeliveryOutcome.FAILED, error=problem))

    async def report_outcome(self, turn: Turn, output: ChannelOutput) -> None:
        """Report a failure in spite of which the agent has said something."""
        outcome = output.response_outcome
        if outcome is not None and outcome.error is not None:
            said = "".join(text_of(event.content) for event in output.response_events)
            await self.report(turn, outcome.error, partial=said)

    async def report(
        self, turn: Turn, error: Exception, *, partial: str = "", category: str = "generation"
    ) -> None:
        """Fire ON_ERROR and note the failure for the caller of the root message."""
        work = turn.work
        work.cascade.note_error(error)
        data = {
            "error": str(error),
            "error_type": type(error).__name__,
            "error_category": category,
            "channel_id": work.binding.channel_id,
            "event_id": work.event.id,
            "partial_text": partial,
        }
        report = RoomEvent(
            room_id=work.event.room_id,
            type=EventType.SYSTEM,
            source=EventSource(channel_id=SYSTEM_CHANNEL_ID, channel_type=ChannelType.SYSTEM),
            content=SystemContent(body="agent failed", code="agent_error", data=data),
        )
        await self._parts.hooks.run_async_hooks(
            work.event.room_id, HookTrigger.ON_ERROR, report, turn.context
        )


def _not_available(work: Work) -> DeliveryError:
    channel_id = work.binding.channel_id
    return DeliveryError(
        code="channel_not_available",
        message=f"channel {channel_id!r} is not registered here or no longer attached",
        retryable=False,
    )


def _signed(seen: Observation, channel_id: str) -> Observation:
    """Name the channel that noticed, where it has not said so itself."""
    if seen.source_channel_id:
        return seen
    return seen.model_copy(update={"channel_id": channel_id, "source_channel_id": channel_id})
