"""What a turn yields while it goes on."""

from dataclasses import dataclass
from typing import TypeAlias

from channels_app.ai.records import EndReason, StepState
from channels_app.providers.base.ai import AIToolCall


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Some more of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    """Some more of the model's reasoning; it is shown to nobody unless somebody asks for it."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What came of one tool call.

    Attributes:
        text: What the model is told.
        state: How the call ended.
        error: The class of what went wrong and what it said, for operators.
        executed: Whether the tool ran.
        is_kept_apart: Whether the text was too long and is read page by page.
    """

    call: AIToolCall
    text: str
    state: StepState = StepState.DONE
    error: str = ""
    duration_ms: float = 0.0
    executed: bool = False
    is_kept_apart: bool = False

    @property
    def is_error(self) -> bool:
        """Whether the model is told that the call failed."""
        return self.state is not StepState.DONE


@dataclass(frozen=True, slots=True)
class ToolsStarted:
    """Tools begin to run; `round` counts from 0."""

    calls: tuple[AIToolCall, ...]
    round: int


@dataclass(frozen=True, slots=True)
class ToolsEnded:
    """Tools have ended, in the order of the calls."""

    results: tuple[ToolResult, ...]
    round: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The turn is over; always the last item of a turn that was not abandoned."""

    reason: EndReason
    error: Exception | None = None


Item: TypeAlias = TextDelta | ThinkingDelta | ToolsStarted | ToolsEnded | Ended
"""Anything a turn yields."""
