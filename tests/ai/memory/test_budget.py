"""No more is remembered than fits."""

from typing import Any

import pytest

from channels_app.ai.memory import MockMemoryProvider, SlidingWindowMemory
from channels_app.ai.memory.budget import BudgetAwareMemory
from channels_app.ai.memory_store import build_memory_store
from channels_app.providers.base.ai import AIMessage, AIToolCallPart, AIToolResultPart
from channels_app.providers.base.legality import find_pairing_faults
from tests.ai.memory.rooms import CURRENT, indexes, numbered, recall, texts
from tests.channels_app.values import ROOM, make_event

# An event of 36 characters is 10 + 4 tokens.
EVENT_TOKENS = 14


def _memory(max_tokens: int, **options: Any) -> BudgetAwareMemory:
    inner = options.pop("inner", SlidingWindowMemory())
    return BudgetAwareMemory(inner, max_tokens, **{"safety_margin_ratio": 0.0} | options)


@pytest.mark.parametrize(
    ("tokens", "kept"),
    [
        (EVENT_TOKENS * 10, 10),
        (EVENT_TOKENS * 5, 5),
        (EVENT_TOKENS * 5 - 1, 4),
        (1, 3),  # the floor holds over budget
    ],
)
async def test_newest_events_stay(tokens: int, kept: int) -> None:
    result = await recall(_memory(tokens), numbered(10, chars=36))
    assert indexes(result) == list(range(10))[10 - kept :]


async def test_margin_and_reserve_are_not_used() -> None:
    events = numbered(10, chars=36)
    with_margin = _memory(EVENT_TOKENS * 10, safety_margin_ratio=0.5)
    with_reserve = _memory(EVENT_TOKENS * 10, reserved_tokens=EVENT_TOKENS * 6)
    assert len((await recall(with_margin, events)).events) == 5
    assert len((await recall(with_reserve, events)).events) == 4


async def test_messages_of_the_inner_memory_take_their_part() -> None:
    message = AIMessage(role="user", content="x" * 36)
    inner = MockMemoryProvider([message], numbered(10, chars=36))

    result = await recall(_memory(EVENT_TOKENS * 5, inner=inner), [])

    assert result.messages == [message]
    assert indexes(result) == [6, 7, 8, 9]


async def test_calls_of_tools_stay_with_their_results() -> None:
    call = AIToolCallPart(id="1", name="look", arguments={})
    results = [AIToolResultPart(tool_call_id="1", name="look", result="x" * 36)]
    messages = [
        AIMessage(role="user", content="old"),
        AIMessage(role="assistant", content=[call]),
        AIMessage(role="tool", content=[*results]),
        AIMessage(role="user", content="new"),
    ]
    kept = []
    for tokens in range(1, 60):
        memory = _memory(tokens, inner=MockMemoryProvider(messages), min_events=0)
        result = await recall(memory, [])
        assert find_pairing_faults(result.messages) == []
        kept.append(len(result.messages))

    assert sorted(set(kept)) == [0, 1, 3, 4]
    assert kept == sorted(kept)


@pytest.mark.parametrize(
    ("tokens", "options"),
    [
        (0, {}),
        (100, {"safety_margin_ratio": 1.0}),
        (100, {"safety_margin_ratio": -0.1}),
        (100, {"reserved_tokens": 100}),
        (100, {"min_events": -1}),
    ],
)
def test_a_budget_of_nothing_is_refused(tokens: int, options: Any) -> None:
    with pytest.raises(ValueError, match=r"leave none|must not be negative"):
        _memory(tokens, **options)


async def test_everything_else_is_the_inner_memorys() -> None:
    inner = MockMemoryProvider()
    memory = _memory(100, inner=inner)

    memory.bind(build_memory_store())
    await memory.ingest(ROOM, CURRENT, channel_id="agent")
    await memory.clear(ROOM)
    await memory.close()

    assert inner.ingested == [(ROOM, CURRENT, "agent")]
    assert (inner.cleared, inner.closed, memory.name) == ([ROOM], True, "budget_aware")


async def test_current_event_is_not_remembered() -> None:
    current = make_event(id="e3")
    result = await recall(_memory(1000), numbered(4), current=current)
    assert indexes(result) == [0, 1, 2]
    assert texts(result) == []
