"""Where agents keep what must outlive a process: beside the rooms they are in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from channels_app.ai.records import (
    AgentRun,
    AgentStep,
    DecisionState,
    KnowledgeEntry,
    RoomSummary,
    ToolApproval,
)
from rooms.domain.json import JsonObject


class LostRun(Exception):
    """Another process has begun the turn anew: nothing was written."""

    def __init__(self, run_id: str) -> None:
        super().__init__(f"run {run_id} is another process's now")


class RunStore(Protocol):
    """Runs and their steps."""

    async def open_run(self, run: AgentRun) -> tuple[AgentRun, list[AgentStep]]:
        """Insert a run, or take up the one of the same event and channel with `attempt` + 1.

        Returns:
            The run as it is stored now, RUNNING, and its steps by `seq`.
        """

    async def put_steps(self, run: AgentRun, steps: Sequence[AgentStep]) -> None:
        """Insert or replace steps in one transaction, and write the run's own columns with them.

        Raises:
            LostRun: If the stored `attempt` is another than the run's.
        """

    async def get_run(self, run_id: str) -> AgentRun | None:
        """Return a run, or None."""

    async def list_steps(self, run_id: str) -> list[AgentStep]:
        """Return the steps of a run by `seq`."""

    async def find_running(
        self, *, channel_id: str | None = None, room_id: str | None = None
    ) -> list[AgentRun]:
        """Return runs that are RUNNING or WAITING, newest first."""


class SteeringStore(Protocol):
    """Directives for runs of other processes."""

    async def add(self, run_id: str, directive: JsonObject) -> None:
        """Put a directive behind those that a run has."""

    async def take(self, run_id: str) -> list[JsonObject]:
        """Return the directives nobody has taken yet, in order, each once."""


class ApprovalStore(Protocol):
    """Decisions that people owe to runs."""

    async def add(self, approvals: Sequence[ToolApproval]) -> None:
        """Insert them; one that is there already (by run and seq) stays as it is."""

    async def of_run(self, run_id: str) -> list[ToolApproval]:
        """Return all of a run, oldest first."""

    async def get(self, approval_id: str) -> ToolApproval | None:
        """Return one, or None."""

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
        """Write a decision if there is none yet; None if somebody was first or nobody asked.

        Raises:
            WrongArguments: If the tool does not take the edited arguments; nothing is decided then.
        """

    async def overdue(self, now: datetime, *, limit: int = 100) -> list[ToolApproval]:
        """Return pending ones whose time is over."""


class SummaryStore(Protocol):
    """What agents remember of the beginnings of rooms."""

    async def get(self, room_id: str, channel_id: str) -> RoomSummary | None:
        """Return an agent's summary of a room, or None."""

    async def put(self, summary: RoomSummary) -> None:
        """Insert or replace; one that covers less than the stored one changes nothing."""

    async def forget(self, room_id: str) -> None:
        """Delete a room's summaries, because what they say was changed or erased."""


class ResultStore(Protocol):
    """Tool results too long for a model, read by it page by page."""

    async def put(self, room_id: str, result_id: str, text: str) -> None:
        """Keep a text; of a room only the newest 50 stay."""

    async def get(self, room_id: str, result_id: str) -> str | None:
        """Return a text of this room, or None."""


class ActivationStore(Protocol):
    """Which skills are in force, by room and agent."""

    async def active(self, room_id: str, channel_id: str) -> list[str]:
        """Return the active skills, the one activated last at the end."""

    async def activate(self, room_id: str, channel_id: str, name: str) -> bool:
        """Put a skill in force; False if it was already (it then counts as activated last)."""


class KnowledgeStore(Protocol):
    """Texts to look things up in; every search is of one organization and one room."""

    async def index(self, entries: Sequence[KnowledgeEntry]) -> None:
        """Insert or replace texts by id."""

    async def search(
        self, query: str, *, organization_id: str | None, room_id: str, limit: int = 5
    ) -> list[tuple[KnowledgeEntry, float]]:
        """Return the best matches with a score, higher is better.

        Of texts that belong to rooms only those of `room_id` are found.
        """

    async def remove(self, *, room_id: str | None = None, ids: Sequence[str] = ()) -> None:
        """Delete texts of a room, or by id."""


@dataclass(frozen=True)
class AIStore:
    """Everything agents keep."""

    runs: RunStore
    steering: SteeringStore
    approvals: ApprovalStore
    summaries: SummaryStore
    results: ResultStore
    activations: ActivationStore
    knowledge: KnowledgeStore
