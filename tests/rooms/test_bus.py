"""The bus of one process, and ephemeral events over a bus."""

from typing import Any

import pytest

from rooms.layer.queues import TopicQueues
from rooms.realtime import (
    BusRealtime,
    EphemeralEvent,
    EphemeralEventType,
    LocalBus,
)
from tests.steps import Seen

TYPING = EphemeralEvent(room_id="r", type=EphemeralEventType.TYPING_START, user_id="u")


@pytest.fixture
async def bus() -> LocalBus:
    return LocalBus()


def noting(seen: Seen[Any]) -> Any:
    async def note(message: dict[str, Any]) -> None:
        seen.note(message)

    return note


async def test_publish_returns_once_all_subscribers_have_the_message(bus: LocalBus) -> None:
    seen: Seen[Any] = Seen()
    for _ in range(2):
        await bus.subscribe("t", noting(seen))

    await bus.publish("t", {"n": 1})
    await bus.publish("other", {"n": 2})

    assert seen.items == [{"n": 1}] * 2


async def test_ended_subscription_hears_nothing(bus: LocalBus) -> None:
    seen: Seen[Any] = Seen()
    subscription = await bus.subscribe("t", noting(seen))

    for _ in range(2):
        await bus.unsubscribe(subscription)
    await bus.publish("t", {"n": 1})

    assert seen.items == []


async def test_closed_bus_has_no_subscribers(bus: LocalBus) -> None:
    seen: Seen[Any] = Seen()
    await bus.subscribe("t", noting(seen))

    await bus.close()
    await bus.publish("t", {"n": 1})

    assert seen.items == []


async def test_failing_gap_callback_keeps_the_others_informed(
    bus: LocalBus, caplog: pytest.LogCaptureFixture
) -> None:
    told: Seen[str] = Seen()

    async def fail() -> None:
        raise ValueError("no")

    bus.on_gap(fail)
    bus.on_gap(lambda: told.note("gap"))

    await bus.tell_gap()

    assert told.items == ["gap"]
    assert "gap callback failed" in caplog.text


# -- ephemeral events


async def test_ephemeral_event_reaches_every_process_once(bus: LocalBus) -> None:
    here, there = BusRealtime(bus), BusRealtime(bus)
    seen: list[Seen[EphemeralEvent]] = [Seen(), Seen()]
    for realtime, each in zip((here, there), seen, strict=True):
        await realtime.subscribe_to_room("r", each.note)

    await here.publish_to_room("r", TYPING)
    await there.publish_to_room("r", TYPING)

    assert [await each.until(2) for each in seen] == [[TYPING, TYPING]] * 2


async def test_last_subscriber_takes_the_room_off_the_bus(bus: LocalBus) -> None:
    realtime, seen = BusRealtime(bus), Seen[EphemeralEvent]()
    first, second = [await realtime.subscribe_to_room("r", seen.note) for _ in range(2)]

    ended = [await realtime.unsubscribe(each) for each in (first, second, second)]
    await BusRealtime(bus).publish_to_room("r", TYPING)

    assert (ended, seen.items) == ([True, True, False], [])


async def test_unreadable_ephemeral_event_passes_by(
    bus: LocalBus, caplog: pytest.LogCaptureFixture
) -> None:
    realtime, seen = BusRealtime(bus), Seen[EphemeralEvent]()
    await realtime.subscribe_to_room("r", seen.note)

    await bus.publish("realtime:room:r", {"type": "of tomorrow", "room_id": "r", "user_id": "u"})
    await bus.publish("realtime:room:r", TYPING.to_dict())

    assert await seen.until(1) == [TYPING]
    assert "unreadable ephemeral event" in caplog.text


async def test_closed_realtime_hears_nothing(bus: LocalBus) -> None:
    realtime, seen = BusRealtime(bus), Seen[EphemeralEvent]()
    await realtime.subscribe_to_room("r", seen.note)

    await realtime.close()
    await BusRealtime(bus).publish_to_room("r", TYPING)

    assert seen.items == []


# -- what waits for slow subscribers


async def test_full_queue_loses_its_oldest_and_says_so() -> None:
    told: Seen[Any] = Seen()
    lost: Seen[str] = Seen()

    async def tell(topic: str, message: dict[str, Any]) -> None:
        told.note(message["n"])

    queues = TopicQueues(tell, on_overflow=lambda: lost.note("gap"), capacity=2)
    for number in range(4):
        queues.put("t", {"n": number})

    assert await told.until(2) == [2, 3]
    assert len(lost) == 2
