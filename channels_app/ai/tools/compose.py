"""Several sources of tools as one."""

import json
from collections.abc import Iterable, Iterator

from channels_app.ai.tools.base import Tool, ToolHandler
from rooms.domain.json import JsonObject

UNKNOWN_TOOL = "unknown tool"
"""How the error begins by which a handler says that a tool is none of its own."""


def unknown_tool(name: str) -> str:
    """Return what a handler answers to a name that it does not know."""
    return json.dumps({"error": f"Unknown tool: {name}"}, ensure_ascii=False)


def compose_tool_handlers(*handlers: ToolHandler) -> ToolHandler:
    """Return a handler that asks each of these in order, until one knows the tool.

    A handler says "not mine" by a JSON object whose `error` begins with "unknown tool", in any
    case; what the last one answers counts. A tool of whose own results one may begin like this
    belongs into a `ToolRegistry`, where names decide.

    Raises:
        ValueError: If there are fewer than two.
    """
    *earlier, last = handlers or (None,)
    if not earlier or last is None:
        raise ValueError(
            f"compose_tool_handlers() needs two handlers or more, got {len(handlers)}:"
            " a single one is used as it is"
        )

    async def composed(name: str, arguments: JsonObject) -> str:
        for handler in earlier:
            result = await handler(name, arguments)
            if not _is_unknown(result):
                return result
        return await last(name, arguments)

    return composed


class ToolRegistry:
    """The tools of a site by name, to pick from for each agent; iterating yields them in order."""

    def __init__(self, tools: Iterable[Tool] = ()) -> None:
        self._tools: dict[str, Tool] = {}
        for each in tools:
            self.register(each)

    def register(self, tool: Tool) -> None:
        """Add a tool.

        Raises:
            ValueError: If there is one of this name.
        """
        name = tool.definition.name
        if name in self._tools:
            raise ValueError(
                f"there is a tool named {name!r} already: a model tells tools by their names, so"
                " give this one another"
            )
        self._tools[name] = tool

    def pick(self, *names: str) -> list[Tool]:
        """Return the tools of these names, in this order.

        Raises:
            KeyError: If there is none of a name.
        """
        missing = [name for name in names if name not in self._tools]
        if missing:
            known = ", ".join(sorted(self._tools)) or "none"
            raise KeyError(f"no tool is named {', '.join(missing)}; there are: {known}")
        return [self._tools[name] for name in names]

    def __iter__(self) -> Iterator[Tool]:
        return iter(self._tools.values())

    def __len__(self) -> int:
        return len(self._tools)


def _is_unknown(result: str) -> bool:
    try:
        said = json.loads(result)
    except ValueError:
        return False
    error = said.get("error") if isinstance(said, dict) else None
    return isinstance(error, str) and error.lower().startswith(UNKNOWN_TOOL)
