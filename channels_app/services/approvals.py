"""Writes of what people decide about the tool calls of agents."""

from dataclasses import dataclass
from enum import StrEnum

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from channels_app.ai.records import DecisionState
from channels_app.ai.tools.arguments import check_edit
from channels_app.models import ToolApproval
from rooms.domain.content import copy_storable, make_storable
from rooms.domain.json import JsonObject
from rooms.models.columns import ID_LENGTH
from rooms.selectors.clock import get_database_now
from rooms.services.audit import build_entry


class ApprovalAction(StrEnum):
    """What people decide, in the words of the audit trail."""

    APPROVED = "tool_approved"
    REJECTED = "tool_rejected"
    ANSWERED = "tool_answered"


ACTIONS = {
    DecisionState.APPROVED: ApprovalAction.APPROVED,
    DecisionState.REJECTED: ApprovalAction.REJECTED,
    DecisionState.ANSWERED: ApprovalAction.ANSWERED,
}


@dataclass(frozen=True)
class Decision:
    """What is decided about a tool call.

    Attributes:
        edited_arguments: With which arguments it is made; None leaves the model's.
        answer: What the model is told in the place of a result.
        reason: Why it is not made, as the model is told.
    """

    state: DecisionState
    edited_arguments: JsonObject | None = None
    answer: str | None = None
    reason: str = ""


@transaction.atomic
def decide(*, approval_id: str, decision: Decision, actor: AbstractBaseUser) -> ToolApproval | None:
    """Write a person's decision, with its entry in the audit trail; None if one was made before.

    The entry says what was decided, not what the arguments or the answer are.

    Raises:
        WrongArguments: If the tool does not take the edited arguments; nothing is decided then.
    """
    row = record_decision(
        approval_id=approval_id, decision=decision, decided_by=actor.get_username()
    )
    if row is None:
        return None
    detail = {
        "tool": row.tool_name,
        "run": row.run_id,
        "edited": decision.edited_arguments is not None,
    }
    build_entry(
        actor=actor,
        action=ACTIONS[decision.state],
        row=row,
        organization_id=row.organization_id,
        detail=detail,
        room_id=row.room_id,
    ).save()
    return row


def record_decision(
    *, approval_id: str, decision: Decision, decided_by: str
) -> ToolApproval | None:
    """Write a decision if there is none yet; the first one wins.

    Raises:
        WrongArguments: If the tool does not take the edited arguments; nothing is decided then.
    """
    undecided = ToolApproval.objects.pending().filter(pk=approval_id)
    asked = undecided.first()
    if asked is None:
        return None
    check_edit(decision.edited_arguments, asked.parameters)
    is_first = undecided.update(
        state=decision.state.value,
        edited_arguments=copy_storable(decision.edited_arguments),
        answer=make_storable(decision.answer),
        reason=make_storable(decision.reason),
        decided_by=decided_by[:ID_LENGTH],
        decided_at=get_database_now(),
    )
    return ToolApproval.objects.filter(pk=approval_id).first() if is_first else None
