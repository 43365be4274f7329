"""Tools as an agent in a room uses them: from a person's message to the model's next question."""

import pytest

from channels_app import (
    AIChannel,
    AIResponse,
    AIToolCall,
    AIToolResultPart,
    MockAIProvider,
    WebSocketChannel,
)
from channels_app.ai.tools.base import Tool, ToolContext, ToolFault, Toolset
from channels_app.ai.tools.function import tool
from channels_app.ai.tools.mcp import MCPToolProvider
from channels_app.ai.tools.policy import ToolPolicy
from rooms import ChannelCategory, InboundMessage, RoomKit, TextContent
from rooms.domain.json import JsonObject
from rooms.stores.memory import InMemoryStore
from tests.ai.tools.mcp_shop import serving


@tool(read_only=True)
def find_order(context: ToolContext, order: str) -> str:
    if order != "20391":
        raise ToolFault(f"there is no order {order}")
    return f"packed for {context.event.source.participant_id and 'somebody'} in {context.room_id}"


def model_that_calls(name: str, **arguments: object) -> MockAIProvider:
    call = AIToolCall(id="call-1", name=name, arguments=arguments)
    return MockAIProvider(
        ai_responses=[AIResponse(content="", tool_calls=[call]), AIResponse(content="Well.")]
    )


async def told_by_tool(
    model: MockAIProvider,
    *,
    tools: tuple[Tool, ...] = (),
    toolsets: tuple[Toolset, ...] = (),
    policy: ToolPolicy | None = None,
) -> AIToolResultPart:
    """Let somebody ask, and return what the model was told of its call."""
    agent = AIChannel("agent", model, tools=tools, toolsets=toolsets, tool_policy=policy)
    kit = RoomKit(store=InMemoryStore())
    kit.register_channel(WebSocketChannel("chat"))
    kit.register_channel(agent)
    await kit.create_room("desk")
    await kit.attach_channel("desk", "chat")
    await kit.attach_channel("desk", "agent", category=ChannelCategory.INTELLIGENCE)
    content = TextContent(body="Where is it?")
    await kit.process_inbound(InboundMessage(channel_id="chat", sender_id="ann", content=content))
    await kit.close()
    told = model.calls[-1].messages[-1].content[0]
    assert isinstance(told, AIToolResultPart)
    return told


async def test_function_is_called_with_the_turn_it_serves() -> None:
    told = await told_by_tool(model_that_calls("find_order", order="20391"), tools=(find_order,))

    assert told.result == "packed for somebody in desk"
    assert not told.is_error


@pytest.mark.parametrize(
    ("arguments", "said"),
    [({"order": "7"}, "there is no order 7"), ({}, "'order' is a required property")],
)
async def test_model_is_told_what_was_wrong(arguments: JsonObject, said: str) -> None:
    told = await told_by_tool(model_that_calls("find_order", **arguments), tools=(find_order,))

    assert said in told.result
    assert told.is_error


async def test_forbidden_tool_is_hidden_and_refused() -> None:
    model = model_that_calls("find_order", order="20391")

    told = await told_by_tool(model, tools=(find_order,), policy=ToolPolicy(deny=["find_*"]))

    assert told.is_error
    assert "packed" not in told.result
    assert [each.name for each in model.calls[0].tools] == []


async def test_tools_of_a_server_are_an_agents_tools() -> None:
    with serving("streamable_http") as shop:
        provider = MCPToolProvider.from_url(shop.url)
        model = model_that_calls("add", a=1, b=2)
        try:
            told = await told_by_tool(model, toolsets=(provider,))
        finally:
            await provider.close()

    assert told.result == "3"
    assert "add" in [each.name for each in model.calls[0].tools]
