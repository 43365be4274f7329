"""Ordinary functions as tools: what a model is told of them, and how they are called."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from channels_app.ai.tools import threads
from channels_app.ai.tools.arguments import validate
from channels_app.ai.tools.base import Tool, ToolContext, ToolFault
from channels_app.ai.tools.function import FunctionTool, tool
from rooms.domain.json import JsonObject
from tests.ai.tools.turns import a_tool_context

language: ContextVar[str] = ContextVar("language", default="en")


class Size(StrEnum):
    SMALL = "s"
    LARGE = "l"


class Line(BaseModel):
    sku: str
    count: int = 1


@dataclass
class Parcel:
    number: str
    due: date
    price: Decimal


@tool
def look_up(order: str, days: int = 7, *, unit: Literal["C", "F"] | None = None) -> str:
    """Look up an order.

    Give it back as text.

    Args:
        order: The number,
            as it is printed.
        days (int): How far back.

    Returns:
        What was found.
    """
    return f"{order} {days} {unit}"


@tool
async def who(context: ToolContext, greeting: str) -> str:
    return f"{greeting} {context.channel_id}"


async def run(tool: Tool, **arguments: Any) -> str:
    return await tool.run(arguments, a_tool_context())


def returning(result: Any) -> FunctionTool:
    @tool
    def give() -> Any:
        return result

    return give


def test_function_is_a_tool() -> None:
    assert isinstance(look_up, Tool)


def test_model_is_told_name_description_and_arguments() -> None:
    told = look_up.definition

    assert told.name == "look_up"
    assert told.description == "Look up an order.\n\nGive it back as text."
    assert told.parameters == {
        "type": "object",
        "properties": {
            "order": {"type": "string", "description": "The number, as it is printed."},
            "days": {"type": "integer", "default": 7, "description": "How far back."},
            "unit": {
                "anyOf": [{"enum": ["C", "F"], "type": "string"}, {"type": "null"}],
                "default": None,
            },
        },
        "required": ["order"],
        "additionalProperties": False,
    }


def test_hint_describes_an_argument_before_the_docstring_does() -> None:
    @tool
    def pay(amount: Annotated[int, Field(description="In cents.", gt=0)]) -> None:
        """Pay.

        Args:
            amount: How much.
        """

    assert pay.definition.parameters["properties"]["amount"] == {
        "type": "integer",
        "description": "In cents.",
        "exclusiveMinimum": 0,
    }


def test_model_is_not_told_of_the_context() -> None:
    assert list(who.definition.parameters["properties"]) == ["greeting"]


def test_code_may_call_it_as_before() -> None:
    assert look_up("A1", unit="C") == "A1 7 C"


async def test_asynchronous_function_runs_with_the_context_of_the_turn() -> None:
    assert await run(who, greeting="Hello") == "Hello agent"


async def test_synchronous_function_runs_in_a_thread_with_the_callers_variables() -> None:
    @tool
    def where() -> str:
        return f"{language.get()} {threading.current_thread() is threading.main_thread()}"

    language.set("fr")

    assert await run(where) == "fr False"


async def test_waiting_function_leaves_the_loop_to_others() -> None:
    called, may_end = threading.Event(), threading.Event()

    @tool
    def block() -> str:
        called.set()
        may_end.wait()
        return "done"

    blocked = asyncio.create_task(run(block))
    await asyncio.to_thread(called.wait)
    may_end.set()

    assert await blocked == "done"


async def test_arguments_become_what_the_function_wants() -> None:
    @tool
    def ship(lines: list[Line], on: date, size: Size, note: str = "") -> str:
        return f"{lines[0].sku} x{lines[0].count} {on:%d.%m.} {size.name}{note}"

    result = await run(ship, lines=[{"sku": "A", "count": "2"}], on="2026-03-01", size="l")

    assert result == "A x2 01.03. LARGE"


@pytest.mark.parametrize("name", ["json", "copy", "schema", "model_config", "argument_1", "self_"])
async def test_argument_may_have_any_name(name: str) -> None:
    scope: dict[str, Any] = {}
    exec(f"def echo({name}: str, other: str = ''): return {name}", scope)  # noqa: S102 - our text

    assert await run(tool(scope["echo"]), **{name: "x"}) == "x"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "order: Field required"),
        ({"order": "A1", "days": "soon"}, "days: Input should be a valid integer"),
        ({"order": "A1", "zip": "75001"}, "zip: Extra inputs are not permitted"),
        ({"order": "A1", "unit": "K"}, "unit: Input should be 'C' or 'F'"),
        # The names of our own fields are nobody's business.
        ({"argument_0": "A1"}, "order: Field required"),
    ],
)
async def test_wrong_arguments_are_told_to_the_model(arguments: JsonObject, said: str) -> None:
    with pytest.raises(ToolFault, match="arguments are wrong") as fault:
        await look_up.run(arguments, a_tool_context())

    assert said in str(fault.value)
    assert validate(arguments, look_up.definition.parameters)


@pytest.mark.parametrize(
    ("result", "text"),
    [
        ("as it is", "as it is"),
        ("", ""),
        (None, "null"),
        ({"città": [1, 2.5, True]}, '{"città":[1,2.5,true]}'),
        (Line(sku="A"), '{"sku":"A","count":1}'),
        (
            [Parcel("1", date(2026, 3, 1), Decimal("9.90"))],
            '[{"number":"1","due":"2026-03-01","price":"9.90"}]',
        ),
        ({Size.LARGE}, '["l"]'),
        (float("nan"), "null"),
        ((number for number in (1, 2)), "[1,2]"),
    ],
    ids=lambda value: type(value).__name__,  # a generator shows where it lies
)
async def test_result_is_text_or_json(result: Any, text: str) -> None:
    assert await run(returning(result)) == text


async def test_result_that_is_no_json_is_the_developers_error() -> None:
    with pytest.raises(TypeError, match="'give' returned Event"):
        await run(returning(threading.Event()))


async def test_fault_of_a_function_reaches_the_model_as_it_is() -> None:
    @tool
    def refund(order: str) -> str:
        raise ToolFault(f"{order} is not paid yet")

    with pytest.raises(ToolFault, match=r"^A1 is not paid yet$"):
        await run(refund, order="A1")


def test_options_are_the_rules_of_the_engine() -> None:
    @tool(name="give_back", description="Give money back.", needs_approval=True, roles={"owner"})
    def refund(order: str) -> str:
        return order

    assert refund.definition.name == "give_back"
    assert refund.definition.description == "Give money back."
    assert refund.rules.needs_approval is True
    assert refund.rules.roles == frozenset({"owner"})
    assert refund.rules.timeout_s == 60.0
    assert not refund.rules.read_only


def test_same_options_declare_several_functions() -> None:
    restricted = tool(roles={"owner"}, timeout_s=5.0, read_only=True, idempotent=True)

    declared = [restricted(look_up.function), restricted(who.function)]

    assert [each.rules.roles for each in declared] == [frozenset({"owner"})] * 2
    assert [each.rules.timeout_s for each in declared] == [5.0, 5.0]


def test_one_role_is_no_set_of_letters() -> None:
    with pytest.raises(TypeError, match=r"roles=\{'owner'\}"):
        tool(**{"roles": "owner"})(look_up.function)  # type: ignore[call-overload]  # is tested


async def test_method_is_declared_bound_to_its_object() -> None:
    class Shop:
        def price(self, sku: str) -> str:
            return f"{sku}: 9.90"

    assert await run(tool(Shop().price), sku="A") == "A: 9.90"


def test_argument_without_a_type_is_refused() -> None:
    def price(sku):  # type: ignore[no-untyped-def]  # that is what is tested
        return sku

    with pytest.raises(TypeError, match="'sku' of tool 'price' has no type hint"):
        tool(price)


def test_argument_without_a_name_is_refused() -> None:
    def price(*skus: str) -> None: ...

    with pytest.raises(TypeError, match="'skus' of tool 'price' cannot be given by name"):
        tool(price)


@pytest.mark.parametrize("name", ["look up", "prix_é", "x" * 65])
def test_name_that_vendors_refuse_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no name for a tool"):
        tool(name=name)(look_up.function)


async def test_care_is_taken_around_each_call_in_its_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[tuple[str, int]] = []

    @contextmanager
    def care() -> Iterator[None]:
        seen.append(("before", threading.get_ident()))
        yield
        seen.append(("after", threading.get_ident()))

    @tool
    def work() -> None:
        seen.append(("work", threading.get_ident()))

    monkeypatch.setattr(threads, "_cares", [])
    threads.register_care(care)
    threads.register_care(care)
    await run(work)

    assert [what for what, _ in seen] == ["before", "work", "after"]
    assert len({where for _, where in seen}) == 1
