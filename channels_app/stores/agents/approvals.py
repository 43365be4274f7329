"""Decisions that people owe to runs, in the database."""

from collections.abc import Sequence
from datetime import datetime

from channels_app.ai.records import DecisionState
from channels_app.ai.records import ToolApproval as Approval
from channels_app.ai.store import ApprovalStore
from channels_app.models import ToolApproval
from channels_app.services.approvals import Decision, record_decision
from rooms.domain.json import JsonObject
from rooms.stores.orm.executor import DatabaseThreads


class DatabaseApprovals(ApprovalStore):
    """Keeps decisions where people make them."""

    def __init__(self, threads: DatabaseThreads) -> None:
        self._threads = threads

    async def add(self, approvals: Sequence[Approval]) -> None:
        """Insert them; one that is there already (by run and seq) stays as it is."""
        if approvals:
            await self._threads.run(_add, approvals)

    async def of_run(self, run_id: str) -> list[Approval]:
        """Return all of a run, oldest first."""
        return await self._threads.run(_of_run, run_id)

    async def get(self, approval_id: str) -> Approval | None:
        """Return one, or None."""
        return await self._threads.run(_get, approval_id)

    async def decide(
        self,
        approval_id: str,
        state: DecisionState,
        *,
        decided_by: str = "",
        edited_arguments: JsonObject | None = None,
        answer: str | None = None,
        reason: str = "",
    ) -> Approval | None:
        """Write a decision if there is none yet; None if somebody was first or nobody asked.

        Raises:
            WrongArguments: If the tool does not take the edited arguments; nothing is decided then.
        """
        decision = Decision(state, edited_arguments=edited_arguments, answer=answer, reason=reason)
        return await self._threads.run(_decide, approval_id, decision, decided_by)

    async def overdue(self, now: datetime, *, limit: int = 100) -> list[Approval]:
        """Return pending ones whose time is over."""
        return await self._threads.run(_overdue, now, limit)


def _add(approvals: Sequence[Approval]) -> None:
    rows = [ToolApproval.from_domain(approval) for approval in approvals]
    ToolApproval.objects.bulk_create(rows, ignore_conflicts=True)


def _of_run(run_id: str) -> list[Approval]:
    rows = ToolApproval.objects.filter(run_id=run_id).order_by("created_at", "seq")
    return [row.to_domain() for row in rows]


def _get(approval_id: str) -> Approval | None:
    row = ToolApproval.objects.filter(pk=approval_id).first()
    return None if row is None else row.to_domain()


def _decide(approval_id: str, decision: Decision, decided_by: str) -> Approval | None:
    row = record_decision(approval_id=approval_id, decision=decision, decided_by=decided_by)
    return None if row is None else row.to_domain()


def _overdue(now: datetime, limit: int) -> list[Approval]:
    rows = ToolApproval.objects.overdue(now).order_by("expires_at", "pk")[:limit]
    return [row.to_domain() for row in rows]
