"""What the suites ask a model, and how they read what it says."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from typing import Any

from channels_app.providers.base.ai import (
    AIContext,
    AIMessage,
    AIPart,
    AIProvider,
    AIResponse,
    AITextPart,
    AITool,
    AIToolCallPart,
    AIToolResultPart,
    StreamEvent,
)
from channels_app.testing.ai_provider_suite.case import AIProviderCase, Ending, Said, SaidCall

ASKED = AIMessage(role="user", content="Where are 1 and 2?")
TOOLS = [
    AITool(
        name="look_up",
        description="Finds an order.",
        parameters={
            "type": "object",
            "properties": {
                "order": {"type": "integer"},
                "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
            },
            "required": ["order"],
        },
    ),
    AITool(name="list_all", description="Lists all orders."),
]
CALLS = (
    SaidCall("call-1", "look_up", {"order": 1, "note": 'a "b"\n{c}'}),
    SaidCall("call-2", "look_up", {"order": 2}),
    SaidCall("call-3", "list_all", {}),
)
CALLING = Said(texts=("Let me", " see."), calls=CALLS, ending=Ending.TOOLS)


def question(*turns: AIMessage, **more: Any) -> AIContext:
    """Return a question as an agent asks it."""
    messages = [ASKED, *turns]
    return AIContext(messages=messages, tools=TOOLS, system_prompt="Be brief.", **more)


def next_round(answer: AIResponse) -> list[AIMessage]:
    """Return the turns that an agent adds when the tools of an answer have run; one has failed."""
    said: list[AIPart] = [*answer.thinking_parts]
    if answer.content:
        said.append(AITextPart(text=answer.content))
    said += [AIToolCallPart(**call.model_dump()) for call in answer.tool_calls]
    results: list[AIPart] = [
        AIToolResultPart(
            tool_call_id=call.id, name=call.name, result=f"result {at}", is_error=at == 0
        )
        for at, call in enumerate(answer.tool_calls)
    ]
    return [
        AIMessage(role="assistant", content=said),
        AIMessage(role="tool", content=results),
    ]


@contextmanager
def serving(case: AIProviderCase, *answers: Said) -> Iterator[tuple[AIProvider, Any]]:
    """Serve the vendor, who gives these answers; yield a provider and the vendor."""
    with case.serving() as vendor:
        for answer in answers:
            case.tell(vendor, answer)
        yield case.make_provider(vendor), vendor


async def stream(provider: AIProvider, context: AIContext) -> AsyncGenerator[StreamEvent, None]:
    """Yield the events of an answer."""
    async for event in provider.generate_structured_stream(context):
        yield event


async def read(provider: AIProvider, context: AIContext) -> list[StreamEvent]:
    """Return the events of an answer."""
    return [event async for event in stream(provider, context)]
