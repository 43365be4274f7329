"""Rooms that open, by the host or because a stranger writes."""

import asyncio
from datetime import timedelta

import pytest

from hooks import HookTrigger
from rooms import (
    ChannelType,
    RoomContext,
    RoomEvent,
    RoomTimers,
    SessionStartedEvent,
)
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder, text
from tests.scene import Scene
from tests.steps import spy, stored, watch


def door(scene: Scene, channel_type: ChannelType = ChannelType.SMS) -> Recorder:
    """Register a channel that belongs to a company and to no room yet."""
    channel = Recorder("door", channel_type=channel_type, recipient_key="phone_number")
    scene.kit.register_channel(channel, organization_id="acme")
    return channel


async def knock(scene: Scene, sender: str = "+1", **fields: object) -> str:
    """Let a stranger write; return the room."""
    return stored(await scene.kit.process_inbound(text("door", sender, "hello", **fields))).room_id


async def test_room_of_a_stranger_can_answer_and_has_an_owner(scene: Scene) -> None:
    door(scene)

    room_id = await knock(scene)

    binding = await scene.kit.get_binding(room_id, "door")
    assert binding.metadata == {"phone_number": "+1"}
    assert (await scene.kit.get_room(room_id)).organization_id == "acme"


async def test_hook_of_a_new_room_sees_it_before_any_channel_is_in_it(scene: Scene) -> None:
    door(scene)
    seen: list[list[str]] = []

    @scene.kit.hook(HookTrigger.ON_ROOM_CREATED)
    async def look(event: RoomEvent, context: RoomContext) -> None:
        seen.append([binding.channel_id for binding in context.bindings])

    await knock(scene)

    assert seen == [[]]


async def test_messages_of_one_stranger_at_once_open_one_room(scene: Scene) -> None:
    door(scene)
    created = watch(scene.kit, "room_created")

    rooms = await asyncio.gather(*(knock(scene) for _ in range(10)))

    assert len(set(rooms)) == 1
    assert len(created) == 1


async def test_messages_at_once_into_a_room_that_is_not_there_open_it_once(scene: Scene) -> None:
    door(scene)
    created = watch(scene.kit, "room_created")

    rooms = await asyncio.gather(*(knock(scene, room_id="new") for _ in range(10)))

    assert set(rooms) == {"new"}
    assert len(created) == 1


async def test_session_of_a_new_room_is_told_with_who_and_where(scene: Scene) -> None:
    door(scene)
    started = spy(scene.kit, HookTrigger.ON_SESSION_STARTED)

    room_id = await knock(scene)
    await knock(scene)

    [session] = started
    assert isinstance(session, SessionStartedEvent)
    assert (session.room_id, session.channel_id, session.participant_id) == (room_id, "door", "+1")


@pytest.mark.parametrize("spoken", [ChannelType.VOICE, ChannelType.REALTIME_VOICE])
async def test_spoken_channels_tell_of_their_sessions_themselves(
    scene: Scene, spoken: ChannelType
) -> None:
    door(scene, spoken)
    started = spy(scene.kit, HookTrigger.ON_SESSION_STARTED)

    await knock(scene)

    assert list(started) == []


async def test_timers_of_a_new_room_run_from_its_beginning(scene: Scene, clock: FakeClock) -> None:
    begun = clock.now()
    await scene.kit.create_room("timed", timers=RoomTimers(inactive_after_seconds=60))

    await clock.advance(61)
    [moved] = await scene.kit.check_all_timers()

    assert (moved.id, moved.timers.last_activity_at) == ("timed", begun)
    assert moved.paused_at == begun + timedelta(seconds=61)
