"""Reading what somebody decided on the page of a tool call."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from channels_app.ai.records import DecisionKind, DecisionState
from channels_app.ai.tools.arguments import WrongArguments
from channels_app.models import ToolApproval
from channels_app.services.approvals import Decision
from rooms.domain.json import JsonObject, read_json


class BadDecision(ValueError):
    """What was entered decides nothing.

    Attributes:
        texts: Why, for who entered it.
        field: What they have to correct: `arguments`, `answer`, or '' for the decision itself.
    """

    def __init__(self, *texts: str, field: str = "") -> None:
        super().__init__("; ".join(texts))
        self.texts = texts
        self.field = field


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
        raise BadDecision(_("Write what the agent is to be told."), field="answer")
    return answer


def _read_arguments(text: str) -> JsonObject:
    try:
        arguments = read_json(text)
    except ValueError as error:
        why = _("The arguments are not JSON: %(why)s") % {"why": error}
        raise BadDecision(why, field="arguments") from error
    if not isinstance(arguments, dict):
        raise BadDecision(_("The arguments have to be a JSON object, like {}."), field="arguments")
    return arguments


def not_taken(problem: WrongArguments) -> BadDecision:
    """Return what to tell who entered arguments that the tool does not take."""
    told = _("The tool does not take these arguments:")
    return BadDecision(told, *problem.faults, field="arguments")
