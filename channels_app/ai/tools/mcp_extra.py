"""The official package of the Model Context Protocol, an extra; all that is used of it is here."""

from pydantic import ValidationError

try:
    import httpx2
    from mcp import Client, InputRequiredRoundsExceededError, MCPError
    from mcp.client.sse import sse_client
    from mcp.client.streamable_http import streamable_http_client
    from mcp.types import (
        CONNECTION_CLOSED,
        INTERNAL_ERROR,
        REQUEST_TIMEOUT,
        AudioContent,
        CallToolResult,
        ContentBlock,
        EmbeddedResource,
        ImageContent,
        ResourceLink,
        TextContent,
        TextResourceContents,
        Tool,
    )
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "tools of MCP servers need the official package: pip install 'django-roomkit[mcp]'",
        name=error.name,
    ) from error

UNREADABLE = (ValidationError, RuntimeError, InputRequiredRoundsExceededError)
"""How the package says that an answer is not what the protocol, or the tool, promises."""

__all__ = [
    "CONNECTION_CLOSED",
    "INTERNAL_ERROR",
    "REQUEST_TIMEOUT",
    "UNREADABLE",
    "AudioContent",
    "CallToolResult",
    "Client",
    "ContentBlock",
    "EmbeddedResource",
    "ImageContent",
    "MCPError",
    "ResourceLink",
    "TextContent",
    "TextResourceContents",
    "Tool",
    "httpx2",
    "sse_client",
    "streamable_http_client",
]
