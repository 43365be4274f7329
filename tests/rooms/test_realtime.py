"""Ephemeral events inside one process."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from rooms.realtime import EphemeralEvent, EphemeralEventType, InMemoryRealtime
from rooms.testing.clock import FakeClock

TYPING = EphemeralEventType.TYPING_START


@pytest.fixture
async def realtime() -> AsyncIterator[InMemoryRealtime]:
    backend = InMemoryRealtime()
    yield backend
    await backend.close()


def event(user_id: str = "ann", room_id: str = "r1") -> EphemeralEvent:
    return EphemeralEvent(room_id, TYPING, user_id)


async def settle() -> None:
    """Let the subscribers take what is queued for them."""
    await FakeClock().settle()


class Subscriber:
    """Notes whom it was told of; may be held up."""

    def __init__(self) -> None:
        self.users: list[str] = []
        self.free = asyncio.Event()
        self.free.set()

    async def __call__(self, told: EphemeralEvent) -> None:
        await self.free.wait()
        self.users.append(told.user_id)


async def test_subscriber_is_told_in_order(realtime: InMemoryRealtime) -> None:
    subscriber = Subscriber()
    await realtime.subscribe("topic", subscriber)

    for user in ("ann", "bob", "cid"):
        await realtime.publish("topic", event(user))
    await settle()

    assert subscriber.users == ["ann", "bob", "cid"]


async def test_plain_function_may_subscribe(realtime: InMemoryRealtime) -> None:
    told: list[EphemeralEvent] = []
    await realtime.subscribe("topic", told.append)
    sent = event()

    await realtime.publish("topic", sent)
    await settle()

    assert told == [sent]


async def test_rooms_do_not_hear_each_other(realtime: InMemoryRealtime) -> None:
    first, second = Subscriber(), Subscriber()
    await realtime.subscribe_to_room("r1", first)
    await realtime.subscribe_to_room("r2", second)

    await realtime.publish_to_room("r1", event())
    await settle()

    assert (first.users, second.users) == (["ann"], [])


async def test_every_subscriber_of_a_room_is_told(realtime: InMemoryRealtime) -> None:
    subscribers = [Subscriber() for _ in range(3)]
    for subscriber in subscribers:
        await realtime.subscribe_to_room("r1", subscriber)

    await realtime.publish_to_room("r1", event())
    await settle()

    assert [s.users for s in subscribers] == [["ann"]] * 3


async def test_publishing_to_nobody_is_fine(realtime: InMemoryRealtime) -> None:
    await realtime.publish_to_room("r1", event())

    assert realtime.subscription_count == 0


async def test_slow_subscriber_holds_up_nobody(realtime: InMemoryRealtime) -> None:
    slow, quick = Subscriber(), Subscriber()
    slow.free.clear()
    await realtime.subscribe("topic", slow)
    await realtime.subscribe("topic", quick)

    await realtime.publish("topic", event())
    await settle()

    assert (slow.users, quick.users) == ([], ["ann"])


async def test_full_queue_drops_the_oldest(caplog: pytest.LogCaptureFixture) -> None:
    realtime, slow = InMemoryRealtime(max_queue_size=3), Subscriber()
    slow.free.clear()
    await realtime.subscribe("topic", slow)

    for number in range(7):
        await realtime.publish("topic", event(str(number)))
        await settle()
    slow.free.set()
    await settle()

    # the first was being handled already, the last three were still queued
    assert slow.users == ["0", "4", "5", "6"]
    assert [r.levelno for r in caplog.records] == [logging.WARNING]


@pytest.mark.parametrize(("published", "kept"), [(100, 100), (101, 100)])
async def test_queue_holds_a_hundred_events(
    realtime: InMemoryRealtime, published: int, kept: int
) -> None:
    subscriber = Subscriber()
    await realtime.subscribe("topic", subscriber)

    for number in range(published):
        await realtime.publish("topic", event(str(number)))
    await settle()

    assert subscriber.users == [str(n) for n in range(published - kept, published)]


async def test_failing_subscriber_is_logged_and_told_again(
    realtime: InMemoryRealtime, caplog: pytest.LogCaptureFixture
) -> None:
    other, told = Subscriber(), list[str]()

    def fail_first(event: EphemeralEvent) -> None:
        told.append(event.user_id)
        if event.user_id == "ann":
            raise RuntimeError("cannot draw")

    await realtime.subscribe("topic", fail_first)
    await realtime.subscribe("topic", other)
    for user in ("ann", "bob"):
        await realtime.publish("topic", event(user))
    await settle()

    assert told == other.users == ["ann", "bob"]
    assert "cannot draw" in caplog.text


async def test_unsubscribed_is_told_no_more(realtime: InMemoryRealtime) -> None:
    subscriber = Subscriber()
    subscription_id = await realtime.subscribe("topic", subscriber)
    await realtime.publish("topic", event())

    ended = await realtime.unsubscribe(subscription_id)
    await realtime.publish("topic", event("bob"))
    await settle()

    assert (ended, subscriber.users, realtime.subscription_count) == (True, [], 0)


async def test_unsubscribing_twice_says_so(realtime: InMemoryRealtime) -> None:
    subscription_id = await realtime.subscribe("topic", Subscriber())
    await realtime.unsubscribe(subscription_id)

    assert await realtime.unsubscribe(subscription_id) is False


async def test_subscriber_may_unsubscribe_itself(realtime: InMemoryRealtime) -> None:
    told: list[str] = []

    async def once(event: EphemeralEvent) -> None:
        await realtime.unsubscribe(subscription_id)
        told.append(event.user_id)

    subscription_id = await realtime.subscribe("topic", once)
    for user in ("ann", "bob"):
        await realtime.publish("topic", event(user))
    await settle()

    assert told == ["ann"]


async def test_closing_ends_subscriptions_and_running_calls() -> None:
    realtime, stuck = InMemoryRealtime(), Subscriber()
    stuck.free.clear()
    await realtime.subscribe("topic", stuck)
    await realtime.publish("topic", event())
    await settle()

    await realtime.close()
    stuck.free.set()
    await realtime.publish("topic", event())
    await settle()

    assert (stuck.users, realtime.subscription_count) == ([], 0)


async def test_closing_twice_is_fine() -> None:
    realtime = InMemoryRealtime()
    await realtime.close()

    await realtime.close()

    assert realtime.subscription_count == 0


def test_queue_must_hold_something() -> None:
    with pytest.raises(ValueError, match="got 0"):
        InMemoryRealtime(max_queue_size=0)


WIRE_TYPES = (
    "typing_start typing_stop presence_online presence_away presence_offline read_receipt "
    "reaction tool_call_start tool_call_end thinking_start thinking_delta thinking_end custom"
)


def test_types_are_those_on_the_wire() -> None:
    assert [str(kind) for kind in EphemeralEventType] == WIRE_TYPES.split()


def test_event_survives_the_wire() -> None:
    sent = EphemeralEvent(
        room_id="r1",
        type=EphemeralEventType.CUSTOM,
        user_id="ann",
        channel_id="ws",
        data={"n": [1]},
        timestamp=datetime(2026, 3, 1, 12, tzinfo=UTC),
    )

    wire = sent.to_dict()

    assert wire["type"] == "custom"
    assert wire["timestamp"] == "2026-03-01T12:00:00+00:00"
    assert EphemeralEvent.from_dict(wire) == sent


def test_event_from_outside_gets_an_id_and_a_time() -> None:
    read = EphemeralEvent.from_dict({"room_id": "r1", "type": "typing_start", "user_id": "ann"})

    assert len(read.id) == 32
    assert read.timestamp.tzinfo is UTC


def test_unknown_type_is_refused() -> None:
    with pytest.raises(ValueError, match="'humming'"):
        EphemeralEvent.from_dict({"room_id": "r1", "type": "humming", "user_id": "ann"})
