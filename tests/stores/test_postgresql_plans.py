"""What a commit reads on PostgreSQL does not grow with what is stored."""

import pytest
from django.db import connection

from rooms import models
from rooms.services.deliveries import END_LEASE
from rooms.stores.orm.commit_postgresql import CALL
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
    unit = make_unit(event, room_id="room-0", sends_to=("ws-1",))
    with connection.cursor() as cursor:
        cursor.execute(
            f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {CALL}", [f"[{unit.model_dump_json()}]"]
        )
        [[explained]] = cursor.fetchone()
    plan = explained["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def _rooms(first: int, last: int) -> list[models.Room]:
    return [models.Room.from_domain(make_room(f"room-{number}")) for number in range(first, last)]


def test_a_plan_made_on_small_tables_serves_large_ones() -> None:
    models.Room.objects.bulk_create(_rooms(0, 1))
    _count_pages("plans")
    small = _count_pages("small")
    models.Room.objects.bulk_create(_rooms(1, MANY))
    models.Event.objects.bulk_create(
        models.Event.from_domain(
            make_event(room_id="room-0", index=index, idempotency_key=f"key-{index}")
        )
        for index in range(10, MANY)
    )
    assert _count_pages("large") - small < FEW


def test_an_outcome_finds_its_row_by_the_primary_key() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {END_LEASE}", ["sent", 1, None, None, None, "job-1"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "roomkit_rooms_delivery_pkey" in plan
    assert "rk_delivery_open" not in plan
