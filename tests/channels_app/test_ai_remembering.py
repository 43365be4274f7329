"""What an agent tells its memory, and what it frees at the end."""

import logging

import pytest

from channels_app import (
    AIChannel,
    MockAIProvider,
    MockMemoryProvider,
)
from rooms.domain.content import EditContent, TextContent
from rooms.domain.enums import (
    EventType,
)
from rooms.domain.event import RoomEvent
from tests.channels_app.asking import PlainStreamer, ask
from tests.channels_app.values import (
    make_event,
)


async def test_memory_sees_each_event_of_others_once() -> None:
    memory = MockMemoryProvider()
    agent = AIChannel("agent", MockAIProvider(), memory=memory)
    question = make_event()

    await ask(agent, make_event(channel_id="agent", sender=None))
    await ask(agent, question)

    assert memory.ingested == memory.retrieved == [(question.room_id, question, "agent")]


async def test_memory_sees_what_needs_no_answer() -> None:
    memory = MockMemoryProvider()
    correction = make_event(
        EditContent(target_event_id="e1", new_content=TextContent(body="Hi")), type=EventType.EDIT
    )

    await ask(AIChannel("agent", MockAIProvider(), memory=memory), correction)

    assert [call.event for call in memory.ingested] == [correction]


async def test_agent_whose_memory_fails_to_learn_still_answers(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Forgetful(MockMemoryProvider):
        async def ingest(
            self, room_id: str, event: RoomEvent, *, channel_id: str | None = None
        ) -> None:
            raise OSError("disk full")

    output = await ask(AIChannel("agent", MockAIProvider(), memory=Forgetful()), make_event())

    assert len(output.response_events) == 1
    assert [each.levelno for each in caplog.records] == [logging.ERROR]


async def test_closing_the_agent_closes_model_and_memory() -> None:
    provider, memory = PlainStreamer(MockAIProvider()), MockMemoryProvider()

    await AIChannel("agent", provider, memory=memory).close()

    assert (provider.closed, memory.closed) == (True, True)


async def test_memory_is_closed_even_if_the_model_cannot_be() -> None:
    class Stuck(PlainStreamer):
        async def close(self) -> None:
            raise OSError("already gone")

    memory = MockMemoryProvider()

    with pytest.raises(OSError, match="already gone"):
        await AIChannel("agent", Stuck(MockAIProvider()), memory=memory).close()

    assert memory.closed
