"""Cases, contestants and tools for the tests of trials."""

from typing import Any

from channels_app import AIChannel, MockAIProvider, tool
from channels_app.ai.tools.base import Tool
from channels_app.evaluation.answers import Answered, CalledTool, ToolAnswerSource
from channels_app.evaluation.cases import Case, parse_case
from channels_app.evaluation.replay import Replay
from channels_app.evaluation.tape import Tape, TapedTool
from channels_app.providers.base.ai import AIContext
from rooms.domain.json import JsonObject

REFUNDED: list[str] = []


@tool(read_only=True)
def look_up(order: str) -> str:
    """Look an order up."""
    return f"order {order} is on its way"


@tool(needs_approval=True)
def refund(order: str) -> str:
    """Give the money back."""
    REFUNDED.append(order)
    return "done"


def customer(text: str) -> JsonObject:
    """Return what a customer said."""
    return {"author": "customer", "text": text}


def agent(text: str) -> JsonObject:
    """Return what the agent said then."""
    return {"author": "agent", "text": text}


def colleague(text: str) -> JsonObject:
    """Return what a person of the house said."""
    return {"author": "colleague", "text": text}


def used(name: str, result: str, **arguments: Any) -> JsonObject:
    """Return what a tool answered then."""
    return {"author": "tool", "name": name, "arguments": arguments, "result": result}


def a_case(*events: JsonObject, checks: list[JsonObject] | None = None) -> Case:
    """Return a case."""
    return parse_case("case", list(events), checks or [])


def answered(text: str, *tools: str, **fields: Any) -> Answered:
    """Return an answer, for which these tools were called."""
    called = [CalledTool(name=name, source=ToolAnswerSource.RECORDED) for name in tools]
    return Answered(**{"customer": "?", "answer": text, "tools": tuple(called)} | fields)


async def replay(case: Case, model: MockAIProvider, *tools: Tool) -> list[Answered]:
    """Ask an agent with these tools the questions of a case."""
    tape = Tape(case.tools)
    made = Replay(AIChannel("agent", model, tools=[TapedTool(each, tape) for each in tools]))
    try:
        return await made.answer(case, tape)
    finally:
        await made.close()


def shown(context: AIContext) -> list[tuple[str, str]]:
    """Return what a model was shown of a conversation."""
    return [(message.role, str(message.content)) for message in context.messages]
