"""What agents say becomes events: committed in order, the last one ends the job."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress

from hooks.results import Observation
from rooms.domain.event import RoomEvent
from rooms.domain.job import SUPERSEDED, DeliveryState, Unsaid
from rooms.domain.json import JsonObject
from rooms.domain.output import ChannelOutput
from rooms.pipeline.answers import DEPTH_LIMIT, Answers
from rooms.pipeline.draft import Passed, SideEffects
from rooms.pipeline.owner_gate import STALE_OWNER
from rooms.pipeline.parts import Parts
from rooms.pipeline.stopping import PAUSED, TAKEN_OVER
from rooms.pipeline.streaming import LiveAnswer
from rooms.pipeline.turns import Turn, TurnEnds
from rooms.pipeline.work import LostRow, Work

logger = logging.getLogger("roomkit.core.agents")

PARKED = "parked"
INTERRUPTED = "interrupted"
LOOP_END_REASON = "loop_end_reason"
"""What the metadata of an answer says: more follows, it broke off, and why it ends there."""

FAILED = "error"
BROKEN_OFF = frozenset({TAKEN_OVER, PAUSED, SUPERSEDED, FAILED, "cancelled"})
"""The reasons that leave an answer unfinished."""


class Replies:
    """Commits the answers of a turn with its side effects and the end of its job."""

    def __init__(self, parts: Parts, answers: Answers, ends: TurnEnds) -> None:
        self._limits = parts.limits
        self._answers = answers
        self._ends = ends

    def stamp(self, turn: Turn, answer: RoomEvent) -> RoomEvent:
        """Return an answer as it will be stored, for those who see it earlier."""
        return self._answers.stamp(turn.work, answer, segment=turn.segment)

    def may_speak(self, work: Work) -> bool:
        """Tell whether an answer at this depth would be delivered."""
        return work.event.chain_depth + 1 < self._limits.max_chain_depth

    async def commit(
        self,
        turn: Turn,
        events: Sequence[RoomEvent],
        effects: SideEffects,
        *,
        live: LiveAnswer | None = None,
        state: DeliveryState = DeliveryState.SENT,
    ) -> None:
        """Commit answers in order; the last carries the side effects and the end of the job.

        Several are kept first: a process that dies in between leaves the rest to the next one.

        Args:
            turn: Whose answers they are.
            events: The answers, at least one.
            effects: What else the agent left behind.
            live: What readers were shown of the answer already.
            state: How the job ends.
        """
        work = turn.work
        await self._let_others_be_told(work)
        effects = self._note_depth(work, effects)
        if len(events) > 1:
            await self._ends.keep(work, _unsaid(turn, events, effects, state))
        await self._store(turn, events, effects, live=live, state=state)

    async def go_on(self, turn: Turn, unsaid: Unsaid) -> None:
        """Commit what was kept of an answer, as far as it is not stored yet."""
        effects = SideEffects(
            tasks=unsaid.tasks,
            observations=unsaid.observations,
            metadata_patch=dict(unsaid.metadata_patch),
        )
        await self._store(turn, unsaid.events, effects, live=None, state=unsaid.ends_as)

    async def _store(
        self,
        turn: Turn,
        events: Sequence[RoomEvent],
        effects: SideEffects,
        *,
        live: LiveAnswer | None,
        state: DeliveryState,
    ) -> None:
        work = turn.work
        *first, last = enumerate(events, start=turn.segment)
        for segment, event in first:
            await self._answers.commit(work, event, segment=segment, side_effects=SideEffects())
        segment, event = last
        finishes = work.finish(state)
        passed = await self._answers.commit(
            work, event, segment=segment, side_effects=effects, finishes=finishes, live=live
        )
        if passed.event is None and passed.reason == STALE_OWNER and live is not None:
            await live.end_with_stored()
        await self._end_unstored(turn, passed, effects, state)

    async def _end_unstored(
        self, turn: Turn, passed: Passed, effects: SideEffects, state: DeliveryState
    ) -> None:
        """End the job of an answer whose commit did not, for it was refused or there already."""
        if passed.event is None:
            code = passed.reason or "refused"
            await self._ends.discard(turn.work, effects, turn.context, code=code)
        elif passed.replayed:
            with suppress(LostRow):  # a commit of which only the reply was lost has ended it too
                await self._ends.complete(turn.work, effects, turn.context, state=state)

    async def _let_others_be_told(self, work: Work) -> None:
        """Wait, within limits, until AFTER_BROADCAST of the question was fired."""
        if work.broadcast is None:
            return
        try:
            async with asyncio.timeout(self._limits.answer_grace):
                await work.broadcast.told.wait()
        except TimeoutError:
            logger.info("answer goes ahead of slow targets", extra={"event_id": work.event.id})

    def _note_depth(self, work: Work, effects: SideEffects) -> SideEffects:
        if self.may_speak(work):
            return effects
        note = Observation(
            room_id=work.event.room_id,
            type=f"{DEPTH_LIMIT.removesuffix('_limit')}_exceeded",
            channel_id=work.binding.channel_id,
            data={"depth": work.event.chain_depth + 1},
        )
        return SideEffects(
            tasks=effects.tasks,
            observations=(*effects.observations, note),
            metadata_patch=effects.metadata_patch,
        )


def _unsaid(
    turn: Turn, events: Sequence[RoomEvent], effects: SideEffects, state: DeliveryState
) -> Unsaid:
    return Unsaid(
        events=tuple(events),
        segment=turn.segment,
        tasks=effects.tasks,
        observations=effects.observations,
        metadata_patch=effects.metadata_patch,
        ends_as=state,
    )


def end_of(output: ChannelOutput) -> DeliveryState:
    """Return how the job of a turn ends that has said all it can say now."""
    outcome = output.response_outcome
    return DeliveryState.PARKED if outcome and outcome.parked else DeliveryState.SENT


def facts_of(output: ChannelOutput, broken_off: str | None = None) -> JsonObject:
    """Return what is stored with an answer: what its agent says of it, and how it ended.

    Args:
        output: What the agent returned, once its stream has ended.
        broken_off: Why the answer ends too early, if it does.
    """
    facts: JsonObject = dict(output.response_metadata)
    outcome = output.response_outcome
    reason = broken_off
    if outcome is not None:
        facts |= outcome.metadata
        reason = broken_off or outcome.reason
        if outcome.parked:
            facts[PARKED] = True
    if reason is not None:
        facts[LOOP_END_REASON] = reason
    if reason in BROKEN_OFF:
        facts[INTERRUPTED] = True
    return facts
