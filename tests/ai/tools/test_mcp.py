"""Tools of a real MCP server, over both transports."""

import asyncio
import json
from collections.abc import Iterator

import pytest

from channels_app.ai.tools.base import ToolFault, ToolRules
from channels_app.ai.tools.mcp import MCPToolProvider
from channels_app.ai.tools.mcp_session import ServerUnreachable
from channels_app.ai.tools.mcp_transport import opener
from channels_app.ai.tools.mcp_wording import MAX_DESCRIPTION_CHARS
from tests.ai.tools.mcp_shop import Shop, serving
from tests.ai.tools.turns import a_tool_context

ALL = ["add", "refund", "wait", "shop_look"]


class Watching:
    """Hears of the end of a connection."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()

    def on_end(self) -> None:
        self.ended.set()

    def on_forgotten(self) -> None:
        raise AssertionError("servers of today keep no sessions")


@pytest.fixture(scope="module", params=["streamable_http", "sse"])
def open_shop(request: pytest.FixtureRequest) -> Iterator[Shop]:
    with serving(request.param) as shop:
        yield shop


@pytest.fixture
def shop(open_shop: Shop) -> Shop:
    """Share one that no test closes."""
    open_shop.forget()
    return open_shop


@pytest.fixture(params=["streamable_http", "sse"])
def closing_shop(request: pytest.FixtureRequest) -> Iterator[Shop]:
    with serving(request.param) as shop:
        yield shop


def provider_of(shop: Shop) -> MCPToolProvider:
    return MCPToolProvider.from_url(shop.url, shop.transport)


def careful_provider_of(shop: Shop) -> MCPToolProvider:
    """Asks before each call whether the server is there."""
    return MCPToolProvider(opener(shop.url, shop.transport, {}), idle_s=0)


async def error_of(provider: MCPToolProvider, name: str, **arguments: object) -> str:
    error: str = json.loads(await provider.call_tool(name, dict(arguments)))["error"]
    return error


async def test_server_tells_its_tools(shop: Shop) -> None:
    async with provider_of(shop) as provider:
        assert provider.tool_names == ALL
        assert [each["name"] for each in provider.get_tools_as_dicts()] == ALL
        add = provider.get_tools()[0].definition
    assert add.description == "Add two numbers."
    assert add.parameters["required"] == ["a", "b"]


async def test_one_text_is_the_result(shop: Shop) -> None:
    async with provider_of(shop) as provider:
        assert await provider.call_tool("add", {"a": 1, "b": 2}) == "3"


async def test_several_parts_are_a_list_and_pictures_are_named(shop: Shop) -> None:
    async with provider_of(shop) as provider:
        result = json.loads(await provider.call_tool("shop_look", {}))

    assert result == ["front", {"type": "image", "mime_type": "image/png", "omitted": True}]


async def test_failing_tool_says_why(shop: Shop) -> None:
    async with provider_of(shop) as provider:
        assert "no order 7" in await error_of(provider, "refund", order="7")
        assert "unknown tool" in (await error_of(provider, "steal")).lower()


async def test_failing_tool_is_a_fault_for_the_engine(shop: Shop) -> None:
    async with provider_of(shop) as provider:
        refund = provider.get_tools()[1]
        with pytest.raises(ToolFault, match="no order 7"):
            await refund.run({"order": "7"}, a_tool_context())


async def test_filtered_tool_is_neither_shown_nor_called(shop: Shop) -> None:
    provider = MCPToolProvider.from_url(shop.url, shop.transport, lambda name: name == "add")
    async with provider:
        assert provider.tool_names == ["add"]
        assert "unknown tool" in (await error_of(provider, "refund", order="7")).lower()

    assert shop.calls == []


async def test_headers_go_with_every_request(shop: Shop) -> None:
    headers = {"Authorization": "Bearer s3cret"}
    async with MCPToolProvider.from_url(shop.url, shop.transport, headers=headers) as provider:
        await provider.call_tool("add", {"a": 1, "b": 2})

    assert {each.get("authorization") for each in shop.headers} == {"Bearer s3cret"}


async def test_server_that_does_not_answer_in_time_is_given_up(shop: Shop) -> None:
    async with provider_of(shop) as provider:
        result = json.loads(await provider.call_tool("wait", {}, timeout=0.1))

        assert result == {"error": "no answer within 0.1 s; nobody knows whether it was done"}
        assert await provider.call_tool("add", {"a": 1, "b": 2}) == "3"


async def test_cancelled_call_leaves_the_connection_to_others(shop: Shop) -> None:
    async with provider_of(shop) as provider:
        waiting = asyncio.create_task(provider.call_tool("wait", {}))
        await asyncio.to_thread(shop.begun.wait)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

        assert waiting.cancelled()
        assert await provider.call_tool("add", {"a": 1, "b": 2}) == "3"


async def test_several_calls_run_at_once(shop: Shop) -> None:
    async with provider_of(shop) as provider:
        calls = [provider.call_tool("add", {"a": each, "b": 0}) for each in range(10)]

        assert await asyncio.gather(*calls) == [str(each) for each in range(10)]


async def test_restarted_server_is_asked_over_a_new_connection(closing_shop: Shop) -> None:
    async with careful_provider_of(closing_shop) as provider:
        for _ in range(2):
            await asyncio.to_thread(closing_shop.stop)
            await asyncio.to_thread(closing_shop.start)

            assert await provider.call_tool("add", {"a": 1, "b": 2}) == "3"
    assert closing_shop.calls == ["add", "add"]


async def test_end_of_a_line_is_noticed_before_the_next_call() -> None:
    watcher = Watching()
    with serving("sse") as shop:
        async with opener(shop.url, "sse", {})(watcher):
            await asyncio.to_thread(shop.stop)

            await watcher.ended.wait()


async def test_restarted_server_of_the_old_kind_is_greeted_anew() -> None:
    with serving("streamable_http", is_old=True) as shop:
        async with provider_of(shop) as provider:
            await asyncio.to_thread(shop.stop)
            await asyncio.to_thread(shop.start)

            assert await provider.call_tool("add", {"a": 1, "b": 2}) == "3"
    assert any("mcp-session-id" in each for each in shop.headers)


async def test_call_that_was_cut_off_is_not_made_again(closing_shop: Shop) -> None:
    async with provider_of(closing_shop) as provider:
        cut_off = asyncio.create_task(error_of(provider, "wait"))
        await asyncio.to_thread(closing_shop.begun.wait)
        await asyncio.to_thread(closing_shop.stop)
        await asyncio.to_thread(closing_shop.start)

        assert await cut_off == "the server went away; nobody knows whether it was done"
        assert await provider.call_tool("add", {"a": 1, "b": 2}) == "3"
    assert closing_shop.calls == ["wait", "add"]


async def test_server_that_is_away_did_nothing(closing_shop: Shop) -> None:
    async with careful_provider_of(closing_shop) as provider:
        await asyncio.to_thread(closing_shop.stop)

        assert "cannot be reached; nothing was done" in await error_of(provider, "add", a=1, b=2)
    with pytest.raises(ServerUnreachable):
        await provider_of(closing_shop).__aenter__()


async def test_each_event_loop_has_its_own_connection(shop: Shop) -> None:
    provider = provider_of(shop)

    async def elsewhere() -> str:
        try:
            return await provider.call_tool("add", {"a": 2, "b": 2})
        finally:
            await provider.close()

    async with provider:
        assert await asyncio.to_thread(asyncio.run, elsewhere()) == "4"
        assert await provider.call_tool("add", {"a": 1, "b": 2}) == "3"


async def test_handler_takes_prefixed_names_and_leaves_foreign_ones(shop: Shop) -> None:
    async with provider_of(shop) as provider:
        handle = provider.as_tool_handler()

        assert await handle("mcp__shop__add", {"a": 1, "b": 2}) == "3"
        assert json.loads(await handle("weather", {})) == {"error": "Unknown tool: weather"}


async def test_stranger_is_not_believed(shop: Shop) -> None:
    async with provider_of(shop) as provider:
        look = provider.get_tools()[3]

    assert look.definition.description.startswith("Look at it. Long.")
    assert len(look.definition.description) == MAX_DESCRIPTION_CHARS
    assert look.rules == ToolRules(timeout_s=30.0)


async def test_site_says_what_the_engine_must_know(shop: Shop) -> None:
    provider = MCPToolProvider.from_url(
        shop.url, shop.transport, rules=lambda name: ToolRules(needs_approval=name == "refund")
    )
    async with provider:
        decided = {each.definition.name: each.rules.needs_approval for each in provider.get_tools()}

    assert decided == {"add": False, "refund": True, "wait": False, "shop_look": False}


async def test_tools_are_unknown_before_the_first_connection(shop: Shop) -> None:
    with pytest.raises(RuntimeError, match="async with provider"):
        provider_of(shop).get_tools()


def test_unknown_transport_is_refused() -> None:
    with pytest.raises(ValueError, match="carrier_pigeon"):
        MCPToolProvider.from_url("http://127.0.0.1/", "carrier_pigeon")  # type: ignore[arg-type]  # that is what is tested
