"""Delegation by a model: it calls a tool, goes on talking, and is told the result later."""

import asyncio
import json
from typing import Any

import pytest

from channels_app import AIChannel, AIResponse, AIToolCall, AIToolResultPart, MockAIProvider
from channels_app.delegation.handler import SAME_TASK_S, DelegateHandler
from channels_app.delegation.setup import setup_delegation
from channels_app.delegation.tool import DELEGATE_TOOL, build_delegate_tool
from rooms import RoomKit
from rooms.delegated.strategies import ImmediateDelivery
from rooms.domain.json import JsonObject
from rooms.stores.memory import InMemoryStore
from rooms.testing.clock import FakeClock
from rooms.testing.rig import ScriptedAgent, bodies, text
from tests.ai.tasks.desk import ROOM, Desk
from tests.steps import until

TASK: JsonObject = {"agent": "worker", "task": "count"}


def calling(**arguments: Any) -> AIResponse:
    call = AIToolCall(id="t1", name="delegate_task", arguments=arguments)
    return AIResponse(content="", tool_calls=[call])


def saying(words: str) -> AIResponse:
    return AIResponse(content=words, finish_reason="stop")


# -- what the model is told of it


def test_the_tool_names_the_agents_it_may_be_used_for() -> None:
    tool = build_delegate_tool([("worker", "counts things"), ("other", None)])

    agent = tool.parameters["properties"]["agent"]
    assert agent["enum"] == ["worker", "other"]
    assert "- worker: counts things\n- other" in agent["description"]
    assert tool.parameters["required"] == ["agent", "task"]


def test_the_general_tool_names_none() -> None:
    assert "enum" not in DELEGATE_TOOL.parameters["properties"]["agent"]


# -- the handler


async def test_the_handler_begins_a_task(desk: Desk) -> None:
    told = await DelegateHandler(desk.kit).handle(ROOM, "main", TASK | {"context": {"a": 1}})

    assert (told["status"], told["agent_id"]) == ("delegated", "worker")
    child = await desk.kit.get_room(told["child_room_id"])
    assert (child.metadata["task_id"], child.metadata["task_context"]) == (
        told["task_id"],
        {"a": 1},
    )


async def test_the_handler_shares_what_it_was_told_to(desk: Desk) -> None:
    handler = DelegateHandler(desk.kit, default_share_channels=["person"])

    told = await handler.handle(ROOM, "main", TASK)

    assert set(await desk.bindings(told["child_room_id"])) == {"worker", "person"}


async def test_the_same_task_is_begun_once(desk: Desk) -> None:
    handler = DelegateHandler(desk.kit)

    told = await asyncio.gather(*(handler.handle(ROOM, "main", TASK) for _ in range(3)))
    other = await handler.handle(ROOM, "main", TASK | {"task": "sum up"})

    await desk.kit.pipeline.drain(timeout=5)
    assert len({each["task_id"] for each in told}) == 1
    assert other["task_id"] != told[0]["task_id"]
    assert len(desk.worker.asked) == 2


async def test_the_same_task_may_be_begun_again_later(clock: FakeClock) -> None:
    desk = Desk(RoomKit(InMemoryStore(), clock=clock))
    await desk.open()
    handler = DelegateHandler(desk.kit)

    first = await handler.handle(ROOM, "main", TASK)
    await clock.advance(SAME_TASK_S + 1)
    second = await handler.handle(ROOM, "main", TASK)

    assert first["task_id"] != second["task_id"]
    await desk.kit.close()


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"agent": "worker"}, "needs an agent and a task"),
        ({"agent": "nobody", "task": "count"}, "the task was not delegated: "),
        ({"agent": "main", "task": "count"}, "you cannot delegate to yourself"),
        (TASK | {"share_channels": ["nobody"]}, "the task was not delegated: "),
    ],
)
async def test_what_cannot_be_done_is_told_the_model(
    desk: Desk, arguments: JsonObject, error: str
) -> None:
    told = await DelegateHandler(desk.kit).handle(ROOM, "main", arguments)

    assert error in told["error"]
    assert desk.worker.asked == []


# -- an agent with the tool


async def talking(kit: RoomKit, *answers: AIResponse) -> MockAIProvider:
    """Open a room with a person and an agent that may delegate to the worker; return its model."""
    desk = Desk(kit)
    kit.register_channel(desk.person)
    kit.register_channel(desk.worker)
    model = MockAIProvider(ai_responses=[*answers])
    agent = AIChannel("agent", model)
    handler = DelegateHandler(kit, delivery_strategy=ImmediateDelivery())
    setup_delegation(agent, handler, tool=build_delegate_tool([("worker", None)]))
    kit.register_channel(agent)
    await kit.create_room(ROOM)
    await kit.attach_channel(ROOM, "person")
    await kit.attach_channel(ROOM, "agent")
    return model


async def test_an_agent_delegates_and_tells_the_result_later(kit: RoomKit) -> None:
    model = await talking(kit, calling(**TASK), saying("I am on it"), saying("It is 42"))

    await kit.process_inbound(text("person", "ann", "how many?", room_id=ROOM))
    await until(lambda: len(model.calls) == 3)
    await kit.pipeline.drain(timeout=5)

    said = [event for event in await kit.store.list_events(ROOM) if event.visibility == "all"]
    assert bodies(said) == ["how many?", "I am on it", "It is 42"]


async def test_an_agent_outside_the_list_is_refused(kit: RoomKit) -> None:
    kit.register_channel(other := ScriptedAgent("other", "no"))
    model = await talking(kit, calling(agent="other", task="count"), saying("I cannot"))

    await kit.process_inbound(text("person", "ann", "how many?", room_id=ROOM))

    result = model.calls[1].messages[-1].content[0]
    assert isinstance(result, AIToolResultPart)
    assert "'other' is not one of ['worker']" in result.result
    assert other.asked == []


async def test_other_tools_keep_their_handler(kit: RoomKit) -> None:
    async def others(name: str, arguments: JsonObject) -> str:
        return f"ran {name}"

    agent = AIChannel("agent", MockAIProvider(), tool_handler=others)
    setup_delegation(agent, DelegateHandler(kit))

    assert agent.tool_handler is not None
    assert await agent.tool_handler("look_up", {}) == "ran look_up"
    assert "no conversation" in json.loads(await agent.tool_handler("delegate_task", TASK))["error"]


async def test_an_agent_without_other_tools_knows_no_other(kit: RoomKit) -> None:
    agent = AIChannel("agent", MockAIProvider())
    setup_delegation(agent, DelegateHandler(kit))

    assert agent.tool_handler is not None
    assert json.loads(await agent.tool_handler("look_up", {})) == {
        "error": "unknown tool 'look_up'"
    }


def test_an_agent_is_given_the_tool_once(kit: RoomKit) -> None:
    agent = AIChannel("agent", MockAIProvider())
    setup_delegation(agent, DelegateHandler(kit))

    with pytest.raises(RuntimeError, match="already"):
        setup_delegation(agent, DelegateHandler(kit))
