"""What a commit reads on PostgreSQL does not grow with what is stored."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rooms import models
from rooms.domain.enums import LaneScope
from rooms.domain.frozen import new_id
from rooms.domain.job import DeliveryJob, DeliveryKind, DeliveryState
from rooms.services.deliveries import END_LEASE, MOMENT
from rooms.services.events import mark_processed
from rooms.services.leasing_postgresql import build_statement
from rooms.stores.orm import entering
from rooms.stores.orm.commit_postgresql import CALL
from rooms.stores.orm.snapshot_sql import build_entry_statement
from rooms.testing.factories import make_event, make_room, make_unit

pytestmark = [pytest.mark.database, pytest.mark.django_db]

MANY = 4000
# Pages of 8 KB. Deeper indexes cost some; one reading of any index of events costs over thirty.
FEW = 25


@pytest.fixture(autouse=True)
def postgresql_only() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("asks PostgreSQL's planner")


def _count_pages(key: str) -> int:
    """Commit one unit and return how many pages were looked at."""
    event = make_event(room_id="room-0", idempotency_key=key)
    unit = make_unit(event, room_id="room-0", sends_to=("ws-1",), lease_owner="node-1")
    return _pages_of(CALL, [f"[{unit.model_dump_json()}]", "binding"])


def _count_pages_of_entering() -> int:
    """Enter a room under a lease and return how many pages were looked at."""
    reading = build_entry_statement("$1", "$2")
    return _pages_of(entering.CALL, [["room-0"], ["plans"], "node-1", 60, reading])


def _count_pages_of_leasing(scope: LaneScope) -> int:
    """Lease the free jobs of the lane ws-1 for no time; return how many pages were looked at."""
    lane = ["room-0", "ws-1"] if scope is LaneScope.BINDING else ["room-0"]
    owner = "node-1"
    parameters = [*lane, owner, owner, 100, owner, -60.0, owner, owner]
    return _pages_of(build_statement(scope, 1), parameters)


def _pages_of(statement: str, parameters: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", parameters)
        [[explained]] = cursor.fetchone()
    plan = explained["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def _rooms(first: int, last: int) -> list[models.Room]:
    return [models.Room.from_domain(make_room(f"room-{number}")) for number in range(first, last)]


def _deliver(
    lane: str,
    *,
    state: DeliveryState,
    kind: DeliveryKind = DeliveryKind.SEND,
    count: int = MANY,
) -> None:
    """Store many deliveries of the first event to one channel."""
    [event] = models.Event.objects.filter(room_id="room-0", index=0)
    job = DeliveryJob(room_id="room-0", event_id=event.id, channel_id=lane, kind=kind, state=state)
    models.Delivery.objects.bulk_create(
        models.Delivery.from_domain(job.model_copy(update={"id": new_id(), "event_index": place}))
        for place in range(count)
    )


def test_a_plan_made_on_small_tables_serves_large_ones() -> None:
    models.Room.objects.bulk_create(_rooms(0, 1))
    for key in ("plans", "more plans"):
        _count_pages(key)
        _count_pages_of_entering()
    small, entering_small = _count_pages("small"), _count_pages_of_entering()
    _deliver("ws-1", state=DeliveryState.SENT)
    _deliver("elsewhere", state=DeliveryState.PENDING)
    models.Room.objects.bulk_create(_rooms(1, MANY))
    models.Event.objects.bulk_create(
        models.Event.from_domain(
            make_event(room_id="room-0", index=index, idempotency_key=f"key-{index}")
        )
        for index in range(10, MANY)
    )
    assert _count_pages("large") - small < FEW
    assert _count_pages_of_entering() - entering_small < FEW


def _deliver_everywhere(lane: str, kind: DeliveryKind) -> None:
    """Store a free delivery in each of the other rooms."""
    [event] = models.Event.objects.filter(room_id="room-0", index=0)
    models.Delivery.objects.bulk_create(
        models.Delivery.from_domain(
            DeliveryJob(room_id=f"room-{number}", event_id=event.id, channel_id=lane, kind=kind)
        )
        for number in range(1, MANY)
    )


def _learn() -> None:
    """Let the planner know the table, as a server does by itself now and then."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE roomkit_rooms_delivery")


@pytest.mark.parametrize("kind", [DeliveryKind.SEND, DeliveryKind.REACT])
@pytest.mark.parametrize("scope", LaneScope)
def test_taking_a_lane_costs_what_is_free_in_it(scope: LaneScope, kind: DeliveryKind) -> None:
    models.Room.objects.bulk_create(_rooms(0, MANY))
    models.Event.objects.bulk_create([models.Event.from_domain(make_event(room_id="room-0"))])
    _deliver_everywhere("ws-1", kind)
    _deliver("ws-1", state=DeliveryState.PENDING, kind=kind, count=2)
    _learn()
    small = _count_pages_of_leasing(scope)
    _deliver("ws-1", state=DeliveryState.SENT, kind=kind)
    assert models.Delivery.objects.filter(lease_owner="node-1").count() == 2
    # Two rows are written into each index; reading what was sent would cost thousands.
    assert _count_pages_of_leasing(scope) - small < 4 * FEW


def test_an_outcome_finds_its_row_by_the_primary_key() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        statement = END_LEASE.format(moment=MOMENT[connection.vendor])
        values: list[str | int | bool | None] = ["sent", 1, None, None, None, False, None, "job-1"]
        cursor.execute(f"EXPLAIN {statement}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "roomkit_rooms_delivery_pkey" in plan
    assert "rk_delivery_open" not in plan


def test_whether_an_event_is_processed_is_not_asked_of_the_open_jobs() -> None:
    with CaptureQueriesContext(connection) as captured, connection.cursor() as cursor:
        mark_processed(event_id="event-1")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {captured.captured_queries[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "rk_delivery_event" in plan
    assert "open" not in plan
