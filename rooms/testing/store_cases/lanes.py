"""The order of a lane: who may be born leased, who is handed out, what has begun.

Leases of negative length stand for leases that have run out.
"""

from typing import Any

import pytest

from rooms.domain.job import DeliveryJob, DeliveryState
from rooms.domain.json import JsonObject
from rooms.stores.base import ConversationStore
from rooms.testing.factories import (
    ROOM,
    make_event,
    make_finish,
    make_room,
    make_unit,
    make_write,
)

RUN_OUT = -60.0
HOUR = 3600.0
FREE = ("", None)


async def _add(
    store: ConversationStore,
    *lanes: str,
    owner: str = "",
    seconds: float = HOUR,
    room_id: str = ROOM,
) -> list[DeliveryJob]:
    """Append an event to be sent to the channels `lanes`, its jobs leased to `owner` if named."""
    if await store.get_room(room_id) is None:
        await store.create_room(make_room(room_id))
    unit = make_unit(
        make_event(), room_id=room_id, sends_to=lanes, lease_owner=owner, lease_seconds=seconds
    )
    [committed] = await store.commit([unit])
    return list(committed.jobs)


async def _owners(store: ConversationStore) -> list[str]:
    return [job.lease_owner for job in await store.list_deliveries(ROOM)]


async def _places(
    store: ConversationStore, owner: str = "worker", **asked: Any
) -> set[tuple[str, str, int]]:
    """Lease for an hour and return which jobs were taken."""
    jobs = await store.lease_deliveries(owner, **{"seconds": HOUR, **asked})
    return {(job.room_id, job.channel_id, job.event_index) for job in jobs}


async def test_a_job_behind_one_of_its_owner_is_born_leased(store: ConversationStore) -> None:
    await _add(store, "ws-1", owner="node-1")
    [job] = await _add(store, "ws-1", owner="node-1")
    assert job.lease_owner == "node-1"
    assert await _owners(store) == ["node-1", "node-1"]


@pytest.mark.parametrize(
    ("owner", "seconds"),
    [
        ("", HOUR),  # nobody's yet
        ("node-2", HOUR),  # another's
        ("node-1", RUN_OUT),  # its own, but anybody may take it
    ],
)
async def test_a_job_that_would_overtake_is_born_free(
    store: ConversationStore, owner: str, seconds: float
) -> None:
    await _add(store, "ws-1", owner=owner, seconds=seconds)
    [job] = await _add(store, "ws-1", owner="node-1")
    assert (job.lease_owner, job.lease_until) == FREE
    assert (await store.list_deliveries(ROOM))[1] == job


async def test_a_job_behind_its_owners_retry_is_born_leased(store: ConversationStore) -> None:
    [head] = await _add(store, "ws-1", owner="node-1")
    await store.finish_deliveries([make_finish(head, DeliveryState.WAITING, due_in_s=HOUR)])
    [job] = await _add(store, "ws-1", owner="node-1")
    assert job.lease_owner == "node-1"


async def test_what_is_over_is_not_overtaken(store: ConversationStore) -> None:
    [head] = await _add(store, "ws-1")
    await store.finish_deliveries([make_finish(head, DeliveryState.UNKNOWN)])
    [job] = await _add(store, "ws-1", owner="node-1")
    assert job.lease_owner == "node-1"


async def test_other_lanes_do_not_count(store: ConversationStore) -> None:
    await _add(store, "ws-1")
    await _add(store, "ws-2", room_id="other")
    first, second = await _add(store, "ws-1", "ws-2", owner="node-1")
    assert (first.lease_owner, second.lease_owner) == ("", "node-1")


async def test_jobs_of_one_unit_share_their_lane(store: ConversationStore) -> None:
    await store.create_room(make_room())
    writes = (make_write(make_event(), "ws-1"), make_write(make_event(), "ws-1"))
    [committed] = await store.commit([make_unit(events=writes, lease_owner="node-1")])
    assert [job.lease_owner for job in committed.jobs] == ["node-1", "node-1"]


async def test_lanes_of_many_rooms_are_told_apart(store: ConversationStore) -> None:
    for room_id in ("one", "two"):
        await store.create_room(make_room(room_id))
    await _add(store, "ws-1", room_id="one")
    units = [
        make_unit(make_event(), room_id=room_id, sends_to=("ws-1",), lease_owner=room_id)
        for room_id in ("one", "two")
    ]
    one, two = await store.commit(units)
    assert [one.jobs[0].lease_owner, two.jobs[0].lease_owner] == ["", "two"]


async def test_a_job_carries_its_trace(store: ConversationStore) -> None:
    await store.create_room(make_room())
    write = make_write(make_event(), "ws-1", "ws-2")
    traced = write.deliveries[0].model_copy(update={"traceparent": "00-aa-bb-01"})
    write = write.model_copy(update={"deliveries": (traced, write.deliveries[1])})
    [committed] = await store.commit([make_unit(events=(write,))])
    listed = await store.list_deliveries(ROOM)
    assert [job.traceparent for job in committed.jobs] == ["00-aa-bb-01", None]
    assert [job.traceparent for job in listed] == ["00-aa-bb-01", None]


async def test_only_the_asked_lanes_are_taken(store: ConversationStore) -> None:
    await _add(store, "ws-1", "ws-2")
    await _add(store, "ws-1")
    await _add(store, "ws-1", room_id="other")
    taken = await _places(store, lanes=[(ROOM, "ws-1"), (ROOM, "nothing")])
    assert taken == {(ROOM, "ws-1", 0), (ROOM, "ws-1", 1)}
    assert await _places(store, lanes=[]) == set()
    assert await _places(store) == {(ROOM, "ws-2", 0), ("other", "ws-1", 0)}


async def test_a_lane_asked_for_twice_is_taken_once(store: ConversationStore) -> None:
    await _add(store, "ws-1")
    asked = [(ROOM, "ws-1"), (ROOM, "ws-1")]
    [job] = await store.lease_deliveries("node-1", seconds=HOUR, lanes=asked)
    assert job.channel_id == "ws-1"


async def test_the_lane_whose_head_is_due_longest_comes_first(store: ConversationStore) -> None:
    for lane, minutes in (("ws-1", 1), ("ws-2", 3), ("ws-3", 2)):
        [head] = await _add(store, lane)
        due_in_s = -60.0 * minutes
        await store.finish_deliveries([make_finish(head, DeliveryState.WAITING, due_in_s=due_in_s)])
    await _add(store, "ws-1", "ws-2", "ws-3")
    assert await _places(store, limit=1) == {(ROOM, "ws-2", 1)}
    taken = await store.lease_deliveries("worker", seconds=HOUR)
    order = [(job.channel_id, job.event_index) for job in taken]
    assert order == [("ws-2", 3), ("ws-3", 2), ("ws-3", 3), ("ws-1", 0), ("ws-1", 3)]


async def test_lanes_that_are_held_up_leave_the_limit_to_others(store: ConversationStore) -> None:
    await _add(store, "ws-1", owner="node-1")
    [retried] = await _add(store, "ws-1", owner="node-1")
    await store.finish_deliveries([make_finish(retried, DeliveryState.WAITING, due_in_s=HOUR)])
    await _add(store, "ws-1")
    await _add(store, "ws-2", "ws-3")
    [one] = await _places(store, "node-1", limit=1)
    [other] = await _places(store, "node-2", limit=1)
    assert {one, other} == {(ROOM, "ws-2", 3), (ROOM, "ws-3", 3)}


async def test_an_owners_own_retry_holds_back_its_lane(store: ConversationStore) -> None:
    [head] = await _add(store, "ws-1", owner="node-1")
    await _add(store, "ws-1")
    await store.finish_deliveries([make_finish(head, DeliveryState.WAITING, due_in_s=HOUR)])
    assert await _places(store, "node-1") == set()


async def test_an_asked_lane_keeps_its_order(store: ConversationStore) -> None:
    await _add(store, "ws-1", owner="node-1")
    await _add(store, "ws-1")
    assert await _places(store, "node-2", lanes=[(ROOM, "ws-1")]) == set()


async def test_beginning_an_attempt_keeps_the_lease(store: ConversationStore) -> None:
    [job] = await _add(store, "ws-1", owner="node-1")
    await store.finish_deliveries([make_finish(job, DeliveryState.SENDING)])
    [stored] = await store.list_deliveries(ROOM)
    assert stored == job.model_copy(update={"state": DeliveryState.SENDING, "attempts": 1})
    assert await _places(store, "node-2") == set()


async def test_an_attempt_that_was_cut_off_is_handed_out(store: ConversationStore) -> None:
    [job] = await _add(store, "ws-1", owner="node-1", seconds=RUN_OUT)
    await _add(store, "ws-1")
    await store.finish_deliveries([make_finish(job, DeliveryState.SENDING)])
    head, _ = await store.lease_deliveries("node-2", seconds=HOUR)
    assert (head.id, head.state) == (job.id, DeliveryState.SENDING)
    assert (head.lease_owner, head.attempts) == ("node-2", 1)


async def test_an_unknown_outcome_is_final(store: ConversationStore) -> None:
    [job] = await _add(store, "ws-1", owner="node-1")
    unknown = make_finish(job, DeliveryState.UNKNOWN, error_code="outcome_unknown")
    await store.finish_deliveries([unknown])
    await store.finish_deliveries([make_finish(job, DeliveryState.SENT)])
    [stored] = await store.list_deliveries(ROOM)
    assert (stored.state, stored.error_code) == (DeliveryState.UNKNOWN, "outcome_unknown")
    assert (stored.lease_owner, stored.lease_until) == FREE


async def test_only_its_owner_begins_a_fenced_attempt(store: ConversationStore) -> None:
    mine, lost = await _add(store, "ws-1", "ws-2", owner="node-1", seconds=RUN_OUT)
    await store.lease_deliveries("node-2", seconds=HOUR, lanes=[(ROOM, "ws-2")])
    begin: JsonObject = {"state": DeliveryState.SENDING, "lease_owner": "node-1"}
    written = await store.finish_deliveries([make_finish(job, **begin) for job in (mine, lost)])
    assert written == {mine.id}
    states = [job.state for job in await store.list_deliveries(ROOM)]
    assert states == [DeliveryState.SENDING, DeliveryState.PENDING]


async def test_a_fence_holds_for_one_attempt_alone(store: ConversationStore) -> None:
    [job] = await _add(store, "ws-1", owner="node-1")
    theirs = make_finish(job, DeliveryState.SENDING, lease_owner="node-2")
    assert await store.finish_deliveries([theirs]) == frozenset()
    assert await store.list_deliveries(ROOM) == [job]
    ours = make_finish(job, DeliveryState.SENDING, lease_owner="node-1")
    assert await store.finish_deliveries([ours]) == {job.id}
    [stored] = await store.list_deliveries(ROOM)
    assert stored == job.model_copy(update={"state": DeliveryState.SENDING, "attempts": 1})


async def test_a_late_fenced_finish_alone_writes_nothing(store: ConversationStore) -> None:
    [job] = await _add(store, "ws-1", owner="node-1")
    assert await store.finish_deliveries([make_finish(job, DeliveryState.SENT)]) == frozenset()
    for late in (
        make_finish(job, DeliveryState.SENDING, lease_owner="node-1"),
        make_finish(job, DeliveryState.FAILED, lease_owner=""),
        make_finish(job, DeliveryState.SENDING, id="unknown", lease_owner=""),
    ):
        assert await store.finish_deliveries([late]) == frozenset()
    assert [one.state for one in await store.list_deliveries(ROOM)] == [DeliveryState.SENT]


async def test_a_fenced_finish_opens_nothing_again(store: ConversationStore) -> None:
    [job] = await _add(store, "ws-1", owner="node-1")
    await store.finish_deliveries([make_finish(job, DeliveryState.SENT)])
    late = make_finish(job, DeliveryState.SENDING, lease_owner="node-1")
    unknown = make_finish(job, DeliveryState.SENDING, id="unknown", lease_owner="")
    assert await store.finish_deliveries([late, unknown]) == frozenset()
    assert [one.state for one in await store.list_deliveries(ROOM)] == [DeliveryState.SENT]
