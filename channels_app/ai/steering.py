"""Telling an agent something while it is at work: add words, change its prompt, stop it."""

import asyncio
from collections import deque
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, Field, TypeAdapter

from rooms.domain.json import JsonObject


class InjectMessage(BaseModel):
    """Add a message before the model is asked again; `role` as in `AIMessage`."""

    type: Literal["inject_message"] = "inject_message"
    content: str
    role: str = "user"


class Cancel(BaseModel):
    """End the turn: what was said stays, tools that the model asked for do not run."""

    type: Literal["cancel"] = "cancel"
    reason: str = "cancelled"


class UpdateSystemPrompt(BaseModel):
    """Append text, as it is, to the system prompt for the rest of this turn."""

    type: Literal["update_system_prompt"] = "update_system_prompt"
    append: str


SteeringDirective: TypeAlias = InjectMessage | Cancel | UpdateSystemPrompt
"""Anything a running turn can be told; `type` tells which."""

_ADAPTER: TypeAdapter[SteeringDirective] = TypeAdapter(
    Annotated[SteeringDirective, Field(discriminator="type")]
)


def parse_directive(data: JsonObject) -> SteeringDirective:
    """Read a directive as it was stored by `model_dump`.

    Raises:
        pydantic.ValidationError: If it is none.
    """
    return _ADAPTER.validate_python(data)


class RunningLoop:
    """One turn of this process while it runs.

    Attributes:
        id: The run's id.
        is_cancelled: Whether somebody has asked for the end.
        reason: Why, in the words of who asked.
        wake: Set when it is; whoever waits for the model waits for this.
    """

    def __init__(self, run_id: str) -> None:
        self.id = run_id
        self.is_cancelled = False
        self.reason = ""
        self.wake = asyncio.Event()
        self._queue: deque[SteeringDirective] = deque()

    def put(self, directive: SteeringDirective) -> None:
        """Queue a directive; a `Cancel` counts at once."""
        self._queue.append(directive)
        if isinstance(directive, Cancel):
            self.reason = self.reason or directive.reason
            self.is_cancelled = True
            self.wake.set()

    def drain(self) -> list[SteeringDirective]:
        """Return what was queued, in order, each once."""
        drained = [*self._queue]
        self._queue.clear()
        return drained


class RunningLoops:
    """The turns of one agent that run in this process, in the order they began."""

    def __init__(self) -> None:
        self._loops: dict[str, RunningLoop] = {}

    def __len__(self) -> int:
        return len(self._loops)

    def start(self, loop: RunningLoop) -> None:
        """Note a turn that begins."""
        self._loops[loop.id] = loop

    def rename(self, loop: RunningLoop, run_id: str) -> None:
        """Give a turn the id of the run it takes up; its place in the order stays."""
        if run_id != loop.id:
            loops = [each for each in self._loops.values() if each.id != run_id]
            loop.id = run_id
            self._loops = {each.id: each for each in loops}

    def end(self, loop: RunningLoop) -> None:
        """Forget a turn; twice does no harm."""
        if self._loops.get(loop.id) is loop:
            del self._loops[loop.id]

    def find(self, run_id: str | None) -> RunningLoop | None:
        """Return the turn of a run, or without an id the one that began last; None if none is."""
        if run_id is not None:
            return self._loops.get(run_id)
        return next(reversed(self._loops.values()), None)
