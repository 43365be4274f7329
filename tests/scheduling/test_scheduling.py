"""What is scheduled is said at its moment, as if it were sent then."""

from datetime import datetime

import pytest

from hooks import HookResult
from rooms import (
    ChannelNotFoundError,
    RoomClosedError,
    RoomNotFoundError,
    ScheduledSendNotFoundError,
    ScheduledSendOverError,
    ScheduledState,
    TextContent,
)
from rooms.domain.enums import ChannelCategory
from rooms.testing.rig import Recorder, ScriptedAgent, bodies
from tests.scene import ROOM
from tests.scheduling.diary import Diary


async def test_message_is_said_at_its_moment(diary: Diary) -> None:
    scheduled = await diary.schedule(hours=2)
    assert await diary.wait(1.9) == 0

    assert await diary.wait(0.2) == 1

    assert bodies(diary.phone.delivered) == ["See you soon"]
    [event] = await diary.scene.rows()
    ended = await diary.found(scheduled)
    assert (ended.state, ended.event_id, ended.error) == (ScheduledState.SENT, event.id, None)
    assert event.idempotency_key == f"scheduled:{scheduled.id}"


async def test_message_keeps_what_was_given(diary: Diary) -> None:
    await diary.schedule(participant_id="ann", metadata={"campaign": 7}, visibility="phone")

    await diary.wait(2)

    [event] = await diary.scene.rows()
    assert event.source.channel_id == "person"
    assert event.source.participant_id == "ann"
    assert event.metadata["campaign"] == 7
    assert event.visibility == "phone"


async def test_message_of_nobody_is_said_in_the_frameworks_name(diary: Diary) -> None:
    agent = ScriptedAgent("agent")
    await diary.scene.add(agent, category=ChannelCategory.INTELLIGENCE)
    await diary.schedule(channel_id=None, visibility="phone")

    await diary.wait(2)

    assert bodies(diary.phone.delivered) == ["See you soon"]
    assert diary.scene.person.delivered == []
    assert agent.asked == []


async def test_messages_are_said_once_each(diary: Diary) -> None:
    for hours in (2, 1):
        await diary.schedule(f"in {hours}", hours=hours)

    for _ in range(4):
        await diary.wait(1.1)

    assert bodies(diary.phone.delivered) == ["in 1", "in 2"]


async def test_moment_without_a_time_zone_is_refused(diary: Diary) -> None:
    naive = datetime(2030, 1, 1, 9)
    with pytest.raises(ValueError, match="has no time zone"):
        await diary.schedule(at=naive)


async def test_moment_that_is_over_is_refused(diary: Diary) -> None:
    with pytest.raises(ValueError, match="is over, it is"):
        await diary.schedule(hours=-0.1)


async def test_nothing_is_scheduled_where_it_could_not_be_said(diary: Diary) -> None:
    with pytest.raises(ChannelNotFoundError):
        await diary.schedule(channel_id="fax")
    with pytest.raises(RoomNotFoundError):
        await diary.scene.kit.schedule_event(
            "nowhere", "person", TextContent(body="hello"), at=diary.later(1)
        )
    await diary.scene.kit.close_room(ROOM)
    with pytest.raises(RoomClosedError):
        await diary.schedule()


async def test_canceled_message_is_not_said(diary: Diary) -> None:
    scheduled = await diary.schedule()

    canceled = await diary.scene.kit.cancel_scheduled(scheduled.id)
    await diary.wait(2)

    assert canceled.state is ScheduledState.CANCELED
    assert diary.phone.delivered == []
    assert await diary.scene.kit.cancel_scheduled(scheduled.id) == canceled


async def test_message_that_was_said_cannot_be_canceled(diary: Diary) -> None:
    scheduled = await diary.schedule()
    await diary.wait(2)

    with pytest.raises(ScheduledSendOverError, match="is sent: only one that waits"):
        await diary.scene.kit.cancel_scheduled(scheduled.id)
    with pytest.raises(ScheduledSendNotFoundError):
        await diary.scene.kit.cancel_scheduled("nothing")


async def test_scheduled_messages_are_listed(diary: Diary) -> None:
    second, first = await diary.schedule(hours=2), await diary.schedule(hours=1)
    await diary.wait(1.5)
    kit = diary.scene.kit

    assert [each.id for each in await kit.list_scheduled(ROOM)] == [first.id, second.id]
    assert await kit.list_scheduled(ROOM, ScheduledState.SCHEDULED) == [second]


async def test_room_that_is_closed_by_then_fails_it_with_the_reason(diary: Diary) -> None:
    scheduled = await diary.schedule()
    await diary.scene.kit.close_room(ROOM)

    await diary.wait(2)

    ended = await diary.found(scheduled)
    assert ended.state is ScheduledState.FAILED
    assert "is closed: reopen it" in str(ended.error)


async def test_channel_that_is_gone_by_then_fails_it_with_the_reason(diary: Diary) -> None:
    await diary.scene.add(Recorder("desk"))
    scheduled = await diary.schedule(channel_id="desk")
    await diary.scene.kit.detach_channel(ROOM, "desk")

    await diary.wait(2)

    assert "'desk' is not attached" in str((await diary.found(scheduled)).error)


async def test_what_was_said_has_not_failed_although_the_room_was_closed_since(
    diary: Diary,
) -> None:
    """The process that said it died before it could tell."""
    scheduled = await diary.schedule()
    kit, key = diary.scene.kit, scheduled.idempotency_key
    event = await kit.send_event(ROOM, "person", scheduled.content, idempotency_key=key)
    await kit.close_room(ROOM)

    await diary.wait(2)

    ended = await diary.found(scheduled)
    assert (ended.state, ended.event_id) == (ScheduledState.SENT, event.id)


async def test_message_that_a_hook_blocks_has_failed(diary: Diary) -> None:
    diary.scene.before_broadcast(HookResult.block("not at night"))
    scheduled = await diary.schedule()

    await diary.wait(2)

    ended = await diary.found(scheduled)
    [event] = await diary.scene.rows()
    assert (ended.state, ended.event_id) == (ScheduledState.FAILED, event.id)
    assert "not at night" in str(ended.error)
    assert diary.phone.delivered == []


async def test_one_that_fails_does_not_stop_the_others(diary: Diary) -> None:
    await diary.scene.add(Recorder("desk"))
    await diary.schedule(channel_id="desk")
    await diary.scene.kit.detach_channel(ROOM, "desk")
    await diary.schedule("hello")

    assert await diary.wait(2) == 2

    assert bodies(diary.phone.delivered) == ["hello"]
