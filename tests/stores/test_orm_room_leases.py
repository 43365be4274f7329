"""Several processes on one database: a room has one holder at a time, and each knows its own."""

import asyncio
import sys
from collections.abc import AsyncIterator

import pytest
from django.db import connection

from rooms.domain.commit import CommitOutcome
from rooms.domain.lease import LeaseRequest
from rooms.stores.orm import OrmStore
from rooms.testing.factories import ROOM, make_event, make_room, make_unit

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("committed_database")]

ROUNDS = 15
ASK_AGAIN_S = 0.003
OWNERS = ("a", "b", "c")


@pytest.fixture
async def stores() -> AsyncIterator[dict[str, OrmStore]]:
    """Stores as so many processes have them: threads, connections and groups of their own."""
    made = {owner: OrmStore() for owner in OWNERS}
    await made["a"].create_room(make_room())
    yield made
    for store in made.values():
        await store.close()


async def _enter(store: OrmStore, owner: str, *, seconds: float = 60) -> tuple[int, int]:
    """Enter the room, waiting while another is there; return the token and the latest index."""
    lease = LeaseRequest(owner=owner, seconds=seconds)
    async with asyncio.timeout(30):
        while True:
            entry = await store.enter_room(ROOM, lease=lease)
            if entry.lease_token is not None and entry.snapshot is not None:
                return entry.lease_token, entry.snapshot.context.room.latest_index
            await asyncio.sleep(ASK_AGAIN_S)


async def test_one_room_is_never_held_by_two(stores: dict[str, OrmStore]) -> None:
    inside: set[str] = set()
    together: list[set[str]] = []

    async def visit(owner: str) -> None:
        for _ in range(ROUNDS):
            token, _ = await _enter(stores[owner], owner)
            inside.add(owner)
            together.append(set(inside))
            await asyncio.sleep(0)
            inside.remove(owner)
            await stores[owner].leave_room(ROOM, token)

    await asyncio.gather(*(visit(owner) for owner in OWNERS))
    assert {len(owners) for owners in together} == {1}
    assert len(together) == ROUNDS * len(OWNERS)


async def test_a_holder_sees_what_the_one_before_committed(stores: dict[str, OrmStore]) -> None:
    seen: list[int] = []

    async def write(owner: str) -> None:
        for _ in range(ROUNDS):
            token, latest_index = await _enter(stores[owner], owner)
            seen.append(latest_index)
            unit = make_unit(make_event(), lease_token=token, releases_lease=True)
            await stores[owner].commit([unit])

    await asyncio.gather(*(write(owner) for owner in OWNERS))
    assert seen == list(range(-1, ROUNDS * len(OWNERS) - 1))


async def test_of_holders_whose_time_is_up_only_the_last_one_commits(
    stores: dict[str, OrmStore],
) -> None:
    tokens = {owner: (await _enter(stores[owner], owner, seconds=0))[0] for owner in OWNERS}
    answers = [
        (await stores[owner].commit([make_unit(make_event(), lease_token=tokens[owner])]))[0]
        for owner in OWNERS
    ]
    assert [answer.outcome for answer in answers] == [
        CommitOutcome.LEASE_LOST,
        CommitOutcome.LEASE_LOST,
        CommitOutcome.COMMITTED,
    ]


VISITOR = """
import asyncio, sys
import django
from django.conf import settings
settings.configure(
    DATABASES={"default": {
        "ENGINE": "django.db.backends.postgresql", "NAME": sys.argv[1], "HOST": sys.argv[2],
        "PORT": sys.argv[3], "USER": sys.argv[4], "PASSWORD": sys.argv[5],
    }},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "hooks", "rooms"],
    USE_TZ=True,
)
django.setup()
from rooms.domain.lease import LeaseRequest
from rooms.stores.orm import OrmStore
from rooms.testing.factories import ROOM, make_event, make_unit

async def visit():
    store, lease = OrmStore(), LeaseRequest(owner=sys.argv[6], seconds=60)
    for _ in range(int(sys.argv[7])):
        while (entry := await store.enter_room(ROOM, lease=lease)).snapshot is None:
            await asyncio.sleep(0.002)
        found = {"found": entry.snapshot.context.room.event_count}
        left = {"lease_token": entry.lease_token, "releases_lease": True}
        [answer] = await store.commit([make_unit(make_event(metadata=found), **left)])
        assert answer.outcome == "committed", answer.outcome
    await store.close()

asyncio.run(visit())
"""


async def test_processes_take_turns_in_a_room(stores: dict[str, OrmStore]) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("a SQLite file serves one process")
    settings = connection.settings_dict
    where = [str(settings[name]) for name in ("NAME", "HOST", "PORT", "USER", "PASSWORD")]
    visitors = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", VISITOR, *where, owner, str(ROUNDS)
        )
        for owner in ("x", "y")
    ]
    assert [await visitor.wait() for visitor in visitors] == [0, 0]
    # Each wrote down how many events it found: nobody was there between its reading and its commit.
    events = await stores["a"].list_events(ROOM)
    assert [event.metadata["found"] for event in events] == list(range(2 * ROUNDS))
