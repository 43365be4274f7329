"""What is to be said later: kept, handed out at its moment to one, ended, canceled."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from rooms.domain.content import TextContent
from rooms.domain.errors import RoomNotFoundError, ScheduledSendNotFoundError
from rooms.domain.frozen import utc_now
from rooms.domain.json import JsonObject
from rooms.domain.scheduled import ScheduledEnd, ScheduledSend, ScheduledState
from rooms.stores.base import ConversationStore
from rooms.testing.factories import ROOM, make_event, make_room, make_unit

HOUR = 3600.0
SENT = ScheduledEnd(state=ScheduledState.SENT, event_id="event-1")
FAILED = ScheduledEnd(state=ScheduledState.FAILED, error="the room is closed")


async def _schedule(
    store: ConversationStore, *, hours: float = -1.0, **fields: Any
) -> ScheduledSend:
    """Add one whose moment is so many hours from now; the room is made with the first."""
    if await store.get_room(ROOM) is None:
        await store.create_room(make_room())
    given: JsonObject = {
        "room_id": ROOM,
        "channel_id": "desk",
        "content": TextContent(body="Your table is ready"),
        "at": utc_now() + timedelta(hours=hours),
    }
    return await store.add_scheduled(ScheduledSend(**given | fields))


async def test_a_scheduled_send_is_kept_whole(store: ConversationStore) -> None:
    added = await _schedule(
        store, participant_id="ann", metadata={"a": [1]}, visibility="sms", created_by="Ann"
    )
    assert await store.get_scheduled(added.id) == added
    assert await store.list_scheduled(ROOM) == [added]
    assert await store.get_scheduled("nothing") is None


async def test_nothing_is_scheduled_in_no_room(store: ConversationStore) -> None:
    content = TextContent(body="Hello")
    with pytest.raises(RoomNotFoundError):
        await store.add_scheduled(ScheduledSend(room_id="nowhere", content=content, at=utc_now()))


async def test_scheduled_sends_are_listed_by_their_moment(store: ConversationStore) -> None:
    late, early = await _schedule(store, hours=2), await _schedule(store, hours=1)
    canceled = await store.cancel_scheduled(early.id)
    assert await store.list_scheduled(ROOM) == [canceled, late]
    assert await store.list_scheduled(ROOM, ScheduledState.CANCELED) == [canceled]
    assert await store.list_scheduled(ROOM, limit=1, offset=1) == [late]
    assert await store.list_scheduled("nowhere") == []


async def test_a_moment_that_has_come_is_taken_by_one(store: ConversationStore) -> None:
    due = await _schedule(store)
    await _schedule(store, hours=1)
    takings = [store.lease_scheduled(seconds=HOUR) for _ in range(4)]
    taken = [each.id for answer in await asyncio.gather(*takings) for each in answer]
    assert taken == [due.id]


async def test_the_oldest_are_taken_first(store: ConversationStore) -> None:
    late, early = await _schedule(store, hours=-1), await _schedule(store, hours=-2)
    assert await store.lease_scheduled(seconds=HOUR, limit=1) == [early]
    assert await store.lease_scheduled(seconds=HOUR) == [late]


async def test_what_is_taken_does_not_keep_others_waiting(store: ConversationStore) -> None:
    first, second = await _schedule(store, hours=-2), await _schedule(store)
    taken = [await store.lease_scheduled(seconds=HOUR, limit=1) for _ in range(2)]
    assert taken == [[first], [second]]


async def test_what_was_taken_by_one_who_died_is_taken_again(store: ConversationStore) -> None:
    due = await _schedule(store)
    await store.lease_scheduled(seconds=-HOUR)
    assert await store.lease_scheduled(seconds=HOUR) == [due]


@pytest.mark.parametrize("end", [SENT, FAILED])
async def test_what_has_ended_is_not_taken(store: ConversationStore, end: ScheduledEnd) -> None:
    due = await _schedule(store)
    await store.end_scheduled(due.id, end)
    await store.end_scheduled("nothing", end)
    assert await store.get_scheduled(due.id) == due.model_copy(update=dict(end))
    assert await store.lease_scheduled(seconds=HOUR) == []


async def test_what_was_said_was_said(store: ConversationStore) -> None:
    due = await _schedule(store)
    await store.cancel_scheduled(due.id)
    await store.end_scheduled(due.id, FAILED)
    assert (await store.list_scheduled(ROOM))[0].state is ScheduledState.CANCELED
    await store.end_scheduled(due.id, SENT)
    assert (await store.list_scheduled(ROOM))[0].state is ScheduledState.SENT


async def test_what_is_canceled_is_not_taken(store: ConversationStore) -> None:
    due = await _schedule(store)
    canceled = await store.cancel_scheduled(due.id)
    assert canceled == due.model_copy(update={"state": ScheduledState.CANCELED})
    assert await store.cancel_scheduled(due.id) == canceled
    assert await store.lease_scheduled(seconds=HOUR) == []


async def test_what_somebody_is_about_to_say_is_not_canceled(store: ConversationStore) -> None:
    due = await _schedule(store)
    await store.lease_scheduled(seconds=HOUR)
    assert (await store.cancel_scheduled(due.id)).state is ScheduledState.SCHEDULED


async def test_what_is_on_the_timeline_is_not_canceled(store: ConversationStore) -> None:
    due = await _schedule(store)
    said = make_event(idempotency_key=due.idempotency_key)
    await store.commit([make_unit(said)])
    assert (await store.cancel_scheduled(due.id)).state is ScheduledState.SCHEDULED


async def test_what_nobody_scheduled_cannot_be_canceled(store: ConversationStore) -> None:
    with pytest.raises(ScheduledSendNotFoundError):
        await store.cancel_scheduled("nothing")


async def test_what_was_scheduled_goes_with_its_room(store: ConversationStore) -> None:
    due = await _schedule(store)
    await store.delete_room(ROOM)
    assert await store.get_scheduled(due.id) is None
    assert await store.lease_scheduled(seconds=HOUR) == []
