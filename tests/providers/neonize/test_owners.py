"""One process has the session; the others ask it to send."""

import asyncio
from typing import Any

import pytest

from channels_app.testing.fakes.neonize import Account
from channels_app.testing.fakes.neonize_checks import SendMessageError
from rooms import RoomKit
from rooms.assembly import Sharing
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.realtime.bus import LocalBus
from rooms.testing.clock import FakeClock
from tests.kit_fixtures import MakeKit
from tests.providers.neonize.line import ANA_NUMBER, Line, event_of

ANA_JID = "15145550123@s.whatsapp.net"


class SiteBus(LocalBus):
    """One bus of several processes."""

    is_shared = True


@pytest.fixture
def bus() -> SiteBus:
    return SiteBus()


@pytest.fixture
def other(make_kit: MakeKit, bus: SiteBus, clock: FakeClock) -> Line:
    """A process that has no session."""
    return Line(make_kit(clock=clock, sharing=Sharing(bus=bus)), Account(), clock)


@pytest.fixture
def kit(make_kit: MakeKit, bus: SiteBus, clock: FakeClock) -> RoomKit:
    """The process that has it."""
    return make_kit(clock=clock, sharing=Sharing(bus=bus))


def begin(other: Line) -> "asyncio.Task[ProviderResult]":
    return asyncio.ensure_future(other.send("Hello"))


def ask(number: str, clock: FakeClock, *, seconds: float = 3.0) -> dict[str, Any]:
    task = {"do": "send", "event": event_of("Hello").model_dump(mode="json"), "to": ANA_NUMBER}
    expires_at = clock.now().timestamp() + seconds
    return {"id": number, "answer_to": "asker", "expires_at": expires_at, "task": task}


async def test_another_process_sends_through_the_owner(line: Line, other: Line) -> None:
    result = await other.send("Hello")

    assert [(each.to, each.message.conversation) for each in line.account.sent] == [
        (ANA_JID, "Hello")
    ]
    assert result.provider_message_ids == [line.account.sent[0].id]
    assert other.account.clients == []


async def test_a_refusal_comes_back_as_it_is(line: Line, other: Line) -> None:
    line.account.fails_with = SendMessageError("server returned error 429")

    assert (await other.send("Hello")).outcome is SendOutcome.THROTTLED


async def test_typing_is_shown_through_the_owner_too(line: Line, other: Line) -> None:
    await other.provider.send_typing(ANA_NUMBER)

    assert line.account.typing == [(ANA_JID, True)]


async def test_without_an_owner_it_is_tried_again_after_five_seconds(
    other: Line, clock: FakeClock
) -> None:
    sending = begin(other)
    await clock.advance(4.9)
    assert not sending.done()

    await clock.advance(0.1)

    assert (await sending).outcome is SendOutcome.TRANSIENT


async def test_an_owner_that_says_no_more_leaves_it_unknown(
    line: Line, other: Line, clock: FakeClock
) -> None:
    line.account.keeps_waiting = asyncio.Event()
    sending = begin(other)
    await clock.advance(59)
    assert not sending.done()

    await clock.advance(2)

    assert (await sending).outcome is SendOutcome.UNKNOWN
    line.account.keeps_waiting.set()


async def test_the_owner_does_a_task_once(line: Line, bus: SiteBus, clock: FakeClock) -> None:
    for _ in range(2):
        await bus.publish("source:wa", ask("1", clock))
        await clock.settle()

    assert len(line.account.sent) == 1


async def test_the_owner_begins_nothing_that_was_given_up(
    line: Line, bus: SiteBus, clock: FakeClock
) -> None:
    await bus.publish("source:wa", ask("1", clock, seconds=-1))
    await clock.settle()

    assert line.account.sent == []


async def test_the_next_owner_is_asked_once_it_has_the_session(
    line: Line, other: Line, clock: FakeClock
) -> None:
    await line.kit.detach_source("wa")
    await other.connect()

    result = await line.send("Hello")

    assert result.success
    assert len(other.account.sent) == 1
