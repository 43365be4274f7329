"""An MCP server as one of an agent's toolsets, whose tools depend on whether it is there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from mcp.types import ListToolsResult

from channels_app.ai.tools.mcp import FRESH_S, RETRY_S, MCPToolProvider
from channels_app.ai.tools.mcp_transport import Watcher, opener
from tests.ai.tools.mcp_shop import Shop, serving
from tests.ai.tools.turns import a_turn


class Clock:
    """Stands still until it is moved; in seconds."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


async def names_of(provider: MCPToolProvider) -> list[str]:
    return [each.definition.name for each in await provider.tools_for(a_turn())]


def provider_of(shop: Shop, clock: Clock) -> MCPToolProvider:
    return MCPToolProvider(opener(shop.url, shop.transport, {}), clock=clock)


async def test_toolset_connects_when_it_is_first_asked() -> None:
    with serving("streamable_http") as shop:
        provider = provider_of(shop, Clock())
        try:
            assert await names_of(provider) == ["add", "refund", "wait", "shop_look"]
            assert await provider.prompt_for(a_turn()) == ""
        finally:
            await provider.close()


async def test_list_is_kept_for_a_while() -> None:
    clock = Clock()
    with serving("streamable_http") as shop:
        provider = provider_of(shop, clock)
        try:
            await names_of(provider)
            asked = len(shop.headers)
            await names_of(provider)
            assert len(shop.headers) == asked
            clock.now += FRESH_S
            await names_of(provider)
            assert len(shop.headers) > asked
        finally:
            await provider.close()


async def test_agent_goes_on_without_a_server_that_is_away() -> None:
    clock = Clock()
    shop = Shop("streamable_http")
    provider = provider_of(shop, clock)
    try:
        assert await names_of(provider) == []
        await asyncio.to_thread(shop.start)
        # It is not asked before each round whether it is back.
        assert await names_of(provider) == []
        clock.now += RETRY_S
        assert "add" in await names_of(provider)
    finally:
        await provider.close()
        await asyncio.to_thread(shop.stop)


async def test_tools_stay_while_a_known_server_is_away() -> None:
    clock = Clock()
    with serving("streamable_http") as shop:
        provider = provider_of(shop, clock)
        try:
            await names_of(provider)
            await asyncio.to_thread(shop.stop)
            clock.now += FRESH_S

            assert "add" in await names_of(provider)
        finally:
            await provider.close()


async def test_agent_goes_on_without_a_server_that_talks_nonsense() -> None:
    class Nonsense:
        async def list_tools(self, *, cursor: str | None = None) -> ListToolsResult:
            return ListToolsResult.model_validate({"tools": "many"})

    @asynccontextmanager
    async def open_client(watcher: Watcher) -> AsyncIterator[Any]:
        yield Nonsense()

    provider = MCPToolProvider(open_client, clock=Clock())
    try:
        assert await names_of(provider) == []
    finally:
        await provider.close()
