"""One call of a tool on an MCP server."""

from channels_app.ai.tools.base import ToolFault
from channels_app.ai.tools.mcp_extra import (
    INTERNAL_ERROR,
    REQUEST_TIMEOUT,
    UNREADABLE,
    CallToolResult,
    Client,
    MCPError,
)
from channels_app.ai.tools.mcp_session import ConnectionLost, MCPSession, ServerUnreachable
from channels_app.ai.tools.mcp_wording import clean, read_result
from rooms.domain.json import JsonObject


async def call(
    session: MCPSession, remote_name: str, arguments: JsonObject, *, timeout: float
) -> str:
    """Call a tool and return its result as text; `timeout` is in seconds.

    Raises:
        ToolFault: If the tool fails, or the server does not answer in time or at all.
    """

    async def request(client: Client) -> CallToolResult:
        return await client.call_tool(remote_name, arguments, read_timeout_seconds=timeout)

    try:
        result = await session.ask(request)
    except ServerUnreachable as error:
        raise ToolFault("the tool's server cannot be reached; nothing was done") from error
    except ConnectionLost as error:
        raise ToolFault("the server went away; nobody knows whether it was done") from error
    except MCPError as error:
        raise ToolFault(_refusal(error, timeout)) from error
    except UNREADABLE as error:
        raise ToolFault("the tool's server answered something unreadable") from error
    if result.is_error:
        raise ToolFault(read_result(result))
    return read_result(result)


def _refusal(error: MCPError, timeout: float) -> str:
    if error.code == REQUEST_TIMEOUT:
        return f"no answer within {timeout:g} s; nobody knows whether it was done"
    if error.code == INTERNAL_ERROR:
        return f"the server failed, nobody knows whether it was done: {clean(error.message)}"
    return f"the server refused: {clean(error.message)}"
