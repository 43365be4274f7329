"""The text of an answer on its way to one reader."""

import asyncio

import pytest

from rooms import AnswerStream
from rooms.testing.clock import FakeClock
from rooms.testing.factories import make_event

EVENT = make_event("It shipped yesterday.")


async def read(stream: AnswerStream) -> list[str]:
    """Read the stream to its end."""
    return [delta async for delta in stream]


@pytest.fixture
def stream() -> AnswerStream:
    return AnswerStream()


async def test_each_delta_comes_out_as_it_is_fed(stream: AnswerStream, clock: FakeClock) -> None:
    reading = asyncio.ensure_future(read(stream))
    for delta in ("It ", "shipped ", "yesterday."):
        stream.feed(delta)
        await clock.settle()

    stream.finish(EVENT)

    assert await reading == ["It ", "shipped ", "yesterday."]


async def test_deltas_that_pile_up_come_out_joined(stream: AnswerStream) -> None:
    for delta in ("It ", "shipped ", "yesterday."):
        stream.feed(delta)
    stream.finish(EVENT)

    assert await read(stream) == ["It shipped yesterday."]


async def test_reader_waits_for_the_next_delta(stream: AnswerStream, clock: FakeClock) -> None:
    stream.feed("It ")
    first = await anext(stream)
    reading = asyncio.ensure_future(read(stream))
    await clock.settle()
    waited = not reading.done()

    stream.feed("shipped")
    stream.finish(EVENT)

    assert (first, waited, await reading) == ("It ", True, ["shipped"])


@pytest.mark.parametrize("event", [EVENT, None])  # None: it was blocked, take the text back
async def test_ended_stream_says_what_was_stored(stream: AnswerStream, event: object) -> None:
    stream.finish(EVENT if event else None)

    await read(stream)

    assert stream.event is event


async def test_failure_is_seen_after_the_text_that_came_before_it(stream: AnswerStream) -> None:
    stream.feed("It ")
    stream.fail(RuntimeError("model is gone"))

    first = await anext(stream)

    assert first == "It "
    with pytest.raises(RuntimeError, match="model is gone"):
        await anext(stream)


async def test_waiting_reader_is_told_of_the_failure(
    stream: AnswerStream, clock: FakeClock
) -> None:
    reading = asyncio.ensure_future(read(stream))
    await clock.settle()

    stream.fail(RuntimeError("model is gone"))

    with pytest.raises(RuntimeError, match="model is gone"):
        await reading


async def test_ended_stream_stays_ended(stream: AnswerStream) -> None:
    stream.finish(EVENT)
    await read(stream)

    assert await read(stream) == []
