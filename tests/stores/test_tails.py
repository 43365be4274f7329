"""The last messages of many rooms come together, and of long rooms only the last are read."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from django.db import connection

from rooms import EventType, RoomEvent, TextContent, models
from rooms.stores.orm import OrmStore
from rooms.stores.orm.snapshot_sql import DIALECTS
from rooms.stores.orm.tail_sql import FROM_THE_START, build_tails_statement
from rooms.stores.orm.tails import TailRequest, choose_tails_reader
from rooms.testing.factories import at, make_event, make_room, make_source
from tests.stores.statements import count_statements

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("committed_database")]

LONG, SHORT = "long", "short"
MANY = 4000
# Pages of 8 KB; the ten last messages and the way to them. All messages take hundreds.
FEW = 25


@pytest.fixture
async def store() -> AsyncIterator[OrmStore]:
    made = OrmStore()
    yield made
    await made.close()


def fill(room_id: str, count: int) -> None:
    """Store a room with so many messages."""
    models.Room.objects.bulk_create([models.Room.from_domain(make_room(room_id))])
    models.Event.objects.bulk_create(
        models.Event.from_domain(make_event(str(index), room_id=room_id, index=index))
        for index in range(count)
    )


def full_event() -> RoomEvent:
    """Make an event with something in every field."""
    source = make_source(
        participant_id="ann",
        external_id="+1",
        provider="fake",
        provider_message_id="SM1",
        raw_payload={"half a pair": "\ud800", "n": [1.5, None]},
    )
    return make_event(
        source=source,
        content=TextContent(body='naïve "quoted" \' \\ ✓'),
        blocked_by="hook",
        response_visibility="none",
        addressed_to=[],
        index=3,
        chain_depth=2,
        parent_event_id="parent",
        thread_root_id="root",
        correlation_id="c",
        idempotency_key="k",
        created_at=at(1),
        metadata={"big": 2**70, "deep": {"": [True]}},
        channel_data={"provider": "fake", "subject": "Re: order"},
        delivery_results={"desk": {"status": "sent"}},
    )


def test_database_s_own_form_says_what_the_portable_one_says() -> None:
    models.Room.objects.bulk_create([models.Room.from_domain(make_room())])
    event = full_event()
    if connection.vendor == "postgresql":  # which stores no half pairs
        source = event.source.model_copy(update={"raw_payload": {"n": [1.5, None]}})
        event = event.model_copy(update={"source": source})
    models.Event.objects.bulk_create([models.Event.from_domain(event)])
    asked = [TailRequest(event.room_id, 5)]

    [own], [portable] = (choose_tails_reader(portable=form)(asked) for form in (False, True))

    assert own == portable == [event]


@pytest.mark.parametrize("portable", [False, True])
def test_each_caller_gets_what_it_asked_for(portable: bool) -> None:
    fill(LONG, 6)
    fill(SHORT, 2)
    system = make_event(room_id=SHORT, index=2, type=EventType.SYSTEM)
    models.Event.objects.bulk_create([models.Event.from_domain(system)])
    asked = [
        TailRequest(LONG, 2),
        TailRequest(SHORT, 50),
        TailRequest("nowhere", 50),
        TailRequest(LONG, 50, after_index=4),
        TailRequest(LONG, 3, after_index=0),
    ]

    tails = choose_tails_reader(portable=portable)(asked)

    indexes = [[event.index for event in tail] for tail in tails]
    assert indexes == [[4, 5], [0, 1], [], [5], [3, 4, 5]]
    assert {event.room_id for event in tails[1]} == {SHORT}


async def test_tails_that_are_asked_for_together_share_a_statement(store: OrmStore) -> None:
    async with count_statements(store) as statements:
        await asyncio.gather(*(store.load_tail(f"room-{n}", limit=50) for n in range(20)))

    assert len(statements) == 1, statements


@pytest.mark.skipif(connection.vendor != "postgresql", reason="asks PostgreSQL's planner")
def test_of_a_long_room_among_short_ones_only_the_end_is_read() -> None:
    fill(LONG, MANY)
    for number in range(100):
        fill(f"{SHORT}-{number}", 3)
    statement = build_tails_statement(DIALECTS["postgresql"], count=2)
    asked: list[str | int] = [0, LONG, FROM_THE_START, 10, 1, f"{SHORT}-1", FROM_THE_START, 10]
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {models.Event._meta.db_table}")
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", asked)
        [[explained]] = cursor.fetchone()

    plan = explained["Plan"]
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < FEW
