"""Waking lanes by Celery: at once for the caller, whatever the broker does."""

import logging
import threading

import pytest

from channels_app.waker import CeleryWaker, ChoreWakeUp, WakeUp
from rooms import DeliveryJob
from rooms.domain.job import DeliveryKind
from tests.steps import until


class Broker:
    """Takes wake-ups, unless it is down or its gate is closed."""

    def __init__(self) -> None:
        self.taken: list[WakeUp | ChoreWakeUp] = []
        self.asked = 0
        self.is_down = False
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, wake_up: WakeUp | ChoreWakeUp) -> None:
        self.asked += 1
        self.gate.wait(10)
        if self.is_down:
            raise ConnectionError("no broker")
        self.taken.append(wake_up)

    def channels(self) -> list[str]:
        """Return the channels of the lanes that were woken."""
        return [wake_up.channel_id for wake_up in self.taken if isinstance(wake_up, WakeUp)]


def job(channel_id: str, kind: DeliveryKind = DeliveryKind.SEND, room_id: str = "r") -> DeliveryJob:
    return DeliveryJob(room_id=room_id, event_id="e", channel_id=channel_id, kind=kind)


async def test_each_lane_is_woken_once_on_the_queue_of_its_kind() -> None:
    broker = Broker()
    waker = CeleryWaker(broker)

    waker.wake([job("sms"), job("sms"), job("bot", DeliveryKind.REACT), job("sms", room_id="q")])
    waker.wake([job("mail", DeliveryKind.INJECT)])
    await waker.close()

    assert broker.taken == [
        ("r", "sms", "deliver"),
        ("r", "bot", "ai"),
        ("q", "sms", "deliver"),
        ("r", "mail", "deliver"),
    ]


async def test_chore_is_woken_by_its_name() -> None:
    broker = Broker()
    waker = CeleryWaker(broker)

    waker.wake_chore("webhooks")
    await waker.close()

    assert broker.taken == [ChoreWakeUp("webhooks")]


async def test_what_is_being_sent_and_what_waits_are_two_wake_ups_and_no_more() -> None:
    broker = Broker()
    broker.gate.clear()
    waker = CeleryWaker(broker)
    waker.wake_chore("webhooks")
    await until(lambda: broker.asked == 1)

    for _ in range(50):
        waker.wake_chore("webhooks")
    broker.gate.set()
    await waker.close()

    assert broker.taken == [ChoreWakeUp("webhooks")] * 2


async def test_broker_that_takes_its_time_holds_up_nobody() -> None:
    broker = Broker()
    broker.gate.clear()
    waker = CeleryWaker(broker)

    waker.wake([job("sms")])
    await until(lambda: broker.asked == 1)
    waker.wake([job("mail")])

    assert broker.taken == []
    broker.gate.set()
    await waker.close()
    assert broker.channels() == ["sms", "mail"]


async def test_outage_is_told_once_and_its_end_too(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "roomkit.channels.waker")
    broker = Broker()
    broker.is_down = True
    waker = CeleryWaker(broker)

    waker.wake([job("a"), job("b"), job("c")])
    await until(lambda: broker.asked == 3)
    broker.is_down = False
    waker.wake([job("d"), job("e")])
    await waker.close()

    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert broker.channels() == ["d", "e"]


async def test_no_more_wait_than_there_is_room_for() -> None:
    broker = Broker()
    broker.gate.clear()
    waker = CeleryWaker(broker, capacity=2)
    waker.wake([job("first")])
    await until(lambda: broker.asked == 1)

    waker.wake([job("a"), job("b"), job("c")])
    broker.gate.set()
    await waker.close()

    assert broker.channels() == ["first", "a", "b"]


async def test_closed_waker_works_again_when_it_is_asked_to() -> None:
    broker = Broker()
    waker = CeleryWaker(broker)
    waker.wake([job("a")])
    await waker.close()
    await waker.close()

    waker.wake([job("b")])
    await waker.close()

    assert broker.channels() == ["a", "b"]
