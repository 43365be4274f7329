"""Runs that look as if they were at work, though nobody will ever go on with them."""

from datetime import timedelta

from django.db import transaction
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from channels_app.ai.records import DecisionState, EndReason, RunStatus
from channels_app.models import AgentRun, ToolApproval
from rooms.domain.job import OPEN_STATES, DeliveryState
from rooms.models import Delivery
from rooms.selectors.clock import get_database_now
from rooms.stores.orm.executor import DatabaseThreads

# Whoever is called off writes why a moment after its job is over.
PATIENCE = timedelta(minutes=10)
AT_A_TIME = 100
GONE = ""
# Somebody works at these, or will.
ALIVE = [state.value for state in (*sorted(OPEN_STATES), DeliveryState.PARKED)]
ENDS = {
    DeliveryState.SENT: (RunStatus.COMPLETED, EndReason.COMPLETED),
    DeliveryState.DISCARDED: (RunStatus.CANCELLED, EndReason.CANCELLED),
    DeliveryState.FAILED: (RunStatus.FAILED, EndReason.ERROR),
    DeliveryState.UNKNOWN: (RunStatus.FAILED, EndReason.ERROR),
    GONE: (RunStatus.CANCELLED, EndReason.CANCELLED),
}
"""How a run ends whose job is in a state; the reason why a job was discarded says more."""
CALLED_OFF = {reason.value for reason in (EndReason.TAKEN_OVER, EndReason.SUPERSEDED)}
NO_MORE_WORK = "its job is over, and whoever did it has not written how it ended"


async def close_abandoned(threads: DatabaseThreads) -> int:
    """End the runs whose job is over, as where its process died; return how many there were."""
    return await threads.run(_close_abandoned)


def _close_abandoned() -> int:
    """Look without a transaction: nearly always there are none."""
    job = Delivery.objects.filter(pk=OuterRef("delivery_id"))
    long_ago = AgentRun.objects.open().filter(
        started_at__lte=get_database_now() - PATIENCE, delivery_id__isnull=False
    )
    rows = long_ago.annotate(
        job_state=Coalesce(Subquery(job.values("state")[:1]), Value(GONE)),
        job_error=Subquery(job.values("error_code")[:1]),
    )
    abandoned = list(rows.exclude(job_state__in=ALIVE).order_by("started_at")[:AT_A_TIME])
    return sum(map(_close, abandoned))


@transaction.atomic
def _close(row: AgentRun) -> bool:
    now = get_database_now()
    job_state, job_error = vars(row)["job_state"], vars(row)["job_error"]
    status, reason = ENDS[job_state]
    same = AgentRun.objects.open().filter(pk=row.pk, attempt=row.attempt)
    is_closed = same.update(
        status=status.value,
        end_reason=job_error if job_error in CALLED_OFF else reason.value,
        error=NO_MORE_WORK if status is RunStatus.FAILED else "",
        ended_at=now,
    )
    if is_closed:
        ToolApproval.objects.pending().filter(run=row).update(
            state=DecisionState.WITHDRAWN.value, decided_at=now, told_at=now
        )
    return is_closed > 0
