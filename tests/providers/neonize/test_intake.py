"""What comes in takes effect in the end: nobody sends it a second time."""

from typing import Any

import pytest

from channels_app.providers.base.webhook import Unread
from channels_app.providers.neonize.parsing import EventReader
from channels_app.providers.neonize.sending import KnownMessages
from channels_app.sources.whatsapp_intake import Intake
from channels_app.testing.fakes import neonize_events as wa
from channels_app.testing.fakes.neonize import ME
from rooms import StoreUnavailableError
from rooms.domain.content import text_of
from rooms.testing.clock import FakeClock


class Desk:
    """Takes items, after as many failures as a test asks for."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.fails: list[Exception] = []

    async def take(self, item: Any) -> None:
        if self.fails:
            raise self.fails.pop(0)
        read: Any = await item.read() if isinstance(item, Unread) else item
        self.taken.append(text_of(read.content))


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def intake(desk: Desk, clock: FakeClock) -> Intake:
    async def fetch(message: Any, file: Any) -> bytes:
        raise AssertionError("there are no files here")

    reader = EventReader("wa", self_chat=False, fetch=fetch, me=lambda: ME)
    return Intake(reader, KnownMessages(), bring=desk.take, clock=clock, channel_id="wa")


async def say(intake: Intake, clock: FakeClock, *words: str) -> None:
    for each in words:
        await intake.take_message(None, wa.text(each))
    await clock.settle()


async def test_while_the_database_is_away_a_message_waits(
    intake: Intake, desk: Desk, clock: FakeClock
) -> None:
    desk.fails = [StoreUnavailableError("away")] * 100
    await say(intake, clock, "one", "two")
    assert desk.taken == []

    await clock.advance(1000)

    assert desk.taken == ["one", "two"]


async def test_what_fails_for_ever_holds_up_its_chat_for_a_moment_only(
    intake: Intake, desk: Desk, clock: FakeClock
) -> None:
    desk.fails = [RuntimeError("a hook is broken")] * 5
    await say(intake, clock, "one", "two")

    await clock.advance(20)

    assert desk.taken == ["two"]


async def test_what_was_said_on_the_telephone_is_taken_in_the_end(
    intake: Intake, desk: Desk, clock: FakeClock
) -> None:
    desk.fails = [RuntimeError("a passing fault")]
    await intake.take_message(None, wa.text("I come", **wa.by_phone()))
    await clock.settle()
    assert desk.taken == []

    await clock.advance(2)

    assert desk.taken == ["I come"]


async def test_another_chat_does_not_wait(intake: Intake, desk: Desk, clock: FakeClock) -> None:
    desk.fails = [StoreUnavailableError("away")]
    await say(intake, clock, "from Ana")
    await intake.take_message(None, wa.text("from the group", chat=wa.GROUP))
    await clock.settle()

    assert desk.taken == ["from the group"]
    await clock.advance(2)
    assert desk.taken == ["from the group", "from Ana"]
