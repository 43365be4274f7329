"""What an agent said and did when it was tried."""

from enum import StrEnum

from rooms.domain.frozen import Frozen
from rooms.domain.json import JsonObject


class ToolAnswerSource(StrEnum):
    """Where a tool's answer came from: the past, the tool itself, or nowhere."""

    RECORDED = "recorded"
    RAN = "ran"
    NOT_RUN = "not run"


class CalledTool(Frozen):
    """One call that an agent made while it was tried."""

    name: str
    arguments: JsonObject = {}
    result: str = ""
    is_error: bool = False
    source: ToolAnswerSource


class Answered(Frozen):
    """One question, and what the agent answered.

    Attributes:
        recorded: What was said then; '' if nothing was recorded.
        error: Why there is no answer, or why it is not whole.
    """

    customer: str
    recorded: str = ""
    answer: str = ""
    error: str = ""
    tools: tuple[CalledTool, ...] = ()
