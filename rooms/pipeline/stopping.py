"""Why a turn ends before its agent has said all: asked for about twice a second while it runs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from rooms.domain.enums import OwnerKind
from rooms.domain.errors import StoreUnavailableError
from rooms.domain.job import SUPERSEDED
from rooms.domain.policies import OnNewMessage, ReplyTiming
from rooms.domain.room import Room
from rooms.pipeline.edits import DELETED
from rooms.pipeline.newcomers import Newcomers
from rooms.pipeline.parts import Parts
from rooms.pipeline.questions import is_erased, question_of
from rooms.pipeline.work import Work
from rooms.resilience.clock import Clock

logger = logging.getLogger("roomkit.core.agents")

T = TypeVar("T")

POLL_S = 0.5
"""Seconds between two looks at whether a running turn should end."""

TAKEN_OVER = "taken_over"
PAUSED = "paused"
"""Why a turn was ended: by a person who answers now, or by who paused the agent."""


@dataclass(frozen=True)
class Halt:
    """Why a turn should end.

    Attributes:
        reason: `taken_over`, `paused`, `superseded` or `deleted`.
        is_stale: Whether the room has another owner by now, so that nothing more may be stored.
    """

    reason: str
    is_stale: bool = False


class Stopped(Exception):
    """A turn was ended from outside."""

    def __init__(self, halt: Halt) -> None:
        super().__init__(halt.reason)
        self.halt = halt


class StopReasons:
    """Finds out whether a turn should end."""

    def __init__(self, parts: Parts, newcomers: Newcomers) -> None:
        self._store = parts.store
        self._newcomers = newcomers

    async def find(self, work: Work, *, epoch: int, timing: ReplyTiming) -> Halt | None:
        """Return why the turn of a job should end, or None.

        One that goes on because people decided about it gives way to no new question: what they
        decided would be lost.

        Args:
            work: The job.
            epoch: The owner's epoch that the turn is made under.
            timing: What a new question does to the turn.
        """
        room = await self._store.get_room(work.event.room_id)
        if room is None or not _is_answered_by_agents(room, epoch):
            is_paused = room is not None and room.owner_kind is OwnerKind.PAUSED
            return Halt(PAUSED if is_paused else TAKEN_OVER, is_stale=True)
        if await is_erased(self._store, question_of(work), room):
            return Halt(DELETED)
        if await self._store.is_ai_paused(work.event.room_id, work.binding.channel_id):
            return Halt(PAUSED)
        gives_way = timing.on_new_message is OnNewMessage.SUPERSEDE and not work.was_reopened
        if gives_way and await self._newcomers.replace_for_good(work):
            return Halt(SUPERSEDED)
        return None


class StopWatch:
    """Watches over one turn and ends what it guards as soon as there is a reason.

    Attributes:
        halt: The first reason that was found; None while the turn may go on.
    """

    def __init__(self, clock: Clock, find: Callable[[], Awaitable[Halt | None]]) -> None:
        self._clock = clock
        self._find = find
        self._looked_at = clock.monotonic()
        self._halted = asyncio.Event()
        self.halt: Halt | None = None

    async def look(self) -> str | None:
        """Return why the turn should end, as far as the database tells; None goes on."""
        if self.halt is None:
            self._looked_at = self._clock.monotonic()
            with suppress(StoreUnavailableError):  # the next look may succeed
                self.halt = await self._find()
        if self.halt is None:
            return None
        self._halted.set()
        return self.halt.reason

    async def look_again(self) -> None:
        """Look, unless somebody did a moment ago."""
        if self._clock.monotonic() - self._looked_at >= POLL_S:
            await self.look()

    async def guard(self, doing: Coroutine[Any, Any, T]) -> T:
        """Do something to its end, or cancel it when the turn should end.

        Raises:
            Stopped: If it was cancelled for that.
        """
        task = asyncio.ensure_future(doing)
        watching = asyncio.ensure_future(self._watch())
        is_cut_off = False
        try:
            await asyncio.wait({task, watching}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            watching.cancel()
            if not task.done():
                is_cut_off = task.cancel()
                await asyncio.wait({task})
        if is_cut_off and self.halt is not None:
            if not task.cancelled() and (error := task.exception()) is not None:
                logger.info("turn failed while it was stopped", exc_info=error)
            raise Stopped(self.halt)
        return task.result()

    async def _watch(self) -> None:
        polling = asyncio.ensure_future(self._poll())
        try:
            await self._halted.wait()
        finally:
            polling.cancel()

    async def _poll(self) -> None:
        while True:
            await self._clock.sleep(POLL_S)
            try:
                await self.look()
            except Exception:  # a turn must not end, nor its watch, because one look failed
                logger.exception("looking for reasons to stop failed")


def _is_answered_by_agents(room: Room, epoch: int) -> bool:
    return room.owner_kind is OwnerKind.AI and room.owner_epoch == epoch
