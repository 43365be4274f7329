"""How far a turn has come."""

from dataclasses import dataclass, field
from typing import Any

from channels_app.ai.turn.buffer import RoundBuffer, join
from channels_app.ai.turn.items import ToolResult
from channels_app.providers.base.ai import AIContext
from hooks.outcomes import SyncPipelineResult
from hooks.results import Observation, Task


@dataclass
class Progress:
    """The facts of one turn that the next round depends on, or its end tells of.

    Attributes:
        context: What the model is given; its messages grow.
        generations: How often the model has answered.
        tool_rounds: How often tools were called for, whether or not they might run.
        executed: How many tool calls were executed.
        said: The text of this piece of the answer.
        repeatable: What the model said before the last tools, and may say again.
        nudges: How often it was asked to say something after all.
        thinking: The reasoning of the last answer that had any.
        is_forced: Whether it was told to answer without tools.
        call_ids: The ids of all its tool calls.
    """

    context: AIContext
    generations: int = 0
    tool_rounds: int = 0
    executed: int = 0
    said: str = ""
    repeatable: str = ""
    thinking: str | None = None
    nudges: int = 0
    is_forced: bool = False
    call_ids: set[str] = field(default_factory=set)
    tasks: list[Task] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)

    def new_buffer(self) -> RoundBuffer:
        """Return where the next answer is collected."""
        return RoundBuffer(said=self.repeatable, taken_ids=self.call_ids)

    def say(self, text: str, *, begins_round: bool) -> str:
        """Note more of the answer, and return it as it goes behind what was said before."""
        shown = join(self.said, text) if begins_round else text
        self.said += shown
        return shown

    def note_answer(self, buffer: RoundBuffer, thinking: str) -> None:
        """Note a whole answer of the model, and its reasoning if there was any."""
        self.generations += 1
        self.thinking = thinking or self.thinking
        self.call_ids |= {call.id for call in buffer.calls}
        self.tasks += buffer.tasks
        self.observations += buffer.observations

    def note_hooks(self, passed: SyncPipelineResult[Any]) -> None:
        """Keep what hooks of tools leave behind, whatever they said of the call."""
        self.tasks += passed.tasks
        self.observations += passed.observations

    def note_tools(self, buffer_text: str, results: tuple[ToolResult, ...]) -> None:
        """Note a round of tools that has ended."""
        self.repeatable = buffer_text or self.repeatable
        self.tool_rounds += bool(results)
        self.executed += sum(result.executed for result in results)
