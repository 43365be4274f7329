"""The tools a server offers, as far as they are used."""

import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from channels_app.ai.tools.mcp_extra import Client, Tool
from channels_app.ai.tools.mcp_wording import declare
from channels_app.providers.base.ai import AITool

logger = logging.getLogger(__name__)

MAX_PAGES = 100
"""How many pages of a server's list are read; one that never ends must not keep anybody."""


@dataclass(frozen=True)
class Listed:
    """A tool of a server and its name there; a model may be told another."""

    remote_name: str
    definition: AITool


async def read_list(client: Client, wanted: Callable[[str], bool] | None) -> dict[str, Listed]:
    """Return the wanted tools by the names models are told; of two the same, the first."""
    listed: dict[str, Listed] = {}
    async for each in _all_tools(client):
        definition = declare(each) if wanted is None or wanted(each.name) else None
        if definition is None:
            continue
        if definition.name in listed:
            logger.warning("MCP server names two tools alike", extra={"tool": definition.name})
            continue
        listed[definition.name] = Listed(each.name, definition)
    return listed


async def _all_tools(client: Client) -> AsyncIterator[Tool]:
    cursor: str | None = None
    for _ in range(MAX_PAGES):
        page = await client.list_tools(cursor=cursor)
        for each in page.tools:
            yield each
        cursor = page.next_cursor
        if cursor is None:
            return
