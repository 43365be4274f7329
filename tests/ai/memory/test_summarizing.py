"""Long messages are cut first, then summarised, then dropped."""

from typing import Any

import pytest

from channels_app.ai.memory import SlidingWindowMemory
from channels_app.ai.memory.summarizing import SummarizingMemory
from channels_app.ai.memory_store import build_memory_store
from channels_app.ai.store import AIStore
from channels_app.providers.base.ai import ProviderError
from channels_app.providers.mock.ai import MockAIProvider
from rooms.domain.content import MediaContent, text_of
from rooms.domain.event import RoomEvent
from tests.ai.memory.rooms import AGENT, asked, indexes, numbered, recall, said, texts
from tests.channels_app.values import ROOM


@pytest.fixture
def store() -> AIStore:
    return build_memory_store()


def _memory(
    store: AIStore, model: MockAIProvider, tokens: int, **options: Any
) -> SummarizingMemory:
    given: dict[str, Any] = {"safety_margin_ratio": 0.0, "min_events": 2} | options
    memory = SummarizingMemory(SlidingWindowMemory(100), model, tokens, **given)
    memory.bind(store)
    return memory


def _lengths(events: list[RoomEvent]) -> list[int]:
    return [len(text_of(event.content)) for event in events]


async def test_up_to_half_of_what_fits_nothing_is_changed(store: AIStore) -> None:
    model = MockAIProvider()
    events = numbered(4, chars=3000)  # 755 tokens each
    result = await recall(_memory(store, model, 2 * 4 * 755), events)
    assert (result.events, model.calls) == (events, [])


async def test_then_long_messages_of_the_older_half_are_cut(store: AIStore) -> None:
    model = MockAIProvider()
    events = numbered(4, chars=3000)

    result = await recall(_memory(store, model, 2 * 4 * 755 - 2), events)

    assert indexes(result) == [0, 1, 2, 3]
    assert text_of(result.events[0].content).endswith("… [1000 more characters]")
    assert _lengths(result.events)[:2] == [2024, 2024]
    assert result.events[2:] == events[2:]
    assert model.calls == []


async def test_short_messages_and_pictures_are_not_cut(store: AIStore) -> None:
    picture = MediaContent(
        url="https://example.org/a.png", mime_type="image/png", caption="x" * 3000
    )
    short = said("hello", first=1)
    events = [short[0].model_copy(update={"content": picture, "index": 0}), *short]
    events += numbered(2, first=2, chars=3000)

    result = await recall(_memory(store, MockAIProvider(), 4000), events)

    assert result.events == events


async def test_then_older_messages_are_summarised(store: AIStore) -> None:
    model = MockAIProvider(["notes"])

    result = await recall(_memory(store, model, 1000), numbered(10, chars=396))  # 104 tokens each

    assert texts(result)[0].endswith("notes")
    assert indexes(result) == [6, 7, 8, 9]
    kept = await store.summaries.get(ROOM, AGENT)
    assert kept is not None
    assert kept.upto_index == 5


async def test_summary_is_carried_on(store: AIStore) -> None:
    model = MockAIProvider(["first notes", "second notes"])
    await recall(_memory(store, model, 1000), numbered(10, chars=396))

    result = await recall(_memory(store, model, 1000), numbered(16, chars=396))

    assert "first notes" in asked(model.calls[1])
    assert "message 5." not in asked(model.calls[1])
    assert texts(result)[0].endswith("second notes")


async def test_what_is_still_too_much_is_dropped(store: AIStore) -> None:
    model = MockAIProvider(errors=[ProviderError("down")])
    result = await recall(_memory(store, model, 1000), numbered(20, chars=396))
    assert indexes(result) == list(range(12, 20))
    assert "could not be made" in texts(result)[0]


async def test_without_a_reader_nothing_is_summarised(store: AIStore) -> None:
    model = MockAIProvider()
    memory = _memory(store, model, 1000)
    result = await recall(memory, numbered(20, chars=396), channel_id=None)
    assert indexes(result) == list(range(11, 20))
    assert model.calls == []


async def test_clearing_forgets_the_summary(store: AIStore) -> None:
    memory = _memory(store, MockAIProvider(["notes"]), 1000)
    await recall(memory, numbered(10, chars=396))
    await memory.clear(ROOM)
    await memory.close()
    assert await store.summaries.get(ROOM, AGENT) is None
    assert memory.name == "summarizing"


@pytest.mark.parametrize(
    "options",
    [{"cut_ratio": 0.9}, {"cut_ratio": -0.1}, {"summary_ratio": 1.1}, {"min_events": 40}],
)
def test_limits_that_contradict_each_other_are_refused(store: AIStore, options: Any) -> None:
    with pytest.raises(ValueError, match=r"ratio|min_events"):
        _memory(store, MockAIProvider(), 1000, **options)
