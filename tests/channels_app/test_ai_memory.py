"""What the shipped memories hand out."""

import pytest

from channels_app import AIMessage, MemoryProvider, MockMemoryProvider, SlidingWindowMemory
from tests.channels_app.values import ROOM, make_context, make_event


@pytest.mark.parametrize(
    ("max_events", "kept"),
    [
        (0, []),
        (2, ["b", "c"]),
        (3, ["a", "b", "c"]),
        (50, ["a", "b", "c"]),
    ],
)
async def test_sliding_window_keeps_the_newest_in_order(max_events: int, kept: list[str]) -> None:
    recent = [make_event(text, id=text) for text in "abc"]

    result = await SlidingWindowMemory(max_events=max_events).retrieve(
        ROOM, make_event(), make_context(recent=recent)
    )

    assert [event.id for event in result.events] == kept
    assert result.messages == []


async def test_sliding_window_leaves_the_current_event_out() -> None:
    earlier, current = make_event("a"), make_event("b")

    result = await SlidingWindowMemory(max_events=1).retrieve(
        ROOM, current, make_context(recent=[earlier, current])
    )

    assert result.events == [earlier]


def test_negative_window_is_refused() -> None:
    with pytest.raises(ValueError, match="must not be negative, got -1"):
        SlidingWindowMemory(max_events=-1)


def test_window_is_fifty_events_wide_by_default() -> None:
    assert SlidingWindowMemory.__init__.__defaults__ == (50,)


async def test_mock_hands_out_what_it_was_given() -> None:
    messages, events = [AIMessage(role="user", content="Summary")], [make_event()]

    result = await MockMemoryProvider(messages, events).retrieve(
        ROOM, make_event(), make_context(), channel_id="agent"
    )

    assert (result.messages, result.events) == (messages, events)


async def test_mock_notes_what_it_was_told() -> None:
    memory = MockMemoryProvider()

    await memory.clear(ROOM)
    await memory.close()

    assert (memory.cleared, memory.closed) == ([ROOM], True)


@pytest.mark.parametrize(
    ("memory", "name"),
    [(SlidingWindowMemory(), "sliding_window"), (MockMemoryProvider(), "mock")],
)
def test_memories_have_names_for_the_log(memory: MemoryProvider, name: str) -> None:
    assert memory.name == name


async def test_sliding_window_has_nothing_to_learn_forget_or_free() -> None:
    memory = SlidingWindowMemory()

    await memory.ingest(ROOM, make_event("learned"))
    await memory.clear(ROOM)
    await memory.close()

    result = await memory.retrieve(ROOM, make_event(), make_context(recent=[make_event("kept")]))
    assert [event.content.body for event in result.events] == ["kept"]  # type: ignore[union-attr]
