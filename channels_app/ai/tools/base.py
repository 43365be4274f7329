"""The contract of tools: what a model is told of one, and what running it needs."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, runtime_checkable

from channels_app.providers.base.ai import AITool
from rooms.domain.context import RoomContext
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.participant import Participant

ToolHandler: TypeAlias = Callable[[str, JsonObject], Awaitable[str]]
"""Runs the tool of this name with these arguments and returns what the model is told."""


@dataclass(frozen=True)
class ToolContext:
    """For whom a tool runs, captured when the turn began.

    `participant` names who asked; it does not authenticate them: check that it is identified before
    acting in its name.

    Attributes:
        idempotency_key: The same each time the same call is made, so that a vendor can tell.
        allowed_tools: The names the policy allows in this turn.
    """

    room: RoomContext
    event: RoomEvent
    channel_id: str
    run_id: str
    call_id: str
    idempotency_key: str
    participant: Participant | None = None
    role: str | None = None
    organization_id: str | None = None
    allowed_tools: frozenset[str] = frozenset()

    @property
    def room_id(self) -> str:
        """The room's id."""
        return self.event.room_id


_current: ContextVar[ToolContext | None] = ContextVar("roomkit_current_tool_call", default=None)


def current_tool_context() -> ToolContext | None:
    """Return for whom the running tool handler runs; None outside of a turn."""
    return _current.get()


@dataclass(frozen=True)
class ToolRules:
    """What the engine must know before it runs a tool.

    Attributes:
        read_only: It changes nothing.
        idempotent: Doing it twice with the same arguments does no harm, so that a call whose
            outcome nobody knows is made again.
        needs_approval: Whether people decide about each call; or what tells so by the arguments.
        asks_input: Whether its result is what people answer; then it is never run.
        timeout_s: After how many seconds it is given up.
        roles: Roles of participants it may run for; None allows all.
        bypasses_policy: A tool of the framework itself, such as reading a skill.
        is_told_whole: Its result is never cut into pages, however long, such as a skill's body.
    """

    read_only: bool = False
    idempotent: bool = False
    needs_approval: bool | Callable[[JsonObject], bool] = False
    asks_input: bool = False
    timeout_s: float = 60.0
    roles: frozenset[str] | None = None
    bypasses_policy: bool = False
    is_told_whole: bool = False


class ToolFault(Exception):
    """A tool could not do what it was asked; the text is told to the model."""


@runtime_checkable
class Tool(Protocol):
    """Something a model may use."""

    @property
    def definition(self) -> AITool:
        """What the model is told: name, description, JSON Schema of the arguments."""

    @property
    def rules(self) -> ToolRules:
        """What the engine must know."""

    async def run(self, arguments: JsonObject, context: ToolContext) -> str:
        """Do it and return what the model is told.

        Raises:
            ToolFault: If it could not be done; the model reads why. Any other exception is told to
                the model by its class only.
        """


@dataclass(frozen=True)
class HandledTool:
    """A tool that is declared in one place and run by a handler in another."""

    definition: AITool
    handler: ToolHandler
    rules: ToolRules = field(default_factory=ToolRules)

    async def run(self, arguments: JsonObject, context: ToolContext) -> str:
        """Let the handler do it; `current_tool_context` tells it for whom."""
        token = _current.set(context)
        try:
            return await self.handler(self.definition.name, arguments)
        finally:
            _current.reset(token)


@runtime_checkable
class Toolset(Protocol):
    """Tools that depend on who is asked, in which room: skills, handoffs, stored results."""

    async def tools_for(self, context: "TurnScope") -> list[Tool]:
        """Return the tools of this turn as of now; asked again before each round."""

    async def prompt_for(self, context: "TurnScope") -> str:
        """Return what is appended to the system prompt; '' adds nothing."""


@dataclass(frozen=True)
class TurnScope:
    """Whose turn it is and where, for what depends on it."""

    room: RoomContext
    event: RoomEvent
    channel_id: str
    role: str | None = None
    organization_id: str | None = None
