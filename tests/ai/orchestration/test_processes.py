"""Two processes on one database, and work that is asked for again."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from channels_app.orchestration.company import REPEATED_WITHIN_S, Company
from channels_app.orchestration.handoff import HandoffHandler
from rooms import RoomKit
from rooms.locks.database import DatabaseLockManager
from rooms.stores.memory import InMemoryStore
from rooms.stores.orm import OrmStore
from rooms.testing.clock import FakeClock
from tests.ai.orchestration.company import make_agent, state_of
from tests.scene import ROOM

AGENTS = ("a", "b", "c", "d")


@pytest.fixture
async def processes(committed_database: None) -> AsyncIterator[list[RoomKit]]:
    """Two kits that share nothing but the database."""
    stores = [OrmStore(), OrmStore()]
    kits = [
        RoomKit(store, lock_manager=DatabaseLockManager(store, owner=f"p{n}", seconds=60))
        for n, store in enumerate(stores)
    ]
    for kit in kits:
        for agent_id in AGENTS:
            kit.register_channel(make_agent(agent_id))
    await kits[0].create_room(ROOM)
    for agent_id in AGENTS:
        await kits[0].attach_channel(ROOM, agent_id)
    yield kits
    for kit, store in zip(kits, stores, strict=True):
        await kit.close()
        await store.close()


@pytest.mark.database
async def test_check_67_handoffs_of_two_processes_at_once_are_all_counted(
    processes: list[RoomKit],
) -> None:
    handlers = [HandoffHandler(kit, None) for kit in processes]

    made = await asyncio.gather(
        *(
            handler.handle(ROOM, f"front-{n}", {"target": agent_id, "reason": "", "summary": ""})
            for n, handler in enumerate(handlers)
            for agent_id in AGENTS
        )
    )

    state = await state_of(processes[0])
    assert all(result.accepted for result in made)
    assert len(state.phase_history) == len(made)


class Works:
    """Counts how often it is made."""

    def __init__(self, *failures: Exception) -> None:
        self.made = 0
        self._failures = [*failures]

    async def __call__(self) -> str:
        """Fail as often as it was told to, then work."""
        self.made += 1
        if self._failures:
            raise self._failures.pop()
        return f"result {self.made}"


@pytest.fixture
async def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def company(clock: FakeClock) -> AsyncIterator[Company]:
    kit = RoomKit(store=InMemoryStore(), clock=clock)
    yield Company(kit)
    await kit.close()


async def test_work_is_repeated_only_after_half_a_minute(
    company: Company, clock: FakeClock
) -> None:
    work = Works()

    results = [await company.once(ROOM, "report", work) for _ in range(2)]
    await clock.advance(REPEATED_WITHIN_S)
    results.append(await company.once(ROOM, "report", work))

    assert results == ["result 1", "result 1", "result 2"]


async def test_same_work_in_another_room_is_other_work(company: Company) -> None:
    work = Works()

    results = [await company.once(room, "report", work) for room in (ROOM, "other")]

    assert results == ["result 1", "result 2"]


async def test_work_that_broke_is_done_again(company: Company) -> None:
    work = Works(ValueError("broken"))
    with pytest.raises(ValueError, match="broken"):
        await company.once(ROOM, "report", work)

    assert await company.once(ROOM, "report", work) == "result 2"
