"""What is put into a conversation between two answers of the model."""

from channels_app.ai.records import StepKind
from channels_app.ai.steering import (
    Cancel,
    InjectMessage,
    SteeringDirective,
    UpdateSystemPrompt,
    parse_directive,
)
from channels_app.ai.turn.progress import Progress
from channels_app.ai.turn.recording import Recorder
from channels_app.ai.turn.repetition import ANSWER_NOW, ANSWER_PLEASE
from channels_app.ai.turn.steered import Steered
from channels_app.ai.turn.toolbox import Toolbox
from channels_app.providers.base.ai import AIMessage
from rooms.domain.json import JsonObject

NUDGE = "nudge"
FORCE_STOP = "force_stop"
DIRECTIVE = "directive"


class Directing:
    """Changes what the model is given, and notes each change so that it can be made again."""

    def __init__(
        self, steered: Steered, recorder: Recorder, progress: Progress, toolbox: Toolbox
    ) -> None:
        self._steered = steered
        self._recorder = recorder
        self._progress = progress
        self._toolbox = toolbox

    async def steer(self) -> None:
        """Apply the directives that have come, in order; all of them, even beside a `Cancel`.

        Before the first answer no other process can know of the turn.
        """
        everywhere = self._progress.generations > 0
        for directive in await self._steered.drain(everywhere=everywhere):
            if not isinstance(directive, Cancel):
                self._do(directive, DIRECTIVE)

    def nudge(self) -> None:
        """Ask a model that said nothing to say something."""
        self._do(InjectMessage(content=ANSWER_PLEASE), NUDGE)

    def force_answer(self) -> None:
        """Have the model answer without tools."""
        self._do(InjectMessage(content=ANSWER_NOW), FORCE_STOP)

    async def refresh_tools(self) -> None:
        """Show the model the tools that there are now."""
        tools = await self._toolbox.refresh()
        self._progress.context.tools = [] if self._progress.is_forced else tools

    def _do(self, directive: SteeringDirective, name: str) -> None:
        data = directive.model_dump()
        apply(data, name, self._progress)
        self._recorder.note(self._recorder.side_step(StepKind.STEER, data, name=name))


def apply(data: JsonObject, name: str, progress: Progress) -> None:
    """Do to a conversation what a directive says; `name` tells whose word it is."""
    directive, context = parse_directive(data), progress.context
    if isinstance(directive, InjectMessage):
        context.messages.append(AIMessage(role=directive.role, content=directive.content))
    elif isinstance(directive, UpdateSystemPrompt):
        context.system_prompt = (context.system_prompt or "") + directive.append
    progress.nudges += name == NUDGE
    progress.is_forced = progress.is_forced or name == FORCE_STOP
