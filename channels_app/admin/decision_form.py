"""Reading what somebody decided on the page of a tool call."""

import json
from collections.abc import Mapping

from django.utils.translation import gettext as _

from channels_app.ai.records import DecisionKind, DecisionState
from channels_app.models import ToolApproval
from channels_app.services.approvals import Decision
from rooms.domain.json import JsonObject


class BadDecision(ValueError):
    """What was entered decides nothing; the text says why to who entered it."""


def read_decision(posted: Mapping[str, str], row: ToolApproval) -> Decision:
    """Return the decision that a form holds.

    Raises:
        BadDecision: If it holds none that can be made about this call.
    """
    match posted.get("decision"):
        case "approve" if row.kind == DecisionKind.APPROVAL:
            arguments = _read_arguments(posted.get("arguments", ""))
            edited = None if arguments == row.arguments else arguments
            return Decision(DecisionState.APPROVED, edited_arguments=edited)
        case "reject":
            return Decision(DecisionState.REJECTED, reason=posted.get("reason", "").strip())
        case "answer":
            return Decision(DecisionState.ANSWERED, answer=_read_answer(posted))
    raise BadDecision(_("Choose what is to be done."))


def _read_answer(posted: Mapping[str, str]) -> str:
    answer = posted.get("answer", "").strip()
    if not answer:
        raise BadDecision(_("Write what the agent is to be told."))
    return answer


def _read_arguments(text: str) -> JsonObject:
    try:
        arguments = json.loads(text)
    except ValueError as error:
        raise BadDecision(_("The arguments are not JSON: %(why)s") % {"why": error}) from error
    if not isinstance(arguments, dict):
        raise BadDecision(_("The arguments have to be a JSON object, like {}."))
    return arguments
