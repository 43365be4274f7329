"""Turns are begun once by whoever comes first, and once more by whoever comes after a crash."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from channels_app.ai.records import EndReason, RunStatus
from channels_app.ai.store import AIStore, LostRun
from channels_app.testing.ai_values import OTHER_ROOM, make_run, make_step
from rooms.domain.frozen import utc_now


async def test_a_new_run_is_stored_as_it_is(store: AIStore) -> None:
    run = make_run(
        organization_id="acme",
        delivery_id="job",
        parent_run_id="parent",
        version_id="7",
        provider="anthropic",
        model="claude",
        usage={"input_tokens": 3},
        cost=Decimal("0.25"),
    )

    opened, steps = await store.runs.open_run(run)

    assert (opened, steps) == (run, [])
    assert await store.runs.get_run(run.id) == run


async def test_a_run_begun_again_is_the_same_run_with_its_steps(store: AIStore) -> None:
    first, _ = await store.runs.open_run(make_run())
    step = make_step(first)
    await store.runs.put_steps(first.model_copy(update={"rounds": 2}), [step])

    again, steps = await store.runs.open_run(make_run())

    assert (again.id, again.attempt, again.rounds, steps) == (first.id, 2, 2, [step])
    assert again.started_at == first.started_at


async def test_a_run_that_ended_runs_again_when_it_is_begun_again(store: AIStore) -> None:
    run, _ = await store.runs.open_run(make_run())
    ended = {
        "status": RunStatus.FAILED,
        "end_reason": EndReason.ERROR.value,
        "error": "Timeout: none",
        "ended_at": utc_now(),
    }
    await store.runs.put_steps(run.model_copy(update=ended), [])

    again, _ = await store.runs.open_run(make_run(segment=1, delivery_id="job"))

    assert (again.status, again.end_reason, again.error) == (RunStatus.RUNNING, "", "")
    assert (again.ended_at, again.segment, again.delivery_id) == (None, 1, "job")


async def test_turns_of_two_agents_about_one_event_are_two_runs(store: AIStore) -> None:
    one, _ = await store.runs.open_run(make_run())
    two, _ = await store.runs.open_run(make_run(channel_id="agent-2"))

    assert (one.attempt, two.attempt) == (1, 1)
    assert one.id != two.id


async def test_of_many_that_begin_a_turn_at_once_each_has_its_own_attempt(store: AIStore) -> None:
    opened = await asyncio.gather(*(store.runs.open_run(make_run()) for _ in range(8)))

    assert sorted(run.attempt for run, _ in opened) == list(range(1, 9))
    assert len({run.id for run, _ in opened}) == 1


async def test_whoever_lost_a_run_writes_nothing(store: AIStore) -> None:
    lost, _ = await store.runs.open_run(make_run())
    await store.runs.open_run(make_run())

    with pytest.raises(LostRun):
        await store.runs.put_steps(lost.model_copy(update={"rounds": 9}), [make_step(lost)])

    stored = await store.runs.get_run(lost.id)
    assert stored is not None
    assert (stored.rounds, stored.attempt) == (0, 2)
    assert await store.runs.list_steps(lost.id) == []


async def test_a_run_that_was_never_begun_is_lost(store: AIStore) -> None:
    run = make_run()
    with pytest.raises(LostRun):
        await store.runs.put_steps(run, [make_step(run)])
    assert await store.runs.get_run(run.id) is None


async def test_running_and_waiting_runs_are_found_newest_first(store: AIStore) -> None:
    now = utc_now()
    for age, (status, room_id) in enumerate(
        [
            (RunStatus.RUNNING, OTHER_ROOM),
            (RunStatus.COMPLETED, OTHER_ROOM),
            (RunStatus.WAITING, OTHER_ROOM),
            (RunStatus.RUNNING, "room"),
        ]
    ):
        begun = now - timedelta(seconds=age)
        run, _ = await store.runs.open_run(
            make_run(event_id=f"event-{age}", room_id=room_id, started_at=begun)
        )
        await store.runs.put_steps(run.model_copy(update={"status": status}), [])

    async def found(**asked: str) -> list[str]:
        return [run.event_id for run in await store.runs.find_running(**asked)]

    assert await found() == ["event-0", "event-2", "event-3"]
    assert await found(room_id=OTHER_ROOM) == ["event-0", "event-2"]
    assert await found(room_id="room", channel_id="agent") == ["event-3"]
    assert await found(channel_id="nobody") == []
