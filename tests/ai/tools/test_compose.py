"""Several sources of tools as one."""

import json

import pytest

from channels_app.ai.tools.base import ToolHandler
from channels_app.ai.tools.compose import ToolRegistry, compose_tool_handlers, unknown_tool
from channels_app.ai.tools.function import tool
from rooms.domain.json import JsonObject


@tool
def look_up(order: str) -> str:
    return order


@tool
def refund(order: str) -> str:
    return order


def knowing(name: str, answer: str) -> ToolHandler:
    async def handle(asked: str, arguments: JsonObject) -> str:
        return answer if asked == name else unknown_tool(asked)

    return handle


def saying(answer: str) -> ToolHandler:
    async def handle(name: str, arguments: JsonObject) -> str:
        return answer

    return handle


async def test_first_that_knows_a_tool_answers() -> None:
    composed = compose_tool_handlers(knowing("a", "1"), knowing("b", "2"), knowing("b", "3"))

    assert await composed("a", {}) == "1"
    assert await composed("b", {}) == "2"


async def test_last_one_says_that_nobody_knows() -> None:
    composed = compose_tool_handlers(knowing("a", "1"), saying('{"error": "UNKNOWN TOOL, sorry"}'))

    assert json.loads(await composed("c", {})) == {"error": "UNKNOWN TOOL, sorry"}


@pytest.mark.parametrize(
    "answer", ['{"error": "UNKNOWN tool: x"}', json.dumps({"error": "unknown tool"})]
)
async def test_not_mine_is_heard_in_any_case(answer: str) -> None:
    assert await compose_tool_handlers(saying(answer), saying("mine"))("x", {}) == "mine"


@pytest.mark.parametrize(
    "answer",
    ['{"error": "no such order"}', "unknown tool", '["unknown tool"]', '{"error": 7}', "", "{"],
)
async def test_any_other_answer_is_an_answer(answer: str) -> None:
    assert await compose_tool_handlers(saying(answer), saying("other"))("x", {}) == answer


@pytest.mark.parametrize("handlers", [[], [saying("x")]])
def test_fewer_than_two_are_refused(handlers: list[ToolHandler]) -> None:
    with pytest.raises(ValueError, match=f"two handlers or more, got {len(handlers)}"):
        compose_tool_handlers(*handlers)


def test_registry_gives_tools_by_name() -> None:
    registry = ToolRegistry([look_up, refund])

    assert registry.pick("refund", "look_up") == [refund, look_up]
    assert list(registry) == [look_up, refund]
    assert len(registry) == 2


def test_second_tool_of_a_name_is_refused() -> None:
    registry = ToolRegistry([look_up])

    with pytest.raises(ValueError, match="'look_up' already"):
        registry.register(tool(name="look_up")(refund.function))


def test_unknown_name_says_which_there_are() -> None:
    with pytest.raises(KeyError, match=r"no tool is named steal; there are: look_up, refund"):
        ToolRegistry([refund, look_up]).pick("look_up", "steal")
