"""Tools of Model Context Protocol servers."""

import asyncio
import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from types import TracebackType
from typing import Self
from weakref import WeakKeyDictionary

from channels_app.ai.tools.base import (
    Tool,
    ToolContext,
    ToolFault,
    ToolHandler,
    ToolRules,
    TurnScope,
)
from channels_app.ai.tools.compose import unknown_tool
from channels_app.ai.tools.mcp_calls import call
from channels_app.ai.tools.mcp_extra import UNREADABLE, Client, MCPError
from channels_app.ai.tools.mcp_listing import Listed, read_list
from channels_app.ai.tools.mcp_session import (
    IDLE_S,
    ConnectionLost,
    MCPSession,
    ServerUnreachable,
)
from channels_app.ai.tools.mcp_transport import OpenClient, Transport, opener
from channels_app.providers.base.ai import AITool
from rooms.domain.json import JsonObject

logger = logging.getLogger(__name__)

CALL_S = 30.0
"""How long a call may take, in seconds, unless its rules say otherwise."""

FRESH_S = 300.0
"""How long a list of tools is used before it is read again."""

RETRY_S = 30.0
"""How long nobody asks again for the list of a server that could not be reached."""

_PREFIX = re.compile(r"mcp__.+?__")
_CAREFUL = ToolRules(timeout_s=CALL_S)


class MCPToolProvider:
    """The tools of one MCP server; give it to an agent as one of its `toolsets`.

    As a toolset it connects when an agent is first asked, reads the list again every five minutes
    and offers nothing while the server cannot be reached. Used by hand it is an asynchronous
    context manager, which connects and reads the list:

        async with MCPToolProvider.from_url("https://tools.example.com/mcp") as provider:
            await provider.call_tool("look_up", {"order": "20391"})

    Each event loop has a connection of its own. A lost one is made again with the next request. A
    call that may have reached the server is never made twice: what a server itself says of its
    tools ("read only") is not believed.

    Args:
        open_client: Connects.
        tool_filter: Which tools are used, by their names on the server; None uses all.
        rules: What the engine must know of a tool, by its name; by default each may change
            something and has 30 s.
        idle_s: After how many seconds without a word the server is asked whether it is there.
        clock: Tells when the list is read again, in seconds.
    """

    def __init__(
        self,
        open_client: OpenClient,
        *,
        tool_filter: Callable[[str], bool] | None = None,
        rules: Callable[[str], ToolRules] | None = None,
        idle_s: float = IDLE_S,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._open = open_client
        self._filter = tool_filter
        self._rules = rules
        self._idle_s = idle_s
        self._clock = clock
        self._sessions: WeakKeyDictionary[asyncio.AbstractEventLoop, MCPSession]
        self._sessions = WeakKeyDictionary()
        self._listed: dict[str, Listed] | None = None
        self._list_again_at = float("-inf")

    @classmethod
    def from_url(
        cls,
        url: str,
        transport: Transport = "streamable_http",
        tool_filter: Callable[[str], bool] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        rules: Callable[[str], ToolRules] | None = None,
    ) -> Self:
        """Make one for a server's address; `headers` go with every request to it.

        Raises:
            ValueError: If the transport is unknown.
        """
        return cls(opener(url, transport, headers or {}), tool_filter=tool_filter, rules=rules)

    async def __aenter__(self) -> Self:
        """Connect and read the list of tools.

        Raises:
            ServerUnreachable: If the server cannot be reached.
        """
        try:
            await self.refresh()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Hang up."""
        await self.close()

    async def close(self) -> None:
        """Hang up the connection of this event loop; the next request makes another."""
        session = self._sessions.pop(asyncio.get_running_loop(), None)
        if session is not None:
            await session.close()

    async def refresh(self) -> None:
        """Read the list of tools anew.

        Raises:
            ServerUnreachable: If the server cannot be reached.
            ConnectionLost: If it was lost twice on the way.
            MCPError: If the server refuses.
        """
        self._listed = await self._session().ask(self._read_list, repeatable=True)

    # -- what there is

    @property
    def tool_names(self) -> list[str]:
        """The names of the tools, as models are told them.

        Raises:
            RuntimeError: If the list was not read yet.
        """
        return list(self._known())

    def get_tools(self) -> list[Tool]:
        """Return the tools, for `AIChannel(tools=…)`; RuntimeError as above."""
        return [
            MCPTool(self, each.definition, self._rules(name) if self._rules else _CAREFUL)
            for name, each in self._known().items()
        ]

    def get_tools_as_dicts(self) -> list[JsonObject]:
        """Return the tools as a binding's metadata declares them; RuntimeError as above."""
        return [each.definition.model_dump() for each in self._known().values()]

    async def tools_for(self, context: TurnScope) -> list[Tool]:
        """Return the tools for a turn; those last heard of while the server is away."""
        if self._clock() >= self._list_again_at:
            # Set first, so that others do not wait for a server that is slow to be away.
            self._list_again_at = self._clock() + RETRY_S
            try:
                await self.refresh()
                self._list_again_at = self._clock() + FRESH_S
            except (ServerUnreachable, ConnectionLost, MCPError, *UNREADABLE) as error:
                logger.warning("MCP server gives no tools", extra={"error": str(error)})
        return self.get_tools() if self._listed is not None else []

    async def prompt_for(self, context: TurnScope) -> str:
        """Add nothing to the prompt: what a server says stays in the descriptions of its tools."""
        return ""

    # -- what they do

    async def call_tool(self, name: str, arguments: JsonObject, timeout: float = CALL_S) -> str:
        """Call a tool; `timeout` is in seconds.

        Whatever goes wrong is returned as a JSON object with an `error`.
        """
        if name not in self._known():
            return unknown_tool(name)
        try:
            return await self.run(name, arguments, timeout=timeout)
        except ToolFault as fault:
            return json.dumps({"error": str(fault)}, ensure_ascii=False)

    def as_tool_handler(self) -> ToolHandler:
        """Return a handler for `AIChannel(tool_handler=…)`; `mcp__<server>__` may precede names."""

        async def handle(name: str, arguments: JsonObject) -> str:
            known = name if name in self._known() else _PREFIX.sub("", name, count=1)
            return await self.call_tool(known, arguments)

        return handle

    async def run(self, name: str, arguments: JsonObject, *, timeout: float) -> str:
        """Call a tool; `timeout` is in seconds.

        Raises:
            ToolFault: If the tool fails, or the server does not answer in time or at all.
        """
        remote_name = self._known()[name].remote_name
        return await call(self._session(), remote_name, arguments, timeout=timeout)

    def _known(self) -> dict[str, Listed]:
        if self._listed is None:
            raise RuntimeError(
                "the server's tools are not known yet: use `async with provider:` or"
                " `await provider.refresh()` first, or give the provider to an agent in `toolsets`"
            )
        return self._listed

    def _session(self) -> MCPSession:
        loop = asyncio.get_running_loop()
        if loop not in self._sessions:
            self._sessions[loop] = MCPSession(self._open, idle_s=self._idle_s)
        return self._sessions[loop]

    async def _read_list(self, client: Client) -> dict[str, Listed]:
        return await read_list(client, self._filter)


@dataclass(frozen=True)
class MCPTool:
    """One tool of a server."""

    provider: MCPToolProvider
    definition: AITool
    rules: ToolRules

    async def run(self, arguments: JsonObject, context: ToolContext) -> str:
        """Call it on the server.

        Raises:
            ToolFault: If it fails, or the server does not answer in time or at all.
        """
        return await self.provider.run(
            self.definition.name, arguments, timeout=self.rules.timeout_s
        )
