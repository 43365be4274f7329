"""The tools of one turn: what the model sees of them, and what it may use."""

import inspect
from collections.abc import Awaitable, Collection, Mapping, Sequence
from typing import Protocol, runtime_checkable

from channels_app.ai.tools.base import (
    HandledTool,
    Tool,
    ToolHandler,
    ToolRules,
    Toolset,
    TurnScope,
)
from channels_app.ai.tools.policy import ToolPolicy
from channels_app.providers.base.ai import AITool


@runtime_checkable
class GatesTools(Protocol):
    """A toolset that keeps tools back until something was done, such as activating a skill."""

    def gated(self, name: str, scope: TurnScope) -> bool | Awaitable[bool]:
        """Tell whether a tool is kept back now."""


class Toolbox:
    """Everything a model may call in one turn.

    Args:
        scope: Whose turn it is.
        declared: Tools that the handler runs.
        handler: Runs declared tools; None leaves them without anybody.
        tools: Tools that run themselves.
        toolsets: Tools that are asked for anew before each round.
        policy: Which names are allowed, for the role of who asks.
    """

    def __init__(
        self,
        scope: TurnScope,
        *,
        declared: Sequence[AITool] = (),
        handler: ToolHandler | None = None,
        tools: Sequence[Tool] = (),
        toolsets: Sequence[Toolset] = (),
        policy: ToolPolicy | None = None,
    ) -> None:
        self._scope = scope
        self._declared = {tool.name: tool for tool in declared}
        self._fixed: dict[str, Tool] = {}
        if handler is not None:
            self._fixed |= {tool.name: HandledTool(tool, handler) for tool in declared}
        self._fixed |= {tool.definition.name: tool for tool in tools}
        self._toolsets = toolsets
        self._policy = policy.resolve(scope.role) if policy else None
        self._tools: Mapping[str, Tool] = self._fixed
        self._gated: set[str] = set()
        self._withheld: set[str] = set()

    @property
    def can_run_any(self) -> bool:
        """Whether there is a tool that somebody runs."""
        return bool(self._tools)

    def add_toolset(self, toolset: Toolset) -> None:
        """Add tools that the turn itself brings."""
        self._toolsets = [*self._toolsets, toolset]

    def withhold(self, names: Collection[str]) -> None:
        """Keep tools back for the rest of the turn, such as those that a hook took away."""
        self._withheld.update(names)

    async def refresh(self) -> list[AITool]:
        """Ask the toolsets again, and return what the model is shown now."""
        tools = dict(self._fixed)
        for toolset in self._toolsets:
            found = await toolset.tools_for(self._scope)
            tools |= {tool.definition.name: tool for tool in found}
        self._tools = tools
        known = {**self._declared, **{name: tool.definition for name, tool in tools.items()}}
        self._gated = {name for name in known if await self._is_kept_back(name)}
        return [tool for name, tool in known.items() if self.refusal(name) is None]

    async def prompts(self) -> list[str]:
        """Return what the toolsets append to the system prompt."""
        asked = [await toolset.prompt_for(self._scope) for toolset in self._toolsets]
        return [text for text in asked if text]

    def find(self, name: str) -> Tool | None:
        """Return the tool of this name, whether or not it may be used."""
        return self._tools.get(name)

    def allowed_names(self) -> frozenset[str]:
        """Return the names that may be used now."""
        return frozenset(name for name in self._tools if self.refusal(name) is None)

    def refusal(self, name: str) -> str | None:
        """Return why a tool may not be used now, in words for the model; None allows it."""
        tool = self._tools.get(name)
        rules = tool.rules if tool else ToolRules()
        if name in self._withheld:
            return f"tool {name!r} is not allowed here"
        if rules.bypasses_policy:
            return None
        if self._policy is not None and not self._policy.is_allowed(name):
            return f"tool {name!r} is not allowed here"
        if name in self._gated:
            return f"tool {name!r} is not available until a skill that brings it is activated"
        if rules.roles is not None and self._scope.role not in rules.roles:
            return f"tool {name!r} is not allowed for whoever asks"
        return None

    async def _is_kept_back(self, name: str) -> bool:
        for toolset in self._toolsets:
            if isinstance(toolset, GatesTools):
                gated = toolset.gated(name, self._scope)
                if await gated if inspect.isawaitable(gated) else gated:
                    return True
        return False
