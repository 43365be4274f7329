"""Runs that can go on, because people decided what they were asked."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef

from channels_app.ai.records import RunStatus
from channels_app.models import AgentRun, ToolApproval
from rooms.selectors.clock import get_database_now
from rooms.stores.orm.executor import DatabaseThreads

# A job is parked a moment after its questions are stored, so a decision may come before that.
PATIENCE = timedelta(minutes=10)
AT_A_TIME = 100


@dataclass(frozen=True)
class Untold:
    """A run whose every question is decided and that nobody let go on yet.

    Attributes:
        is_over: It has ended, so nobody has to.
        is_running: It is at work and has not come to its end, where it may wait.
        is_old: The last decision was made so long ago that a job would have been parked by now.
    """

    run_id: str
    room_id: str
    event_id: str
    channel_id: str
    is_over: bool
    is_running: bool
    is_old: bool


class UntoldDecisions:
    """Finds them and notes that the runs were told."""

    def __init__(self, threads: DatabaseThreads) -> None:
        self._threads = threads

    async def list(self) -> list[Untold]:
        """Return some of them; most of the time there are none."""
        return await self._threads.run(_list_untold)

    async def note_told(self, run_id: str) -> None:
        """Note that a run knows the decisions that were made."""
        await self._threads.run(_note_told, run_id)


def _list_untold() -> list[Untold]:
    decided = ToolApproval.objects.untold()
    runs = AgentRun.objects.filter(pk__in=decided.values("run"))
    pending = ToolApproval.objects.pending().filter(run=OuterRef("pk"))
    late = decided.filter(run=OuterRef("pk"), decided_at__gt=get_database_now() - PATIENCE)
    # The newest first, so that runs that hang hold up no others.
    rows = runs.exclude(Exists(pending)).annotate(is_late=Exists(late)).order_by("-started_at")
    return [_as_value(row) for row in rows[:AT_A_TIME]]


def _as_value(row: AgentRun) -> Untold:
    status = RunStatus(row.status)
    return Untold(
        run_id=row.pk,
        room_id=row.room_id,
        event_id=row.event_id,
        channel_id=row.channel_id,
        is_over=status not in {RunStatus.RUNNING, RunStatus.WAITING},
        is_running=status is RunStatus.RUNNING,
        is_old=not vars(row)["is_late"],
    )


def _note_told(run_id: str) -> None:
    ToolApproval.objects.untold().filter(run_id=run_id).update(told_at=get_database_now())
