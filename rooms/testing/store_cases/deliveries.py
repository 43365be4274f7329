"""The outbox: rows born with their event, lanes, leases, outcomes.

Leases of negative length stand for leases that have run out.
"""

import pytest

from rooms.domain.commit import EventWrite, PlannedDelivery
from rooms.domain.enums import EventStatus
from rooms.domain.frozen import utc_now
from rooms.domain.job import DeliveryJob, DeliveryKind, DeliveryState
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
FINAL = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.DISCARDED)


async def _lane(
    store: ConversationStore, count: int, *, owner: str = "", seconds: float = RUN_OUT
) -> list[DeliveryJob]:
    """Make the room with so many events, each to be sent to ws-1, leased to `owner` if named."""
    await store.create_room(make_room())
    unit = make_unit(
        *(make_event() for _ in range(count)),
        sends_to=("ws-1",),
        lease_owner=owner,
        lease_seconds=seconds,
    )
    [committed] = await store.commit([unit])
    return list(committed.jobs)


async def _lease(
    store: ConversationStore, owner: str = "worker", *, seconds: float = HOUR, limit: int = 100
) -> list[int]:
    """Lease and return the indexes of the events whose jobs were taken."""
    jobs = await store.lease_deliveries(owner, seconds=seconds, limit=limit)
    return [job.event_index for job in jobs]


async def test_jobs_are_born_in_plan_order(store: ConversationStore) -> None:
    await store.create_room(make_room(owner_epoch=5))
    writes = (
        make_write(make_event(), "ws-2", "ws-1"),
        make_write(make_event(status=EventStatus.BLOCKED)),
        make_write(make_event(), "ws-1"),
    )
    [committed] = await store.commit([make_unit(events=writes)])
    born = [(job.event_index, job.channel_id) for job in committed.jobs]
    assert born == [(0, "ws-2"), (0, "ws-1"), (2, "ws-1")]
    assert [job.event_id for job in committed.jobs][2] == writes[2].event.id
    assert {job.owner_epoch for job in committed.jobs} == {5}
    assert {(job.state, job.attempts) for job in committed.jobs} == {(DeliveryState.PENDING, 0)}


async def test_a_jobs_kind_is_the_planned_one(store: ConversationStore) -> None:
    await store.create_room(make_room())
    planned = tuple(PlannedDelivery(channel_id=kind, kind=kind) for kind in DeliveryKind)
    unit = make_unit(events=(EventWrite(event=make_event(), deliveries=planned),))
    [committed] = await store.commit([unit])
    assert [job.kind for job in committed.jobs] == list(DeliveryKind)


async def test_jobs_are_listed_by_place_and_channel(store: ConversationStore) -> None:
    await store.create_room(make_room())
    writes = (make_write(make_event(), "ws-2", "ws-1"), make_write(make_event(), "ws-1"))
    [committed] = await store.commit([make_unit(events=writes)])
    second, first, third = committed.jobs
    assert await store.list_deliveries(ROOM) == [first, second, third]
    assert await store.list_deliveries(ROOM, event_id=third.event_id) == [third]
    assert await store.list_deliveries("nowhere") == []


async def test_jobs_may_be_born_leased(store: ConversationStore) -> None:
    [job] = await _lane(store, 1, owner="node-1", seconds=HOUR)
    assert job.lease_owner == "node-1"
    assert job.lease_until is not None
    assert job.lease_until > utc_now()
    assert await _lease(store, "node-2") == []


async def test_jobs_may_be_born_free(store: ConversationStore) -> None:
    [job] = await _lane(store, 1)
    assert (job.lease_owner, job.lease_until) == ("", None)
    assert await _lease(store) == [0]


async def test_a_taken_job_is_leased_to_its_taker(store: ConversationStore) -> None:
    await _lane(store, 1)
    [taken] = await store.lease_deliveries("node-1", seconds=HOUR)
    assert taken.lease_owner == "node-1"
    assert taken.lease_until is not None
    assert taken.lease_until > utc_now()
    assert await store.list_deliveries(ROOM) == [taken]


async def test_a_job_is_taken_once(store: ConversationStore) -> None:
    await _lane(store, 1)
    assert await _lease(store, "node-1") == [0]
    assert await _lease(store, "node-1") == []
    assert await _lease(store, "node-2") == []


async def test_a_lease_that_ran_out_is_taken_over(store: ConversationStore) -> None:
    await _lane(store, 1, owner="node-1", seconds=RUN_OUT)
    [taken] = await store.lease_deliveries("node-2", seconds=HOUR)
    assert taken.lease_owner == "node-2"


async def test_a_lease_of_no_length_holds_nobody_back(store: ConversationStore) -> None:
    await _lane(store, 1)
    assert await _lease(store, "node-1", seconds=RUN_OUT) == [0]
    assert await _lease(store, "node-2") == [0]


async def test_a_lane_is_taken_in_index_order(store: ConversationStore) -> None:
    await _lane(store, 4)
    assert await _lease(store, limit=3) == [0, 1, 2]
    assert await _lease(store) == [3]


async def test_a_living_owner_ahead_keeps_others_off_the_lane(store: ConversationStore) -> None:
    await _lane(store, 3)
    await _lease(store, "node-1", limit=1)
    assert await _lease(store, "node-2") == []
    assert await _lease(store, "node-1") == [1, 2]


async def test_lanes_do_not_wait_for_each_other(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await store.create_room(make_room("other"))
    held = make_unit(make_event(), sends_to=("ws-1",), lease_owner="node-1", lease_seconds=HOUR)
    await store.commit([held])
    await store.commit([make_unit(make_event(), sends_to=("ws-1", "ws-2"))])
    await store.commit([make_unit(make_event(), sends_to=("ws-1",), room_id="other")])
    taken = await store.lease_deliveries("node-2", seconds=HOUR)
    assert {(job.room_id, job.channel_id) for job in taken} == {(ROOM, "ws-2"), ("other", "ws-1")}


async def test_a_waiting_head_holds_back_its_lane(store: ConversationStore) -> None:
    head, _ = await _lane(store, 2, owner="node-1", seconds=RUN_OUT)
    await store.finish_deliveries([make_finish(head, DeliveryState.WAITING, due_in_s=HOUR)])
    assert await _lease(store, "node-1") == []
    assert await _lease(store, "node-2") == []


async def test_a_waiting_head_that_is_due_is_taken_first(store: ConversationStore) -> None:
    head, _ = await _lane(store, 2)
    await store.finish_deliveries([make_finish(head, DeliveryState.WAITING, due_in_s=-HOUR)])
    assert await _lease(store) == [0, 1]


@pytest.mark.parametrize("state", FINAL)
async def test_a_final_head_frees_its_lane(store: ConversationStore, state: DeliveryState) -> None:
    head, _ = await _lane(store, 2)
    await _lease(store, "node-1", limit=1)
    await store.finish_deliveries([make_finish(head, state)])
    assert await _lease(store, "node-2") == [1]


@pytest.mark.parametrize("state", FINAL)
async def test_a_final_job_loses_its_lease(store: ConversationStore, state: DeliveryState) -> None:
    [job] = await _lane(store, 1, owner="node-1", seconds=HOUR)
    finish = make_finish(job, state, provider_message_id="SM1", error_code="e", error_message="m")
    await store.finish_deliveries([finish])
    [stored] = await store.list_deliveries(ROOM)
    expected = {"state": state, "attempts": 1, "provider_message_id": "SM1", "error_code": "e"}
    lease = {"error_message": "m", "lease_owner": "", "lease_until": None}
    assert stored == job.model_copy(update=expected | lease)


async def test_a_waiting_job_keeps_its_lease(store: ConversationStore) -> None:
    [job] = await _lane(store, 1, owner="node-1", seconds=HOUR)
    finish = make_finish(job, DeliveryState.WAITING, due_in_s=300, error_code="timeout")
    await store.finish_deliveries([finish])
    [stored] = await store.list_deliveries(ROOM)
    changes = {"state": DeliveryState.WAITING, "attempts": 1, "due_at": stored.due_at}
    assert stored == job.model_copy(update=changes | {"error_code": "timeout"})


@pytest.mark.parametrize("alone", [True, False])  # written by one statement, or by several
async def test_the_next_attempt_is_due_by_the_clock_of_the_store(
    store: ConversationStore, alone: bool
) -> None:
    job, other = await _lane(store, 2)
    before = [job.due_at for job in await store.list_deliveries(ROOM)]
    finish = make_finish(job, DeliveryState.WAITING, due_in_s=300)
    unmoved = make_finish(other, DeliveryState.WAITING)
    await store.finish_deliveries([finish] if alone else [finish, unmoved])
    moved, left = await store.list_deliveries(ROOM)
    assert 300 <= (moved.due_at - before[0]).total_seconds() < 600
    assert left.due_at == before[1]


async def test_a_final_job_is_never_opened_again(store: ConversationStore) -> None:
    [job] = await _lane(store, 1)
    await store.finish_deliveries([make_finish(job, DeliveryState.SENT)])
    late = make_finish(job, DeliveryState.WAITING, due_in_s=0)
    await store.finish_deliveries([late])
    [stored] = await store.list_deliveries(ROOM)
    assert stored.state is DeliveryState.SENT
    assert await _lease(store) == []


async def test_an_unknown_job_is_passed_over(store: ConversationStore) -> None:
    [job] = await _lane(store, 1)
    unknown = make_finish(job, DeliveryState.SENT, id="nothing")
    await store.finish_deliveries([unknown, make_finish(job, DeliveryState.SENT)])
    [stored] = await store.list_deliveries(ROOM)
    assert stored.state is DeliveryState.SENT


async def test_a_unit_finishes_jobs_with_its_events(store: ConversationStore) -> None:
    [job] = await _lane(store, 1)
    finish = make_finish(job, DeliveryState.SENT)
    await store.commit([make_unit(make_event("answer"), finishes=(finish,))])
    [stored] = await store.list_deliveries(ROOM)
    assert (stored.state, stored.attempts) == (DeliveryState.SENT, 1)


async def test_a_unit_ends_no_job_that_another_has_taken(store: ConversationStore) -> None:
    [job] = await _lane(store, 1, owner="node-1")
    [taken] = await store.lease_deliveries("node-2", seconds=HOUR)
    late = make_finish(job, DeliveryState.SENT, lease_owner="node-1")
    await store.commit([make_unit(make_event("answer"), finishes=(late,))])
    assert await store.list_deliveries(ROOM) == [taken]


async def test_a_refused_unit_finishes_no_job(store: ConversationStore) -> None:
    [job] = await _lane(store, 1)
    finish = make_finish(job, DeliveryState.SENT)
    await store.commit([make_unit(make_event(), finishes=(finish,), owner_epoch=9)])
    assert await store.list_deliveries(ROOM) == [job]


async def test_renewing_pushes_open_leases_back(store: ConversationStore) -> None:
    first, second = await _lane(store, 2, owner="node-1", seconds=RUN_OUT)
    await store.finish_deliveries([make_finish(first, DeliveryState.SENT)])
    await store.commit([make_unit(make_event(), sends_to=("ws-1",), lease_owner="node-2")])
    asked = [first.id, second.id, "nothing"]
    assert await store.renew_leases("node-1", asked, seconds=HOUR) == 1
    assert await _lease(store, "node-3") == []


async def test_a_lease_that_nobody_renews_runs_out(store: ConversationStore) -> None:
    first, second = await _lane(store, 2, owner="node-1", seconds=RUN_OUT)
    assert await store.renew_leases("node-1", [second.id], seconds=HOUR) == 1
    taken = await store.lease_deliveries("node-2", seconds=HOUR)
    assert [job.id for job in taken] == [first.id]
    assert await store.renew_leases("node-1", [], seconds=HOUR) == 0


async def test_a_lease_that_is_given_back_is_free_at_once(store: ConversationStore) -> None:
    first, second = await _lane(store, 2, owner="node-1", seconds=HOUR)
    await store.renew_leases("node-1", [second.id], seconds=0)
    assert await _lease(store, "node-2") == []
    await store.renew_leases("node-1", [first.id], seconds=0)
    assert await _lease(store, "node-2") == [0, 1]


async def test_there_is_nothing_to_renew_for_a_stranger(store: ConversationStore) -> None:
    [job] = await _lane(store, 1, owner="node-1", seconds=RUN_OUT)
    assert await store.renew_leases("node-2", [job.id], seconds=HOUR) == 0
    assert await _lease(store, "node-3") == [0]


async def test_an_owner_that_was_taken_over_renews_nothing(store: ConversationStore) -> None:
    [job] = await _lane(store, 1, owner="node-1", seconds=RUN_OUT)
    await _lease(store, "node-2")
    assert await store.renew_leases("node-1", [job.id], seconds=HOUR) == 0
