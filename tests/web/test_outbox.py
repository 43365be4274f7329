import asyncio

from channels_app.consumers.outbox import ReplayOrder, SocketOutbox
from channels_app.consumers.server_frames import ServerFrame


def event(index: int) -> ServerFrame:
    return ServerFrame(f"event {index}", index=index)


def chunk(text: str, stream: str = "s") -> ServerFrame:
    return ServerFrame(text, chunk_of=stream)


async def drained(outbox: SocketOutbox) -> list[str]:
    items = [await outbox.take() for _ in range(len(outbox))]
    return [item.text for item in items if isinstance(item, ServerFrame)]


async def test_frames_come_out_in_the_order_they_went_in() -> None:
    outbox = SocketOutbox()
    for index in range(3):
        outbox.put(event(index))

    assert await drained(outbox) == ["event 0", "event 1", "event 2"]


async def test_newer_chunk_replaces_an_unsent_older_one() -> None:
    outbox = SocketOutbox()
    for text in ("I", "I see", "I see it"):
        outbox.put(chunk(text))

    assert await drained(outbox) == ["I see it"]


async def test_chunks_of_two_answers_do_not_replace_each_other() -> None:
    outbox = SocketOutbox()
    outbox.put(chunk("one", stream="a"))
    outbox.put(chunk("two", stream="b"))

    assert await drained(outbox) == ["one", "two"]


async def test_full_queue_lets_chunks_go_before_events() -> None:
    outbox = SocketOutbox(capacity=3)
    for frame in (chunk("early"), event(1), chunk("late"), event(2), event(3)):
        outbox.put(frame)

    assert await drained(outbox) == ["event 1", "event 2", "event 3"]
    assert not outbox.overflowed.is_set()


async def test_queue_full_of_events_gives_the_socket_up_instead_of_losing_one() -> None:
    outbox = SocketOutbox(capacity=2)
    for index in range(3):
        outbox.put(event(index))

    assert outbox.overflowed.is_set()
    assert len(outbox) == 0


async def test_nothing_is_taken_after_the_overflow() -> None:
    outbox = SocketOutbox(capacity=1)
    for index in range(5):
        outbox.put(event(index))

    assert len(outbox) == 0


async def test_replay_keeps_its_place_in_the_queue() -> None:
    outbox = SocketOutbox()
    outbox.put(event(1))
    outbox.put(ReplayOrder(after=1))

    assert [await outbox.take(), await outbox.take()] == [event(1), ReplayOrder(after=1)]


async def test_reader_waits_until_there_is_something() -> None:
    outbox = SocketOutbox()
    reading = asyncio.create_task(outbox.take())
    await asyncio.sleep(0)
    assert not reading.done()

    outbox.put(event(1))

    assert await reading == event(1)
