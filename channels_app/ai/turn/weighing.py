"""Whether a turn goes on after an answer of the model, and if not, why."""

import logging

from channels_app.ai.records import EndReason
from channels_app.ai.turn.assignment import Assignment, TurnSettings
from channels_app.ai.turn.buffer import RoundBuffer
from channels_app.ai.turn.progress import Progress
from channels_app.ai.turn.toolbox import Toolbox
from rooms.resilience.clock import Clock

logger = logging.getLogger("roomkit.ai")


class Weighing:
    """Knows the limits of one turn; its time runs from `begin` on."""

    def __init__(
        self, settings: TurnSettings, assignment: Assignment, toolbox: Toolbox, clock: Clock
    ) -> None:
        self._settings = settings
        self._assignment = assignment
        self._toolbox = toolbox
        self._clock = clock
        self._started = clock.monotonic()

    def begin(self) -> None:
        """Start the time."""
        self._started = self._clock.monotonic()

    @property
    def latency_ms(self) -> float:
        """How long the turn has been going on."""
        return (self._clock.monotonic() - self._started) * 1000

    async def told_to_stop(self) -> EndReason | None:
        """Ask whether the room, or a person, wants the turn to end."""
        word = await self._assignment.stop_reason()
        if word is None:
            return None
        return EndReason(word) if word in set(EndReason) else EndReason.CANCELLED

    async def weigh(self, buffer: RoundBuffer, progress: Progress) -> EndReason | None:
        """Return why the turn ends with this answer, or None if it goes on."""
        if progress.is_forced:
            return EndReason.FORCE_STOPPED
        if not buffer.calls:
            return self._after_words(buffer, progress)
        if not self._toolbox.can_run_any:
            _warn_of_unrun(buffer)
            return EndReason.COMPLETED
        if progress.tool_rounds >= self._settings.max_tool_rounds:
            return EndReason.MAX_ROUNDS
        if self._is_late():
            return EndReason.TIMEOUT
        return await self.told_to_stop()

    def warn_of_length(self, progress: Progress, run_id: str) -> None:
        """Say in the log, once, that a turn goes on for long."""
        if progress.tool_rounds == self._settings.warn_after:
            logger.warning(
                "a turn uses tools again and again",
                extra={"rounds": progress.tool_rounds, "run_id": run_id},
            )

    def _after_words(self, buffer: RoundBuffer, progress: Progress) -> EndReason | None:
        if buffer.is_cut_short:
            return EndReason.TRUNCATED
        if not buffer.is_empty:
            return EndReason.COMPLETED
        if progress.tool_rounds and progress.nudges < self._settings.max_empty_retries:
            return None
        return EndReason.EMPTY_RESPONSE

    def _is_late(self) -> bool:
        timeout_s = self._settings.timeout_s
        return bool(timeout_s) and self.latency_ms / 1000 >= (timeout_s or 0.0)


def _warn_of_unrun(buffer: RoundBuffer) -> None:
    for call in buffer.calls:
        logger.warning("the model called a tool that nobody runs", extra={"tool_name": call.name})
