"""Runs, steps, directives and decisions in memory."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from channels_app.ai.records import (
    AgentRun,
    AgentStep,
    DecisionState,
    RunStatus,
    ToolApproval,
)
from channels_app.ai.store import LostRun
from channels_app.ai.tools.arguments import check_edit
from rooms.domain.frozen import utc_now
from rooms.domain.json import JsonObject

MAX_RUNS = 10_000
"""How many runs are kept; finished ones go first, the oldest of them at first."""

OPEN = frozenset({RunStatus.RUNNING, RunStatus.WAITING})


class MemoryRuns:
    """Implements `RunStore`."""

    def __init__(self, *, max_runs: int = MAX_RUNS) -> None:
        self._max_runs = max_runs
        self._runs: dict[str, AgentRun] = {}
        self._ids: dict[tuple[str, str], str] = {}
        self._steps: dict[str, dict[int, AgentStep]] = {}

    async def open_run(self, run: AgentRun) -> tuple[AgentRun, list[AgentStep]]:
        """Insert a run, or take up the one of the same event and channel."""
        known = self._ids.get((run.event_id, run.channel_id))
        if known is None:
            opened = run
            self._make_room()
            self._ids[run.event_id, run.channel_id] = run.id
        else:
            opened = _taken_up(self._runs[known], run)
        self._runs[opened.id] = opened
        return opened, await self.list_steps(opened.id)

    async def put_steps(self, run: AgentRun, steps: Sequence[AgentStep]) -> None:
        """Insert or replace steps, and the run's own columns."""
        stored = self._runs.get(run.id)
        if stored is None or stored.attempt != run.attempt:
            raise LostRun(run.id)
        self._runs[run.id] = run
        self._steps.setdefault(run.id, {}).update({step.seq: step for step in steps})

    async def get_run(self, run_id: str) -> AgentRun | None:
        """Return a run, or None."""
        return self._runs.get(run_id)

    async def list_steps(self, run_id: str) -> list[AgentStep]:
        """Return the steps of a run by `seq`."""
        steps = self._steps.get(run_id, {})
        return [steps[seq] for seq in sorted(steps)]

    async def find_running(
        self, *, channel_id: str | None = None, room_id: str | None = None
    ) -> list[AgentRun]:
        """Return runs that are RUNNING or WAITING, newest first."""
        found = [
            run
            for run in self._runs.values()
            if run.status in OPEN
            and channel_id in {None, run.channel_id}
            and room_id in {None, run.room_id}
        ]
        return sorted(found, key=lambda run: run.started_at, reverse=True)

    def _make_room(self) -> None:
        if len(self._runs) < self._max_runs:
            return
        oldest = next((run for run in self._runs.values() if run.status not in OPEN), None)
        if oldest is not None:
            del self._runs[oldest.id], self._ids[oldest.event_id, oldest.channel_id]
            self._steps.pop(oldest.id, None)


def _taken_up(stored: AgentRun, run: AgentRun) -> AgentRun:
    """Return a stored run as whoever takes it up has it: begun once more."""
    return stored.model_copy(
        update={
            "attempt": stored.attempt + 1,
            "status": RunStatus.RUNNING,
            "segment": run.segment,
            "delivery_id": run.delivery_id,
            "end_reason": "",
            "error": "",
            "ended_at": None,
        }
    )


class MemorySteering:
    """Implements `SteeringStore`."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, list[JsonObject]] = defaultdict(list)

    async def add(self, run_id: str, directive: JsonObject) -> None:
        """Put a directive behind those that a run has."""
        self._waiting[run_id].append(directive)

    async def take(self, run_id: str) -> list[JsonObject]:
        """Return the directives nobody has taken yet."""
        return self._waiting.pop(run_id, [])


class MemoryApprovals:
    """Implements `ApprovalStore`."""

    def __init__(self) -> None:
        self._approvals: dict[str, ToolApproval] = {}

    async def add(self, approvals: Sequence[ToolApproval]) -> None:
        """Insert them; one that is there already stays as it is."""
        known = {(each.run_id, each.seq) for each in self._approvals.values()}
        for each in approvals:
            if (each.run_id, each.seq) not in known:
                self._approvals[each.id] = each

    async def of_run(self, run_id: str) -> list[ToolApproval]:
        """Return all of a run, oldest first."""
        found = [each for each in self._approvals.values() if each.run_id == run_id]
        return sorted(found, key=lambda each: (each.created_at, each.seq))

    async def get(self, approval_id: str) -> ToolApproval | None:
        """Return one, or None."""
        return self._approvals.get(approval_id)

    async def decide(
        self,
        approval_id: str,
        state: DecisionState,
        *,
        decided_by: str = "",
        edited_arguments: JsonObject | None = None,
        answer: str | None = None,
        reason: str = "",
    ) -> ToolApproval | None:
        """Write a decision if there is none yet.

        Raises:
            WrongArguments: If the tool does not take the edited arguments.
        """
        asked = self._approvals.get(approval_id)
        if asked is None or asked.state is not DecisionState.PENDING:
            return None
        check_edit(edited_arguments, asked.parameters)
        decided = asked.model_copy(
            update={
                "state": state,
                "decided_by": decided_by,
                "edited_arguments": edited_arguments,
                "answer": answer,
                "reason": reason,
                "decided_at": utc_now(),
            }
        )
        self._approvals[approval_id] = decided
        return decided

    async def overdue(self, now: datetime, *, limit: int = 100) -> list[ToolApproval]:
        """Return pending ones whose time is over."""
        found = [
            each
            for each in self._approvals.values()
            if each.state is DecisionState.PENDING and each.expires_at <= now
        ]
        return sorted(found, key=lambda each: each.expires_at)[:limit]
