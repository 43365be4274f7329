"""Lanes that are whole rooms: later events wait for earlier ones, whatever their channel."""

from typing import Any

from rooms.domain.commit import EventWrite, PlannedDelivery
from rooms.domain.job import DeliveryJob, DeliveryKind, DeliveryState
from rooms.stores.base import ConversationStore
from rooms.testing.factories import ROOM, make_event, make_finish, make_room, make_unit

RUN_OUT = -60.0
HOUR = 3600.0

Place = tuple[int, str]


async def _add(
    store: ConversationStore, *channels: str, owner: str = "", seconds: float = HOUR
) -> list[DeliveryJob]:
    """Append an event to be sent to `channels`, its jobs leased to `owner` if named."""
    if await store.get_room(ROOM) is None:
        await store.create_room(make_room())
    unit = make_unit(make_event(), sends_to=channels, lease_owner=owner, lease_seconds=seconds)
    [committed] = await store.commit([unit])
    return list(committed.jobs)


async def _lease(store: ConversationStore, owner: str, **asked: Any) -> list[Place]:
    jobs = await store.lease_deliveries(owner, **{"seconds": HOUR, **asked})
    return [(job.event_index, job.channel_id) for job in jobs]


async def test_a_held_channel_holds_back_the_room(store: ConversationStore) -> None:
    await _add(store, "ws-1", owner="node-1")
    await _add(store, "ws-2")
    assert await _lease(store, "node-2") == []
    assert await _lease(store, "node-1") == [(1, "ws-2")]


async def test_jobs_of_one_event_go_side_by_side(store: ConversationStore) -> None:
    await _add(store, "ws-1", "ws-2")
    await _add(store, "ws-1")
    [first] = await _lease(store, "node-1", limit=1)
    [second] = await _lease(store, "node-2")
    assert {first, second} == {(0, "ws-1"), (0, "ws-2")}
    assert await _lease(store, "node-3") == []


async def test_a_room_is_taken_event_by_event(store: ConversationStore) -> None:
    await _add(store, "ws-2", "ws-1")
    await _add(store, "ws-1")
    await _add(store, "ws-3")
    taken = await _lease(store, "node-1")
    assert sorted(taken[:2]) == [(0, "ws-1"), (0, "ws-2")]
    assert taken[2:] == [(1, "ws-1"), (2, "ws-3")]


async def test_a_retry_of_one_channel_holds_back_the_room(store: ConversationStore) -> None:
    head, _ = await _add(store, "ws-1", "ws-2")
    await store.finish_deliveries([make_finish(head, DeliveryState.WAITING, due_in_s=HOUR)])
    await _add(store, "ws-2")
    assert await _lease(store, "node-1") == [(0, "ws-2")]


async def test_an_asked_lane_is_its_whole_room(store: ConversationStore) -> None:
    await _add(store, "ws-1")
    await _add(store, "ws-2")
    await store.create_room(make_room("other"))
    await store.commit([make_unit(make_event(), room_id="other", sends_to=("ws-2",))])
    assert await _lease(store, "node-1", lanes=[(ROOM, "ws-2")]) == [(0, "ws-1"), (1, "ws-2")]


async def test_a_job_behind_another_channel_is_born_free(store: ConversationStore) -> None:
    await _add(store, "ws-1")
    jobs = await _add(store, "ws-1", "ws-2", owner="node-1")
    assert [job.lease_owner for job in jobs] == ["", ""]


async def test_a_job_behind_other_jobs_of_its_owner_is_born_leased(
    store: ConversationStore,
) -> None:
    await _add(store, "ws-1", owner="node-1")
    jobs = await _add(store, "ws-2", "ws-3", owner="node-1")
    assert [job.lease_owner for job in jobs] == ["node-1", "node-1"]


async def test_opened_turn_waits_for_a_later_one_of_its_agent_only(
    store: ConversationStore,
) -> None:
    await store.create_room(make_room())
    asked = [
        PlannedDelivery(channel_id=agent, kind=DeliveryKind.REACT) for agent in ("a", "b", "a")
    ]
    writes = tuple(EventWrite(event=make_event(), deliveries=(ask,)) for ask in asked)
    [committed] = await store.commit([make_unit(events=writes)])
    one, two, three = committed.jobs
    await store.finish_deliveries([make_finish(one, DeliveryState.PARKED)])
    await store.finish_deliveries([make_finish(two, DeliveryState.PARKED)])
    assert await _lease(store, "node-1") == [(2, "a")]
    await store.open_parked(ROOM, two.event_id, "b")
    assert await _lease(store, "node-2") == [(1, "b")]
    await store.finish_deliveries([make_finish(two, DeliveryState.SENT)])
    await store.open_parked(ROOM, one.event_id, "a")
    assert await _lease(store, "node-2") == []
    await store.finish_deliveries([make_finish(three, DeliveryState.SENT)])
    assert await _lease(store, "node-2") == [(0, "a")]


async def test_another_room_is_not_waited_for(store: ConversationStore) -> None:
    await _add(store, "ws-1")
    await store.create_room(make_room("other"))
    unit = make_unit(make_event(), room_id="other", sends_to=("ws-1",), lease_owner="node-1")
    [committed] = await store.commit([unit])
    assert [job.lease_owner for job in committed.jobs] == ["node-1"]
