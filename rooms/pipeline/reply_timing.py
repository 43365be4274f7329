"""When a question is put to an agent: at once, or when nothing more seems to be coming."""

import logging
from datetime import timedelta

from pydantic import ValidationError

from rooms.domain.job import COALESCED, DeliveryState
from rooms.domain.policies import ReplyTiming
from rooms.pipeline.conclusions import Conclusions
from rooms.pipeline.draft import SideEffects
from rooms.pipeline.lanes import Lanes
from rooms.pipeline.newcomers import Newcomers
from rooms.pipeline.outbox import Outbox
from rooms.pipeline.parts import Parts
from rooms.pipeline.turns import AskAgain, TurnEnds
from rooms.pipeline.typing import TypingWatch
from rooms.pipeline.work import Work

logger = logging.getLogger("roomkit.core.agents")

REPLY_TIMING = "reply_timing"
"""Under what an agent's binding may say when it answers, in its metadata."""

SLICE_S = 0.25
"""Seconds between two looks at whether somebody has written or is typing."""

# Several short sleeps do not add up to a long one exactly.
ROUNDING_S = 1e-6

AT_ONCE = ReplyTiming()


class ReplyTimings:
    """Holds questions back until it is quiet, and lets the last of several stand for all."""

    def __init__(
        self,
        parts: Parts,
        newcomers: Newcomers,
        *,
        lanes: Lanes,
        outbox: Outbox,
        ends: TurnEnds,
        conclusions: Conclusions,
    ) -> None:
        self._parts = parts
        self._newcomers = newcomers
        self._lanes = lanes
        self._outbox = outbox
        self._ends = ends
        self._conclusions = conclusions

    def of(self, work: Work) -> ReplyTiming:
        """Return when the agent of a job answers: as its binding says, or else its channel."""
        channel = self._parts.channels.get(work.binding.channel_id)
        own = (channel.reply_timing if channel else None) or AT_ONCE
        said = work.binding.metadata.get(REPLY_TIMING)
        if said is None:
            return own
        try:
            return ReplyTiming.model_validate(said)
        except ValidationError:
            logger.warning("reply_timing of a binding cannot be read", extra=work.log_facts)
            return own

    async def lets_ask(self, work: Work, timing: ReplyTiming) -> bool:
        """Wait until the question is to be asked; tell whether it is, or a later one is instead.

        A turn that was begun already goes on at once. A process that stops leaves the waiting to
        others.
        """
        if not timing.merges or work.row is None or work.was_asked:
            return True
        if not await self._newcomers.replace(work):
            await self._grow_quiet(work, timing)
            if work.put_off:
                return False
        if not await self._newcomers.replace(work):
            return True
        try:
            await self._ends.discard(work, SideEffects(), work.context, code=COALESCED)
        except AskAgain:
            return True
        await self._conclusions.check(work)
        return False

    async def _grow_quiet(self, work: Work, timing: ReplyTiming) -> None:
        """Wait until it is quiet, or there is a question here that is asked instead."""
        quiet_s, cap_s = await self._left(work, timing)
        if min(quiet_s, cap_s) <= 0:
            return
        room_id, context = work.event.room_id, work.context
        async with TypingWatch(self._parts, room_id, context, quiet_s=timing.quiet_s) as typing:
            self._lanes.hold(work)
            try:
                # Its moment stays that of the message: what is waited for counts from there.
                await self._outbox.note(work, work.finish(DeliveryState.WAITING))
                await self._conclusions.check(work)
                await self._wait(work, typing, quiet_s=quiet_s, cap_s=cap_s)
            finally:
                self._lanes.release(work)

    async def _wait(self, work: Work, typing: TypingWatch, *, quiet_s: float, cap_s: float) -> None:
        clock = self._parts.clock
        began_at = clock.monotonic()
        quiet_at, latest_at = began_at + quiet_s, began_at + cap_s
        while not self._newcomers.replace_here(work):
            left = min(max(quiet_at, typing.until), latest_at) - clock.monotonic()
            if left <= ROUNDING_S:
                return
            if self._lanes.is_stopping:
                work.put_off = True
                return
            await clock.sleep(min(left, SLICE_S))

    async def _left(self, work: Work, timing: ReplyTiming) -> tuple[float, float]:
        """Return how long it must still be quiet, and how long to wait at most, in seconds."""
        if not timing.quiet_s or work.row is None:
            return 0.0, 0.0
        now = self._parts.clock.now()
        quiet_s = _rest_of(timing.quiet_s, now - work.row.due_at)
        if not timing.cap_s:
            return quiet_s, float("inf")
        first = await self._newcomers.first_of_run(work) or work.row
        return quiet_s, _rest_of(timing.cap_s, now - first.due_at)


def _rest_of(seconds: float, passed: timedelta) -> float:
    """Return what is left of some seconds; clocks of two machines may differ a little."""
    return min(seconds, seconds - passed.total_seconds())
