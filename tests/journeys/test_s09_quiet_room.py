"""A conversation falls silent: it pauses, wakes, pauses, closes, and is opened again."""

import pytest

from hooks import HookTrigger
from rooms import (
    ChannelType,
    EventStatus,
    InboundResult,
    Room,
    RoomClosedError,
    RoomKit,
    RoomStatus,
    RoomTimers,
    SystemContent,
    TextContent,
)
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder, bodies, text
from tests.kit_fixtures import MakeKit
from tests.steps import full_timeline, spy, stored, timeline, watch

ROOM = "quiet"


class Quiet:
    """A room that pauses after 60 s of silence and closes after 120 s of pause."""

    def __init__(self, kit: RoomKit, clock: FakeClock) -> None:
        self.kit = kit
        self.clock = clock
        self.now = 0

    async def open(self) -> None:
        """Create the room; its customer writes at second 0."""
        self.kit.register_channel(Recorder("sms", channel_type=ChannelType.SMS))
        timers = RoomTimers(inactive_after_seconds=60, closed_after_seconds=120)
        await self.kit.create_room(ROOM, timers=timers)
        await self.kit.attach_channel(ROOM, "sms")
        await self.write("hello")

    async def at(self, second: int) -> None:
        """Let time pass until that second of the story."""
        await self.clock.advance(second - self.now)
        self.now = second

    async def sweep(self, second: int) -> Room:
        """Look for rooms whose time has come."""
        await self.at(second)
        await self.kit.check_all_timers()
        return await self.kit.get_room(ROOM)

    async def write(self, body: str, room_id: str | None = ROOM) -> InboundResult:
        """Let the customer write."""
        return await self.kit.process_inbound(text("sms", "+15550100", body, room_id=room_id))

    async def fall_asleep(self) -> None:
        """Go through the silence up to the closing at second 252."""
        await self.sweep(61)
        await self.at(70)
        await self.write("still here")
        await self.sweep(131)
        await self.sweep(252)


@pytest.fixture
async def quiet(make_kit: MakeKit) -> Quiet:
    clock = FakeClock()
    opened = Quiet(make_kit(clock=clock), clock)
    await opened.open()
    return opened


async def test_silence_pauses_the_room(quiet: Quiet) -> None:
    paused = spy(quiet.kit, HookTrigger.ON_ROOM_PAUSED)
    news = watch(quiet.kit, "room_paused")

    room = await quiet.sweep(61)

    assert room.status is RoomStatus.PAUSED
    assert len(await paused.until(1)) == len(await news.until(1)) == 1


async def test_sweep_before_the_time_changes_nothing(quiet: Quiet) -> None:
    room = await quiet.sweep(59)

    assert room.status is RoomStatus.ACTIVE


async def test_message_wakes_the_paused_room(quiet: Quiet) -> None:
    news = watch(quiet.kit, "room_resumed")
    await quiet.sweep(61)
    await quiet.at(70)

    result = await quiet.write("still here")

    assert not result.blocked
    assert (await quiet.kit.get_room(ROOM)).status is RoomStatus.ACTIVE
    assert len(await news.until(1)) == 1


async def test_activity_restarts_both_timers(quiet: Quiet) -> None:
    await quiet.sweep(61)
    await quiet.at(70)
    await quiet.write("still here")

    assert (await quiet.sweep(129)).status is RoomStatus.ACTIVE
    assert (await quiet.sweep(131)).status is RoomStatus.PAUSED
    assert (await quiet.sweep(250)).status is RoomStatus.PAUSED
    assert (await quiet.sweep(252)).status is RoomStatus.CLOSED


async def test_closing_is_the_last_row_and_told_once(quiet: Quiet) -> None:
    closed = spy(quiet.kit, HookTrigger.ON_ROOM_CLOSED)

    await quiet.fall_asleep()

    *_, last = await full_timeline(quiet.kit, ROOM)
    assert isinstance(last.content, SystemContent)
    assert last.content.code == "room_closed_by_timer"
    assert len(await closed.until(1)) == 1


async def test_pausing_is_recorded_without_counting_as_activity(quiet: Quiet) -> None:
    before = (await quiet.kit.get_room(ROOM)).timers.last_activity_at

    room = await quiet.sweep(61)

    *_, last = await full_timeline(quiet.kit, ROOM)
    assert isinstance(last.content, SystemContent)
    assert last.content.code == "room_paused_by_timer"
    assert room.timers.last_activity_at == before


async def test_closed_room_refuses_a_message_by_name(quiet: Quiet) -> None:
    await quiet.fall_asleep()
    before = await full_timeline(quiet.kit, ROOM)

    result = await quiet.write("hello?")

    assert (result.blocked, result.reason, result.event) == (True, "room_closed", None)
    assert await full_timeline(quiet.kit, ROOM) == before


async def test_closed_room_refuses_the_host_loudly(quiet: Quiet) -> None:
    await quiet.fall_asleep()

    with pytest.raises(RoomClosedError, match=ROOM):
        await quiet.kit.send_event(ROOM, "sms", TextContent(body="hello?"))


async def test_customer_of_a_closed_room_gets_a_new_one(quiet: Quiet) -> None:
    await quiet.fall_asleep()

    event = stored(await quiet.write("hello again", room_id=None))

    assert event.room_id != ROOM
    assert bodies(await timeline(quiet.kit, event.room_id)) == ["hello again"]


async def test_closed_room_can_still_be_read(quiet: Quiet) -> None:
    await quiet.fall_asleep()

    assert bodies(await timeline(quiet.kit, ROOM)) == ["hello", "still here"]
    assert [b.channel_id for b in await quiet.kit.list_bindings(ROOM)] == ["sms"]


async def test_reopened_room_goes_on_where_it_stopped(quiet: Quiet) -> None:
    await quiet.fall_asleep()
    latest = (await quiet.kit.get_room(ROOM)).latest_index

    await quiet.kit.reopen_room(ROOM)
    event = stored(await quiet.write("back again"))

    assert event.status is EventStatus.DELIVERED
    assert event.index > latest
    assert (await quiet.kit.get_room(ROOM)).status is RoomStatus.ACTIVE
