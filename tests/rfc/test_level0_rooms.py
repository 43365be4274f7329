"""Rooms: what their status allows, how they close, and how silence moves them."""

from contextlib import suppress

import pytest

from hooks import HookResult, HookTrigger
from rooms import (
    RoomClosedError,
    RoomContext,
    RoomEvent,
    RoomStatus,
    RoomTimers,
    TextContent,
)
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder, ScriptedAgent, bodies
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene, injection
from tests.steps import spy, stored, watch


async def shut(scene: Scene, status: RoomStatus) -> None:
    await scene.kit.close_room(ROOM)
    if status is RoomStatus.ARCHIVED:
        await scene.kit.archive_room(ROOM)


SHUT = pytest.mark.parametrize("status", [RoomStatus.CLOSED, RoomStatus.ARCHIVED])


@SHUT
@pytest.mark.rfc("0.1")
async def test_shut_room_refuses_inbound(scene: Scene, status: RoomStatus) -> None:
    await shut(scene, status)
    news = watch(scene.kit, "room_refused_event")
    asked = scene.before_broadcast(HookResult.allow())

    result = await scene.say()

    assert (result.blocked, result.reason, result.event) == (True, "room_closed", None)
    assert asked == []
    assert [item.room_id for item in await news.until(1)] == [ROOM]


@SHUT
@pytest.mark.rfc("0.1")
async def test_shut_room_refuses_the_host_by_an_error(scene: Scene, status: RoomStatus) -> None:
    await shut(scene, status)

    with pytest.raises(RoomClosedError, match=status):
        await scene.kit.send_event(ROOM, "person", TextContent(body="hello"))


@SHUT
@pytest.mark.rfc("0.1")
async def test_shut_room_does_not_grow_and_stays_readable(scene: Scene, status: RoomStatus) -> None:
    await scene.say("before")
    await shut(scene, status)
    before = (await scene.full(), await scene.counters())

    await scene.say("after")

    assert (await scene.full(), await scene.counters()) == before
    assert bodies(await scene.rows()) == ["before"]


@pytest.mark.rfc("0.2")
async def test_paused_room_accepts(scene: Scene) -> None:
    paused = await scene.kit.pause_room(ROOM)

    result = await scene.say()

    assert paused.status is RoomStatus.PAUSED
    assert not result.blocked
    assert bodies(await scene.rows()) == ["hello"]


@pytest.mark.rfc("0.2")
async def test_closed_room_can_be_reopened(scene: Scene) -> None:
    await scene.kit.close_room(ROOM)

    room = await scene.kit.reopen_room(ROOM)

    assert room.status is RoomStatus.ACTIVE
    assert not (await scene.say()).blocked


@pytest.mark.rfc("0.2")
async def test_archived_room_stays_archived(scene: Scene) -> None:
    await shut(scene, RoomStatus.ARCHIVED)

    with pytest.raises(ValueError, match="archived"):
        await scene.kit.reopen_room(ROOM)


@pytest.mark.rfc("0.3")
async def test_answer_that_comes_after_the_closing_is_refused(scene: Scene) -> None:
    async def close_then_answer(event: RoomEvent, context: RoomContext) -> str:
        await scene.kit.close_room(ROOM)
        return "too late"

    await scene.add(ScriptedAgent("bot", close_then_answer))
    news = watch(scene.kit, "room_refused_event")

    await scene.say()

    assert "too late" not in bodies(await scene.full())
    assert len(await news.until(1)) == 1


@pytest.mark.rfc("0.3")
async def test_injection_of_a_hook_that_closes_the_room_is_refused(scene: Scene) -> None:
    @scene.kit.hook(HookTrigger.BEFORE_BROADCAST)
    async def close(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        await scene.kit.close_room(ROOM)
        return HookResult.block("over", injected=[injection("goodbye", "person")])

    result = await scene.say()

    assert result.blocked
    assert not {"hello", "goodbye"} & set(bodies(await scene.full()))


@pytest.mark.rfc("0.3")
async def test_member_who_joins_a_closed_room_leaves_no_row(scene: Scene) -> None:
    await scene.kit.close_room(ROOM)
    before = await scene.full()

    with suppress(RoomClosedError):
        await scene.kit.add_member(ROOM, "late", channel_id="person")

    assert await scene.full() == before


@pytest.mark.rfc("0.4")
async def test_closing_is_told_once_to_hooks_and_to_the_host(scene: Scene) -> None:
    hooked = spy(scene.kit, HookTrigger.ON_ROOM_CLOSED)
    news = watch(scene.kit, "room_closed")

    room = await scene.kit.close_room(ROOM)

    await hooked.until(1)
    await news.until(1)
    assert (len(hooked), len(news)) == (1, 1)
    assert room.closed_at is not None


@pytest.mark.rfc("0.4")
async def test_closing_does_not_detach_but_silences(scene: Scene) -> None:
    await scene.kit.close_room(ROOM)

    result = await scene.say()

    assert [binding.channel_id for binding in await scene.kit.list_bindings(ROOM)] == ["person"]
    assert result.reason == "room_closed"


class Timed:
    """A room under a clock of ours."""

    def __init__(self, scene: Scene, clock: FakeClock) -> None:
        self.scene = scene
        self.clock = clock

    async def after(self, *seconds: int) -> RoomStatus:
        """Sweep after each of these waits; return the status then."""
        for wait in seconds:
            await self.clock.advance(wait)
            await self.scene.kit.check_all_timers()
        return (await self.scene.kit.get_room(ROOM)).status


async def timed(make_kit: MakeKit, inactive: int | None, closed: int | None) -> Timed:
    clock = FakeClock()
    scene = Scene(make_kit(clock=clock))
    await scene.open(
        timers=RoomTimers(inactive_after_seconds=inactive, closed_after_seconds=closed)
    )
    return Timed(scene, clock)


@pytest.mark.rfc("0.5")
@pytest.mark.parametrize(
    ("inactive", "closed", "waits", "status"),
    [
        (60, 120, (59,), RoomStatus.ACTIVE),
        (60, 120, (61,), RoomStatus.PAUSED),
        (60, 120, (61, 119), RoomStatus.PAUSED),  # the pause is what counts towards closing
        (60, 120, (61, 121), RoomStatus.CLOSED),
        (60, None, (61, 9999), RoomStatus.PAUSED),  # no second limit
        (None, 120, (119,), RoomStatus.ACTIVE),
        (None, 120, (121,), RoomStatus.CLOSED),  # no first limit: idle time counts
        (None, None, (99999,), RoomStatus.ACTIVE),
    ],
)
async def test_silence_moves_a_room_without_traffic(
    make_kit: MakeKit,
    inactive: int | None,
    closed: int | None,
    waits: tuple[int, ...],
    status: RoomStatus,
) -> None:
    room = await timed(make_kit, inactive, closed)

    assert await room.after(*waits) is status


@pytest.mark.rfc("0.5")
@pytest.mark.parametrize(
    ("before", "then", "status"),
    [
        ((50,), (50,), RoomStatus.ACTIVE),  # an event restarts the idle time
        ((61,), (59,), RoomStatus.ACTIVE),  # it wakes a paused room
        ((61,), (61, 119), RoomStatus.PAUSED),  # and the pause begins anew
    ],
)
async def test_event_restarts_both_timers(
    make_kit: MakeKit, before: tuple[int, ...], then: tuple[int, ...], status: RoomStatus
) -> None:
    room = await timed(make_kit, 60, 120)
    await room.after(*before)

    await room.scene.say()

    assert await room.after(*then) is status


@pytest.mark.rfc("0.5")
async def test_limits_can_be_set_later_and_keep_the_last_activity(make_kit: MakeKit) -> None:
    room = await timed(make_kit, None, None)
    await room.after(50)

    await room.scene.kit.set_room_timers(ROOM, RoomTimers(inactive_after_seconds=60))

    assert await room.after(11) is RoomStatus.PAUSED


@pytest.mark.rfc("0.5")
async def test_one_room_can_be_checked_alone(make_kit: MakeKit) -> None:
    room = await timed(make_kit, 60, 120)
    await room.clock.advance(61)

    checked = await room.scene.kit.check_room_timers(ROOM)

    assert checked.status is RoomStatus.PAUSED


@pytest.mark.rfc("0.2")
async def test_event_of_a_closed_then_reopened_room_takes_the_next_index(scene: Scene) -> None:
    await scene.say("before")
    await scene.kit.close_room(ROOM)
    _, latest = await scene.counters()
    await scene.kit.reopen_room(ROOM)

    event = stored(await scene.say("after"))

    assert event.index > latest


@pytest.mark.rfc("0.3")
async def test_channel_attached_to_a_closed_room_leaves_no_row(scene: Scene) -> None:
    scene.kit.register_channel(Recorder("late"))
    await scene.kit.close_room(ROOM)
    before = await scene.full()

    with suppress(RoomClosedError):
        await scene.kit.attach_channel(ROOM, "late")

    assert await scene.full() == before
