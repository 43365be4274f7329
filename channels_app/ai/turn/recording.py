"""What a turn did, written down around each call so that it can be taken up again."""

import asyncio
from decimal import Decimal
from typing import Any

from channels_app.ai.records import (
    AgentRun,
    AgentStep,
    EndReason,
    RunStatus,
    StepKind,
    StepState,
)
from channels_app.ai.store import RunStore
from channels_app.ai.turn.buffer import RoundBuffer
from channels_app.ai.turn.items import Ended, ToolResult
from channels_app.providers.base.ai import AIToolCall
from rooms.domain.json import JsonObject
from rooms.resilience.clock import Clock

STATUSES = {
    EndReason.ERROR: RunStatus.FAILED,
    EndReason.WAITING: RunStatus.WAITING,
    EndReason.CANCELLED: RunStatus.CANCELLED,
    EndReason.SUPERSEDED: RunStatus.CANCELLED,
    EndReason.TAKEN_OVER: RunStatus.CANCELLED,
    EndReason.BUDGET: RunStatus.FAILED,
}
"""How a run stands after each end that is not simply COMPLETED."""


class Recorder:
    """Writes one run. Steps that come while a write is under way go with the next one.

    Args:
        store: Where runs are kept.
        run: The run, as it is if nobody has begun it before.
        clock: Dates the steps.

    Attributes:
        run: The run as it stands.
    """

    def __init__(self, store: RunStore, run: AgentRun, clock: Clock) -> None:
        self.run = run
        self._store = store
        self._clock = clock
        self._opening: asyncio.Task[list[AgentStep]] | None = None
        self._waiting: dict[int, AgentStep] = {}
        self._is_dirty = False
        self._lock = asyncio.Lock()
        self._seq = 0

    def begin(self) -> None:
        """Start to open the run, without waiting for it."""
        self._opening = asyncio.create_task(self._open())

    async def opened(self) -> list[AgentStep]:
        """Wait until the run is open; return the steps of earlier attempts.

        Raises:
            StoreUnavailableError: If it could not be opened.
        """
        if self._opening is None:
            self.begin()
        assert self._opening is not None  # noqa: S101 - `begin` has set it
        return await asyncio.shield(self._opening)

    def next_seq(self) -> int:
        """Return the number of the next step."""
        self._seq += 1
        return self._seq

    def note(self, *steps: AgentStep, **changes: Any) -> None:
        """Keep steps and changes of the run until the next write."""
        self.run = self.run.model_copy(update=changes)
        self._waiting |= {step.seq: step for step in steps}
        self._is_dirty = True

    def add_usage(self, usage: dict[str, int], cost: Decimal | None) -> None:
        """Add what one call of a model used; a call without a price leaves the run without one."""
        is_first = not self.run.usage
        total = sum_usage(self.run.usage, usage)
        known = self.run.cost if self.run.cost is not None or not is_first else Decimal(0)
        spent = None if known is None or cost is None else known + cost
        self.note(usage=total, cost=spent)

    async def put(self, *steps: AgentStep, **changes: Any) -> None:
        """Write steps, changes and whatever was noted, in one transaction.

        Raises:
            LostRun: If another process has begun the turn anew.
        """
        self.note(*steps, **changes)
        await self.opened()
        async with self._lock:
            if self._is_dirty:
                await self._write()

    async def end(self, ended: Ended, *, rounds: int) -> None:
        """Write how the turn ended, and whatever was noted.

        Raises:
            LostRun: If another process has begun the turn anew.
        """
        error, is_over = ended.error, ended.reason is not EndReason.WAITING
        await self.put(
            status=STATUSES.get(ended.reason, RunStatus.COMPLETED),
            end_reason=ended.reason.value,
            rounds=rounds,
            error=f"{type(error).__name__}: {error}" if error else "",
            ended_at=self._clock.now() if is_over else None,
        )

    async def refuse(self, reason: str) -> None:
        """Write that the turn may not go on, and why.

        Raises:
            LostRun: If another process has begun the turn anew.
        """
        await self.opened()
        await self.put(
            status=RunStatus.CANCELLED,
            end_reason=EndReason.BLOCKED.value,
            error=reason,
            ended_at=self._clock.now(),
        )

    async def _write(self) -> None:
        waiting, self._waiting, self._is_dirty = self._waiting, {}, False
        try:
            await self._store.put_steps(self.run, [*waiting.values()])
        except BaseException:
            self._waiting, self._is_dirty = waiting | self._waiting, True
            raise

    async def _open(self) -> list[AgentStep]:
        self.run, steps = await self._store.open_run(self.run)
        self._seq = max((step.seq for step in steps), default=0)
        return steps

    # -- steps

    def answer_step(
        self, buffer: RoundBuffer, *, name: str, shown: str, facts: JsonObject
    ) -> AgentStep:
        """Return the step of a whole answer; `facts` fill the other columns."""
        response: JsonObject = {
            "text": buffer.text,
            "shown": shown,
            "segment": self.run.segment,
            "thinking": [part.model_dump(mode="json") for part in buffer.thinking],
            "tool_calls": [call.model_dump(mode="json") for call in buffer.calls],
            "finish_reason": buffer.finish_reason,
        }
        return self._step(StepKind.MODEL, StepState.DONE, name=name, response=response).model_copy(
            update={**facts, "ended_at": self._clock.now()}
        )

    def failed_step(self, error: Exception, *, name: str, round_number: int) -> AgentStep:
        """Return the step of a model that did not answer."""
        told = f"{type(error).__name__}: {error}"
        return self._step(
            StepKind.MODEL, StepState.FAILED, name=name, round=round_number, error=told
        ).model_copy(update={"ended_at": self._clock.now()})

    def side_step(self, kind: StepKind, request: JsonObject, *, name: str) -> AgentStep:
        """Return the step of something that was done to the conversation."""
        return self._step(kind, StepState.DONE, name=name, request=request)

    def tool_step(self, call: AIToolCall, *, state: StepState, round_number: int) -> AgentStep:
        """Return the step of a tool call that is about to be made, or will not be."""
        return self._step(
            StepKind.TOOL,
            state,
            name=call.name,
            call_id=call.id,
            round=round_number,
            request=call.arguments,
        )

    def ended_step(self, step: AgentStep, result: ToolResult) -> AgentStep:
        """Return a tool's step with what came of it."""
        return step.model_copy(
            update={
                "state": result.state,
                "response": {
                    "result": result.text,
                    "is_error": result.is_error,
                    "executed": result.executed,
                    "is_kept_apart": result.is_kept_apart,
                },
                "duration_ms": result.duration_ms,
                "error": result.error,
                "ended_at": self._clock.now(),
            }
        )

    def _step(self, kind: StepKind, state: StepState, **fields: Any) -> AgentStep:
        return AgentStep(
            run_id=self.run.id,
            seq=self.next_seq(),
            kind=kind,
            state=state,
            started_at=self._clock.now(),
            **fields,
        )


def sum_usage(*usages: dict[str, int]) -> dict[str, int]:
    """Add up tokens by kind."""
    total: dict[str, int] = {}
    for usage in usages:
        for kind, tokens in usage.items():
            total[kind] = total.get(kind, 0) + tokens
    return total
