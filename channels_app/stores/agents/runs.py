"""Runs and their steps in the database."""

from collections.abc import Sequence

from django.db import transaction

from channels_app.ai.records import AgentRun as Run
from channels_app.ai.records import AgentStep as Step
from channels_app.ai.store import LostRun, RunStore
from channels_app.models import AgentRun, AgentStep
from channels_app.stores.agents.opening import insert_or_take_up
from rooms.stores.orm.executor import DatabaseThreads

STEP_PLACE = ("run", "seq")
STEP_COLUMNS = (
    "kind",
    "state",
    "round",
    "name",
    "call_id",
    "request",
    "response",
    "usage",
    "cost",
    "duration_ms",
    "error",
    "started_at",
    "ended_at",
)


class DatabaseRuns(RunStore):
    """Keeps runs where every process finds them."""

    def __init__(self, threads: DatabaseThreads) -> None:
        self._threads = threads

    async def open_run(self, run: Run) -> tuple[Run, list[Step]]:
        """Insert a run, or take up the one of the same event and channel with `attempt` + 1."""
        return await self._threads.run(_open_run, run)

    async def put_steps(self, run: Run, steps: Sequence[Step]) -> None:
        """Insert or replace steps in one transaction, and write the run's own columns with them.

        Raises:
            LostRun: If the stored `attempt` is another than the run's.
        """
        await self._threads.run(_put_steps, run, steps)

    async def get_run(self, run_id: str) -> Run | None:
        """Return a run, or None."""
        return await self._threads.run(_get_run, run_id)

    async def list_steps(self, run_id: str) -> list[Step]:
        """Return the steps of a run by `seq`."""
        return await self._threads.run(_list_steps, run_id)

    async def find_running(
        self, *, channel_id: str | None = None, room_id: str | None = None
    ) -> list[Run]:
        """Return runs that are RUNNING or WAITING, newest first."""
        asked = {"channel_id": channel_id, "room_id": room_id}
        return await self._threads.run(
            _find_running, {name: value for name, value in asked.items() if value is not None}
        )


def _open_run(run: Run) -> tuple[Run, list[Step]]:
    row = insert_or_take_up(run)
    opened = row.to_domain()
    # A run that was just inserted has none.
    return opened, [] if row.attempt == run.attempt == 1 else _list_steps(row.pk)


@transaction.atomic
def _put_steps(run: Run, steps: Sequence[Step]) -> None:
    mine = AgentRun.objects.filter(pk=run.id, attempt=run.attempt)
    if not mine.update(**AgentRun.own_columns(run)):
        raise LostRun(run.id)
    # One statement cannot write the same place twice.
    rows = {step.seq: AgentStep.from_domain(step) for step in steps}
    if rows:
        AgentStep.objects.bulk_create(
            rows.values(),
            update_conflicts=True,
            unique_fields=STEP_PLACE,
            update_fields=STEP_COLUMNS,
        )


def _get_run(run_id: str) -> Run | None:
    row = AgentRun.objects.filter(pk=run_id).first()
    return None if row is None else row.to_domain()


def _list_steps(run_id: str) -> list[Step]:
    return [row.to_domain() for row in AgentStep.objects.filter(run_id=run_id).order_by("seq")]


def _find_running(asked: dict[str, str]) -> list[Run]:
    rows = AgentRun.objects.open().filter(**asked).order_by("-started_at", "-pk")
    return [row.to_domain() for row in rows]
