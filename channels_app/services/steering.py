"""Writes of what running turns are told."""

from enum import StrEnum

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from channels_app.ai.records import DecisionState, RunStatus
from channels_app.ai.steering import Cancel, InjectMessage
from channels_app.models import AgentRun, SteerDirective, ToolApproval
from rooms.domain.content import copy_storable
from rooms.domain.json import JsonObject
from rooms.selectors.clock import get_database_now
from rooms.services.audit import build_entry


class SteeringAction(StrEnum):
    """What people tell running turns, in the words of the audit trail."""

    STOPPED = "agent_run_stopped"
    STEERED = "agent_run_steered"


class RunHasEnded(Exception):
    """A turn was to be told something after its end."""

    def __init__(self, run_id: str) -> None:
        super().__init__(f"agent run {run_id!r} has ended: nothing can be told to it any more")


def add_directive(*, run_id: str, directive: JsonObject) -> SteerDirective:
    """Put a directive behind those that a run has.

    Raises:
        IntegrityError: If there is no such run.
    """
    return SteerDirective.objects.create(
        run_id=run_id, payload=copy_storable(directive), created_at=get_database_now()
    )


@transaction.atomic
def stop_run(*, run_id: str, actor: AbstractBaseUser) -> None:
    """Have a turn end; what people were asked for it nobody needs to decide any more.

    Raises:
        RunHasEnded: If it did.
    """
    run = _open_run(run_id)
    add_directive(run_id=run.pk, directive=Cancel().model_dump())
    if run.status == RunStatus.WAITING:
        # The turn goes on where everything is decided, and then finds that it is to stop.
        ToolApproval.objects.pending().filter(run=run).update(
            state=DecisionState.WITHDRAWN.value,
            decided_by=actor.get_username(),
            decided_at=get_database_now(),
        )
    _write_down(run, actor, SteeringAction.STOPPED)


@transaction.atomic
def steer_run(*, run_id: str, text: str, actor: AbstractBaseUser) -> None:
    """Have a turn's model consider something more before it goes on.

    The audit entry does not say what.

    Raises:
        RunHasEnded: If the turn has ended.
    """
    run = _open_run(run_id)
    add_directive(run_id=run.pk, directive=InjectMessage(content=text).model_dump())
    _write_down(run, actor, SteeringAction.STEERED)


def _open_run(run_id: str) -> AgentRun:
    run = AgentRun.objects.open().select_for_update(of=("self",)).filter(pk=run_id).first()
    if run is None:
        raise RunHasEnded(run_id)
    return run


def _write_down(run: AgentRun, actor: AbstractBaseUser, action: SteeringAction) -> None:
    build_entry(
        actor=actor,
        action=action,
        row=run,
        organization_id=run.organization_id,
        detail={"agent": run.channel_id},
        room_id=run.room_id,
    ).save()
