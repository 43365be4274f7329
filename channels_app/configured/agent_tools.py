"""The tools that agents of the admin may be given: those that `ROOMKIT["TOOLS"]` names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from inspect import getdoc
from typing import Any

from django.utils.module_loading import import_string

from channels_app.ai.tools.base import Tool, ToolContext, ToolRules, Toolset, TurnScope
from channels_app.providers.base.ai import AITool
from rooms.conf import get_settings
from rooms.domain.json import JsonObject


class NoSuchTool(LookupError):
    """A tool that an agent is to have is not there; the text says which, and what to do."""


@dataclass(frozen=True)
class OfferedTool:
    """A tool, or a set of them, that can be ticked.

    Attributes:
        name: By which versions name it: a tool's own, or a toolset's dotted path.
        about: What it is for, as the model is told.
        has_approval: Whether its code has people decide about calls anyway.
    """

    name: str
    about: str
    part: Tool | Toolset | None
    has_approval: bool = False
    problem: str = ""


@dataclass(frozen=True)
class Given:
    """What an agent is given to work with."""

    tools: Sequence[Tool] = ()
    toolsets: Sequence[Toolset] = ()


@dataclass(frozen=True)
class ApprovedTool:
    """A tool that is run only once people have agreed to the call."""

    tool: Tool

    @property
    def definition(self) -> AITool:
        """That of the tool."""
        return self.tool.definition

    @property
    def rules(self) -> ToolRules:
        """Those of the tool, but people decide about each call."""
        return replace(self.tool.rules, needs_approval=True)

    async def run(self, arguments: JsonObject, context: ToolContext) -> str:
        """Run the tool.

        Raises:
            ToolFault: If it says so.
        """
        return await self.tool.run(arguments, context)


@dataclass(frozen=True)
class ApprovedToolset:
    """A set of tools of which none runs before people have agreed."""

    toolset: Toolset

    async def tools_for(self, context: TurnScope) -> list[Tool]:
        """Return the tools of this turn, each with approval."""
        return [ApprovedTool(tool) for tool in await self.toolset.tools_for(context)]

    async def prompt_for(self, context: TurnScope) -> str:
        """Return what the set appends to the system prompt."""
        return await self.toolset.prompt_for(context)


def list_tools() -> list[OfferedTool]:
    """List what the setting names; what cannot be used has a problem."""
    return [_offer(path) for path in get_settings().TOOLS]


def give(wanted: Iterable[JsonObject]) -> Given:
    """Return what a version ticks: `{"name": …, "needs_approval": …}` each.

    Raises:
        NoSuchTool: If one is not there, or cannot be used.
    """
    offered = {each.name: each for each in list_tools()}
    tools: list[Tool] = []
    toolsets: list[Toolset] = []
    for each in wanted:
        part = _part_of(offered.get(each["name"]), each["name"])
        needs_approval = bool(each.get("needs_approval"))
        if isinstance(part, Tool):
            tools.append(ApprovedTool(part) if needs_approval else part)
        else:
            toolsets.append(ApprovedToolset(part) if needs_approval else part)
    return Given(tools, toolsets)


def _part_of(offered: OfferedTool | None, name: str) -> Tool | Toolset:
    if offered is None:
        raise NoSuchTool(f"no tool {name!r}: name it in ROOMKIT['TOOLS']")
    if offered.part is None:
        raise NoSuchTool(offered.problem)
    return offered.part


def _offer(path: str) -> OfferedTool:
    try:
        part, about = _load(path)
    except Exception as error:  # code of a site may fail in any way, and its others still work
        problem = f"{path} cannot be used: {type(error).__name__}: {error}"
        return OfferedTool(path, "", None, problem=problem)
    if isinstance(part, Tool):
        definition, rules = part.definition, part.rules
        return OfferedTool(
            definition.name, definition.description, part, bool(rules.needs_approval)
        )
    return OfferedTool(path, about, part)


def _load(path: str) -> tuple[Tool | Toolset, str]:
    """Return what a path names, or what the factory that it names makes, with its docstring."""
    found: Any = import_string(path)
    # A class of tools has the attributes of a tool too, but is a factory.
    if isinstance(found, type) or not isinstance(found, (Tool, Toolset)):
        made: object = found()
    else:
        made = found
    if not isinstance(made, (Tool, Toolset)):
        raise TypeError(f"a {type(made).__name__} is neither a tool nor a toolset")
    return made, " ".join((getdoc(found) or "").split())
