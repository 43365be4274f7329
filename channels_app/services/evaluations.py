"""Writes of cases that agents are tried on, and of how they did."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Sum

from channels_app.ai.records import RunStatus
from channels_app.models import AgentVersion, EvalCase, EvalResult, EvalRun, EvalSet
from channels_app.models.agent_run import OPEN
from rooms.domain.content import copy_storable, make_storable
from rooms.domain.frozen import utc_now
from rooms.domain.json import JsonObject
from rooms.services.audit import build_entry

Events = list[JsonObject]


class EvaluationAction(StrEnum):
    """What people do with cases, in the words of the audit trail."""

    STARTED = "evaluation_started"
    CASE_DELETED = "evaluation_case_deleted"


class CaseExists(ValueError):
    """A case of this name is in the set already."""


@transaction.atomic
def save_case(  # noqa: PLR0913 - the columns of a case
    *,
    organization_id: str,
    set_name: str,
    name: str,
    events: Events,
    checks: list[JsonObject],
    source_room_id: str = "",
    replace: bool = False,
) -> EvalCase:
    """Put a case into a set, which is made if it is not there.

    Args:
        organization_id: Whose set it is; '' is nobody's.
        set_name: The name of the set.
        name: The name of the case.
        events: What was said and used, as `parse_case` reads it.
        checks: What is asked of the answers.
        source_room_id: Where it comes from.
        replace: Whether a case of this name is written over; what agents did in it is deleted.

    Raises:
        CaseExists: If there is one of this name that is to stay.
    """
    eval_set, _ = EvalSet.objects.get_or_create(organization_id=organization_id, name=set_name)
    former = EvalCase.objects.select_for_update().filter(eval_set=eval_set, name=name)
    if replace:
        former.delete()
    elif former.exists():
        raise CaseExists(f"set {set_name!r} has a case {name!r} already")
    return EvalCase.objects.create(
        eval_set=eval_set,
        name=name,
        events=copy_storable(events),
        checks=copy_storable(checks),
        source_room_id=source_room_id,
    )


def open_evaluation(
    *,
    eval_set: EvalSet,
    version: AgentVersion,
    label: str,
    model: str,
    started_by: str = "",
    in_background: bool = False,
) -> EvalRun:
    """Write that a version is tried on a set; a worker does it if it is to be in background."""
    status = RunStatus.WAITING if in_background else RunStatus.RUNNING
    return EvalRun.objects.create(
        eval_set=eval_set,
        version=version,
        version_label=label,
        version_sha256=version.sha256,
        channel_id=version.agent.channel_id,
        model=model,
        status=status.value,
        in_background=in_background,
        started_by=started_by,
        started_at=utc_now(),
    )


def begin_evaluation(*, run_id: int) -> None:
    """Write that a worker has begun with one that waited."""
    waiting = EvalRun.objects.filter(pk=run_id, status=RunStatus.WAITING.value)
    waiting.update(status=RunStatus.RUNNING.value)


def save_result(  # noqa: PLR0913 - the columns of a result
    *,
    run_id: int,
    case_id: int,
    passed: bool,
    score: float,
    turns: Events,
    checks: list[JsonObject],
    error: str,
    usage: JsonObject,
    cost: Decimal | None,
    duration_ms: float,
) -> None:
    """Write how an agent did in a case; the first of two results of a case stays."""
    result = EvalResult(
        eval_run_id=run_id,
        case_id=case_id,
        passed=passed,
        score=score,
        answer=make_storable("\n\n".join(str(turn["answer"]) for turn in turns)),
        turns=copy_storable(turns),
        checks=copy_storable(checks),
        error=make_storable(error),
        usage=usage,
        cost=cost,
        duration_ms=duration_ms,
    )
    EvalResult.objects.bulk_create([result], ignore_conflicts=True)


@transaction.atomic
def end_evaluation(*, run_id: int, error: str = "", at: datetime | None = None) -> bool:
    """Write that a run has ended, and what it cost in all; False if it had ended before.

    Args:
        run_id: Which one.
        error: Why it could not be done; '' is that it was.
        at: When; None is now.
    """
    run = EvalRun.objects.select_for_update().filter(pk=run_id, status__in=OPEN).first()
    if run is None:
        return False
    results = EvalResult.objects.filter(eval_run=run)
    is_priced = not results.filter(cost__isnull=True).exists()
    run.cost = (results.aggregate(total=Sum("cost"))["total"] or Decimal(0)) if is_priced else None
    run.status = (RunStatus.FAILED if error else RunStatus.COMPLETED).value
    run.error = make_storable(error)
    run.ended_at = at or utc_now()
    run.save(update_fields=["cost", "status", "error", "ended_at"])
    return True


@transaction.atomic
def start_evaluation(
    *, eval_set: EvalSet, version: AgentVersion, label: str, actor: AbstractBaseUser
) -> EvalRun:
    """Have a worker try a version on a set, with its entry in the audit trail."""
    run = open_evaluation(
        eval_set=eval_set,
        version=version,
        label=label,
        model=version.model,
        started_by=actor.get_username(),
        in_background=True,
    )
    build_entry(
        actor=actor,
        action=EvaluationAction.STARTED,
        row=run,
        organization_id=eval_set.organization_id,
        detail={"set": eval_set.name, "version": label},
    ).save()
    return run


@transaction.atomic
def delete_case(*, case_id: int, actor: AbstractBaseUser) -> None:
    """Delete a case and what agents did in it."""
    row = EvalCase.objects.select_related("eval_set").select_for_update(of=("self",))
    case = row.get(pk=case_id)
    build_entry(
        actor=actor,
        action=EvaluationAction.CASE_DELETED,
        row=case,
        organization_id=case.eval_set.organization_id,
        detail={"set": case.eval_set.name, "case": case.name},
    ).save()
    case.delete()
