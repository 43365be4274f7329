"""A personal account is linked, cut, logged out and banned."""

from typing import Any

import pytest

from channels_app.testing.fakes import neonize_events as wa
from channels_app.testing.fakes.neonize import Account
from channels_app.testing.fakes.neonize_checks import SendMessageError, wire
from rooms import RoomKit
from rooms.domain.source import SourceStatus
from rooms.testing.clock import FakeClock
from tests.providers.neonize.line import Line
from tests.steps import until, watch


@pytest.fixture
async def new_line(kit: RoomKit, account: Account, clock: FakeClock) -> Line:
    """A channel whose account is not linked yet."""
    account.needs_pairing = True
    made = Line(kit, account, clock)
    await made.attach()
    return made


async def test_once_connected_the_account_is_shown_as_available(line: Line) -> None:
    health = await line.health()

    assert line.account.presences == ["available"]
    assert (health.status, health.metadata) == (
        SourceStatus.CONNECTED,
        {"account": "+15550100000"},
    )


async def test_the_picture_that_links_is_shown_until_it_is_linked(new_line: Line) -> None:
    for code in ("2@one", "2@two"):
        new_line.account.program.show_picture(code)
        await new_line.hear()
    assert (await new_line.health()).metadata == {"qr": "2@two"}

    await new_line.hear(wa.paired(), wire.Connected(status=True))

    assert "qr" not in (await new_line.health()).metadata
    assert new_line.source.status is SourceStatus.CONNECTED


async def test_every_process_can_show_the_picture(new_line: Line, clock: FakeClock) -> None:
    new_line.account.program.show_picture("2@one")
    await clock.settle()

    [state] = await new_line.kit.store.list_source_states()

    assert state.metadata == {"qr": "2@one"}


async def test_a_code_is_shown_where_a_number_is_given(
    kit: RoomKit, account: Account, clock: FakeClock
) -> None:
    account.needs_pairing = True
    line = Line(kit, account, clock, phone="+1 555 010 0000")
    await line.attach()

    account.program.show_picture("2@one")
    await line.hear()

    assert (await line.health()).metadata == {"pair_code": "ABCD-EFGH"}


async def test_pictures_that_nobody_scans_end_and_come_again(
    new_line: Line, clock: FakeClock
) -> None:
    news = watch(new_line.kit, "source_error")
    new_line.account.program.show_picture("2@one")
    await new_line.hear()

    await clock.advance(100)

    assert "nobody has linked" in news[0].data["error"]
    assert len(new_line.account.clients) == 2
    assert "qr" not in (await new_line.health()).metadata


async def test_a_link_that_fails_says_why(new_line: Line) -> None:
    await new_line.hear(wa.paired("ERROR", "wrong hash"))

    assert (await new_line.health()).error == "not linked: wrong hash"


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (wa.logged_out(), "logged out on the phone"),
        (wire.StreamReplaced(), "another program"),
        (wa.banned("BLOCKED_BY_USERS"), "too many people have blocked it"),
        (wa.refused("CLIENT_OUTDATED"), "pip install --upgrade neonize"),
        (wa.refused("LOGGED_OUT"), "logged out"),
        (wire.ClientOutdated(), "pip install --upgrade neonize"),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_what_needs_a_person_is_an_error_and_told(
    line: Line, clock: FakeClock, event: Any, words: str
) -> None:
    news = watch(line.kit, "source_error")
    await line.hear(event)
    await clock.advance(1000)

    health = await line.health()
    assert health.status is SourceStatus.ERROR
    assert words in (health.error or "")
    assert (len(line.account.clients), len(news)) == (1, 1)
    assert not line.account.program.is_running


async def test_what_comes_after_a_last_word_changes_nothing(line: Line) -> None:
    await line.hear(wa.logged_out(), wire.Disconnected(status=True))

    assert line.source.status is SourceStatus.ERROR


@pytest.mark.parametrize(
    "event",
    [
        wire.Disconnected(status=True),
        wire.KeepAliveTimeout(ErrorCount=1, LastSuccess=0),
        wa.refused("SERVICE_UNAVAILABLE"),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_what_passes_is_waited_for(line: Line, event: Any) -> None:
    await line.hear(event)
    await line.until_status(SourceStatus.RECONNECTING)

    await line.hear(wire.Connected(status=True))

    assert line.source.status is SourceStatus.CONNECTED


async def test_a_client_that_ends_is_started_again(line: Line, clock: FakeClock) -> None:
    line.account.program.end(SendMessageError("the file is broken"))
    await clock.advance(6)

    await line.until_status(SourceStatus.CONNECTED)

    assert len(line.account.clients) == 2


async def test_stopping_ends_the_client(line: Line) -> None:
    await line.kit.detach_source("wa")

    assert (line.account.program.is_running, line.source.status) == (False, SourceStatus.STOPPED)


async def test_closing_the_channel_ends_its_source(line: Line) -> None:
    await line.kit.unregister_channel("wa").close()

    await until(lambda: not line.account.program.is_running)

    assert line.source.status is SourceStatus.STOPPED
