"""What the ORM store's commit promises beyond the shared contract: groups, faults, statements."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from rooms.domain.commit import CommitOutcome, Committed
from rooms.domain.errors import StoreUnavailableError
from rooms.domain.json import JsonObject
from rooms.domain.lease import LeaseRequest
from rooms.stores.orm import OrmStore
from rooms.testing.factories import (
    ROOM,
    make_address,
    make_binding,
    make_event,
    make_participant,
    make_room,
    make_unit,
)
from tests.stores.statements import count_statements

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("committed_database")]

MANY = 50
LEASE = LeaseRequest(owner="a", seconds=60)


@pytest.fixture(params=[False, True], ids=["own form", "portable"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[OrmStore]:
    store = OrmStore(portable=request.param)
    yield store
    await store.close()


async def _commit(store: OrmStore, room_id: str = ROOM, **fields: str) -> Committed:
    event = make_event(**{"room_id": room_id, **fields})
    [committed] = await store.commit([make_unit(event, room_id=room_id, sends_to=("ws-1",))])
    return committed


async def test_commits_at_once_into_one_room_leave_no_gap(store: OrmStore) -> None:
    await store.create_room(make_room())
    answers = await asyncio.gather(*(_commit(store) for _ in range(MANY)))
    assert sorted(answer.events[0].index for answer in answers) == list(range(MANY))
    room = await store.get_room(ROOM)
    assert room is not None
    assert (room.event_count, room.latest_index) == (MANY, MANY - 1)


async def test_commits_at_once_into_many_rooms_keep_to_their_rooms(store: OrmStore) -> None:
    room_ids = [f"room-{number}" for number in range(MANY)]
    for room_id in room_ids:
        await store.create_room(make_room(room_id))
    twice = await asyncio.gather(*(_commit(store, room_id) for room_id in room_ids * 2))
    assert [answer.events[0].room_id for answer in twice] == room_ids * 2
    assert sorted(answer.events[0].index for answer in twice) == [0] * MANY + [1] * MANY


async def test_a_poisoned_unit_fails_alone(store: OrmStore) -> None:
    room_ids = [f"room-{number}" for number in range(8)]
    for room_id in room_ids:
        await store.create_room(make_room(room_id))
    taken = (await _commit(store, room_ids[0])).events[0].id
    answers = await asyncio.gather(
        *(_commit(store, room_id) for room_id in room_ids[1:]),
        _commit(store, room_ids[0], id=taken),
        return_exceptions=True,
    )
    assert isinstance(answers.pop(), ValueError)
    assert all(isinstance(answer, Committed) and answer.events for answer in answers)


async def test_one_key_from_two_callers_makes_one_event(store: OrmStore) -> None:
    await store.create_room(make_room())
    answers = await asyncio.gather(*(_commit(store, idempotency_key="k") for _ in range(2)))
    assert {answer.outcome for answer in answers} == {
        CommitOutcome.COMMITTED,
        CommitOutcome.DUPLICATE,
    }
    assert answers[0].events[0].id == answers[1].events[0].id
    assert await store.get_event_count(ROOM) == 1


async def test_a_known_key_does_not_disturb_its_group(store: OrmStore) -> None:
    room_ids = [f"room-{number}" for number in range(8)]
    for room_id in room_ids:
        await store.create_room(make_room(room_id))
    await _commit(store, room_ids[0], idempotency_key="k")
    answers = await asyncio.gather(
        *(_commit(store, room_id, idempotency_key="k") for room_id in room_ids)
    )
    assert [answer.outcome.value for answer in answers] == ["duplicate"] + ["committed"] * 7


@contextmanager
def _deliveries_refused() -> Iterator[None]:
    """Let the database refuse every new delivery row."""
    raising = {
        "sqlite": [
            "CREATE TRIGGER refuse BEFORE INSERT ON roomkit_rooms_delivery "
            "BEGIN SELECT RAISE(ABORT, 'refused'); END"
        ],
        "postgresql": [
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE check_violation USING MESSAGE = 'refused'; END $$",
            "CREATE TRIGGER refuse BEFORE INSERT ON roomkit_rooms_delivery "
            "FOR EACH ROW EXECUTE FUNCTION refuse()",
        ],
    }
    lifting = {
        "sqlite": ["DROP TRIGGER refuse"],
        "postgresql": ["DROP FUNCTION refuse CASCADE"],
    }
    _execute(raising[connection.vendor])
    yield
    _execute(lifting[connection.vendor])


def _backend_pid() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid: int = cursor.fetchone()[0]
    return pid


def _execute(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def deliveries_refused(committed_database: None) -> Iterator[None]:
    with _deliveries_refused():
        yield


@pytest.mark.usefixtures("deliveries_refused")
async def test_a_failed_delivery_row_takes_event_and_counters_back(store: OrmStore) -> None:
    before = await store.create_room(make_room())
    with pytest.raises(ValueError, match="refused"):
        await _commit(store)
    assert await store.get_room(ROOM) == before
    assert await store.list_events(ROOM, include_internal=True) == []


async def test_the_budget_of_statements_is_kept() -> None:
    store = OrmStore()
    await store.create_room(make_room())
    await store.add_binding(make_binding())
    unit = make_unit(make_event(idempotency_key="k"), sends_to=("ws-1",))
    async with count_statements(store) as reads:
        await store.load_snapshot(ROOM)
    async with count_statements(store) as writes:
        await store.commit([unit])
    await store.close()
    assert len(reads) == 1
    assert len(writes) == (1 if connection.vendor == "postgresql" else 4)


async def test_a_lease_costs_no_statement_on_postgresql() -> None:
    store = OrmStore()
    await store.create_room(make_room())
    async with count_statements(store) as statements:
        entry = await store.enter_room(ROOM, key="k", lease=LEASE)
        lease: JsonObject = {
            "lease_token": entry.lease_token,
            "releases_lease": True,
            "lease_owner": "a",
        }
        await store.commit([make_unit(make_event(), sends_to=("ws-1",), **lease)])
    await store.close()
    # SQLite takes two for the lease, two to read and one to see whether the lane is free.
    budget = {"postgresql": 2, "sqlite": 9}
    assert len(statements) == budget[connection.vendor], "\n".join(statements)


async def test_a_group_costs_what_one_unit_costs() -> None:
    store = OrmStore()
    room_ids = [f"room-{number}" for number in range(MANY)]
    for room_id in room_ids:
        await store.create_room(make_room(room_id))
    units = [make_unit(make_event(room_id=one), room_id=one, sends_to=("ws",)) for one in room_ids]
    async with count_statements(store) as writes:
        await store.commit(units)
    await store.close()
    assert len(writes) == (1 if connection.vendor == "postgresql" else 4)


async def test_both_forms_read_the_same_snapshot() -> None:
    forms = [OrmStore(), OrmStore(portable=True)]
    await forms[0].create_room(make_room(organization_id="org", metadata={"é": [1, {"a": None}]}))
    await forms[0].add_binding(make_binding("b", metadata={"phone_number": "+1"}))
    await forms[0].add_binding(make_binding("a"))
    await forms[0].remove_binding(ROOM, "gone")
    unit = make_unit(make_event(), participants=(make_participant(),), addresses=(make_address(),))
    await forms[0].commit([unit])
    own, portable = [await form.load_snapshot(ROOM) for form in forms]
    for form in forms:
        await form.close()
    assert own is not None
    assert own == portable


async def test_half_a_surrogate_pair_makes_no_room_unreadable(store: OrmStore) -> None:
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL refuses it when it is written")
    room = await store.create_room(make_room(metadata={"name": "\ud800"}))
    await _commit(store)
    snapshot = await store.load_snapshot(ROOM)
    assert snapshot is not None
    assert snapshot.context.room.metadata == room.metadata


async def test_a_lost_connection_is_told_and_replaced(store: OrmStore) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("a SQLite file has no connection to lose")
    await store.create_room(make_room())
    killer = OrmStore()
    pids: list[int] = []
    await store.threads.run_on_each(lambda: pids.append(_backend_pid()))
    for pid in pids:
        await killer.threads.run(_execute, [f"SELECT pg_terminate_backend({pid}, 5000)"])
    await killer.close()
    with pytest.raises(StoreUnavailableError, match="nothing was stored"):
        await store.get_room(ROOM)
    await store.threads.run_on_each(lambda: pids.append(_backend_pid()))
    assert len(set(pids)) == len(pids)


async def test_a_closed_store_opens_again(store: OrmStore) -> None:
    await store.create_room(make_room())
    await store.close()
    assert await store.get_room(ROOM) is not None
