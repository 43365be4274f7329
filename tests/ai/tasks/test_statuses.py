"""The status bus: the newest words of each agent, and who hears them."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from channels_app.ai.statuses import KEPT_PER_ROOM, StatusBus, StatusEntry
from channels_app.stores.statuses import TRIM_EVERY
from hooks import HookTrigger
from rooms import RoomKit, RoomNotFoundError
from rooms.assembly import Sharing
from rooms.realtime import LocalBus
from rooms.stores.orm import OrmStore
from tests.ai.tasks.desk import ROOM, Desk
from tests.steps import Seen, spy


@pytest.fixture
def bus(desk: Desk) -> StatusBus:
    return StatusBus(desk.kit)


async def test_the_newest_status_of_each_agent_is_known(bus: StatusBus) -> None:
    await bus.post(ROOM, "main", "reading")
    await bus.post(ROOM, "worker", "counting", {"done": 3})
    await bus.post(ROOM, "main", "writing")

    latest = await bus.get_latest(ROOM, "main")
    assert latest is not None
    assert (latest.status, latest.agent_id, latest.room_id) == ("writing", "main", ROOM)
    assert await bus.get_latest(ROOM, "nobody") is None
    assert await bus.get_latest("elsewhere", "main") is None


async def test_recent_statuses_come_oldest_first(bus: StatusBus) -> None:
    for status in ("one", "two", "three"):
        await bus.post(ROOM, "main", status, {"status": status})

    assert [entry.status for entry in await bus.recent(ROOM)] == ["one", "two", "three"]
    [newest] = await bus.recent(ROOM, limit=1)
    assert newest.metadata == {"status": "three"}


async def test_who_has_subscribed_to_a_room_hears_its_statuses(desk: Desk, bus: StatusBus) -> None:
    heard: Seen[StatusEntry] = Seen()
    await desk.kit.create_room("other")
    unsubscribe = await bus.subscribe(ROOM, heard.note)

    await bus.post("other", "main", "elsewhere")
    posted = await bus.post(ROOM, "main", "here")
    assert await heard.until(1) == [posted]
    await unsubscribe()
    await bus.post(ROOM, "main", "unheard")

    await asyncio.sleep(0)
    assert len(heard) == 1


async def test_the_hook_is_told_of_a_status(desk: Desk, bus: StatusBus) -> None:
    told = spy(desk.kit, HookTrigger.ON_STATUS_POSTED)

    posted = await bus.post(ROOM, "main", "here")

    assert [*told] == [posted]


async def test_a_room_that_is_not_there_has_no_statuses(bus: StatusBus) -> None:
    with pytest.raises(RoomNotFoundError):
        await bus.post("nowhere", "main", "here")


async def test_a_room_keeps_the_newest_only(bus: StatusBus) -> None:
    for number in range(KEPT_PER_ROOM + 2 * TRIM_EVERY):
        await bus.post(ROOM, "main", str(number))

    kept = await bus.recent(ROOM, limit=10_000)
    assert KEPT_PER_ROOM <= len(kept) < KEPT_PER_ROOM + TRIM_EVERY
    assert kept[-1].status == str(KEPT_PER_ROOM + 2 * TRIM_EVERY - 1)


# -- several processes


@pytest.fixture
async def kits(committed_database: None) -> AsyncIterator[list[RoomKit]]:
    """Two processes over one database, which a bus joins."""
    wire = LocalBus()
    wire.is_shared = True
    made = [RoomKit(OrmStore(), sharing=Sharing(bus=wire)) for _ in range(2)]
    await made[0].create_room(ROOM)
    yield made
    for kit in made:
        await kit.close()


@pytest.mark.database
async def test_another_process_hears_and_reads_statuses(kits: list[RoomKit]) -> None:
    here, there = StatusBus(kits[0]), StatusBus(kits[1])
    heard: Seen[StatusEntry] = Seen()
    await there.subscribe(ROOM, heard.note)

    posted = await here.post(ROOM, "main", "here")

    assert await heard.until(1) == [posted]
    assert await there.get_latest(ROOM, "main") == posted


@pytest.mark.database
async def test_statuses_are_erased_with_their_room(kits: list[RoomKit]) -> None:
    bus = StatusBus(kits[0])
    await bus.post(ROOM, "main", "here")

    await kits[0].delete_room(ROOM)

    assert await bus.recent(ROOM) == []
