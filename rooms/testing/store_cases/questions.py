"""Questions to an agent: one turn of a room at a time, and those that give way to later ones."""

import pytest

from rooms.domain.commit import EventWrite, PlannedDelivery
from rooms.domain.job import DeliveryJob, DeliveryKind, DeliveryState
from rooms.stores.base import ConversationStore
from rooms.testing.factories import ROOM, make_event, make_finish, make_room, make_unit

HOUR = 3600.0
RUN_OUT = -60.0


async def _questions(store: ConversationStore, count: int) -> list[DeliveryJob]:
    """Return the jobs to ask the agent `bot` in a new room, one for each event."""
    await store.create_room(make_room())
    ask = PlannedDelivery(channel_id="bot", kind=DeliveryKind.REACT)
    writes = tuple(EventWrite(event=make_event(), deliveries=(ask,)) for _ in range(count))
    [committed] = await store.commit([make_unit(events=writes)])
    return list(committed.jobs)


async def _opened_beside_another(
    store: ConversationStore, *, seconds: float = HOUR
) -> list[DeliveryJob]:
    """Return two questions: the process `there` has the second, and the first was opened again."""
    one, two = await _questions(store, 2)
    await store.finish_deliveries([make_finish(one, DeliveryState.PARKED)])
    await store.lease_deliveries("there", seconds=seconds)
    await store.open_parked(ROOM, one.event_id, "bot")
    return [one, two]


async def _taken(store: ConversationStore, owner: str) -> list[str]:
    return [job.id for job in await store.lease_deliveries(owner, seconds=HOUR)]


async def test_opened_turn_waits_for_a_later_one_that_another_process_has(
    store: ConversationStore,
) -> None:
    one, two = await _opened_beside_another(store)
    assert await _taken(store, "here") == []
    await store.finish_deliveries([make_finish(two, DeliveryState.SENT)])
    assert await _taken(store, "here") == [one.id]


async def test_opened_turn_may_join_the_later_one_of_its_process(store: ConversationStore) -> None:
    one, _ = await _opened_beside_another(store)
    assert await _taken(store, "there") == [one.id]


async def test_opened_turn_does_not_wait_for_a_process_that_died(store: ConversationStore) -> None:
    one, two = await _opened_beside_another(store, seconds=RUN_OUT)
    assert await _taken(store, "here") == [one.id, two.id]


# -- questions that gave way to one that is deleted for good


async def _gave_way(
    store: ConversationStore, state: DeliveryState, *codes: str | None
) -> list[DeliveryJob]:
    """Return questions that were discarded for these reasons, and a last one in a state."""
    *earlier, last = await _questions(store, len(codes) + 1)
    discarded = [
        make_finish(job, DeliveryState.DISCARDED, error_code=code, error_message="gave way")
        for job, code in zip(earlier, codes, strict=True)
    ]
    await store.finish_deliveries([*discarded, make_finish(last, state)])
    return [*earlier, last]


async def _standing(store: ConversationStore) -> list[tuple[str, DeliveryState]]:
    return [(job.id, job.state) for job in reversed(await store.list_lane(ROOM, "bot"))]


@pytest.mark.parametrize("code", ["coalesced", "superseded"])
@pytest.mark.parametrize(
    "state",
    [
        DeliveryState.PENDING,
        DeliveryState.WAITING,
        DeliveryState.SENDING,
        DeliveryState.PARKED,
    ],
)
async def test_last_question_before_a_deleted_one_is_asked_again(
    store: ConversationStore, state: DeliveryState, code: str
) -> None:
    one, two, three = await _gave_way(store, state, "coalesced", code)
    await store.delete_event(ROOM, three.event_id)
    assert await _standing(store) == [
        (one.id, DeliveryState.DISCARDED),
        (two.id, DeliveryState.PENDING),
    ]
    [taken] = await store.lease_deliveries("node", seconds=HOUR)
    assert (taken.id, taken.attempts) == (two.id, 0)
    assert (taken.error_code, taken.error_message) == (None, None)


async def test_questions_that_are_deleted_with_it_are_not_asked_again(
    store: ConversationStore,
) -> None:
    one, two, three = await _gave_way(store, DeliveryState.PENDING, "coalesced", "coalesced")
    await store.delete_event(ROOM, two.event_id)
    await store.delete_event(ROOM, three.event_id)
    assert await _standing(store) == [(one.id, DeliveryState.PENDING)]


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (DeliveryState.SENT, "coalesced"),  # it was answered for all
        (DeliveryState.FAILED, "coalesced"),  # somebody was told
        (DeliveryState.PENDING, "stale_owner"),  # nobody answered for that one
    ],
)
async def test_other_questions_stay_as_they_are(
    store: ConversationStore, state: DeliveryState, code: str
) -> None:
    one, two = await _gave_way(store, state, code)
    await store.delete_event(ROOM, two.event_id)
    assert await _standing(store) == [(one.id, DeliveryState.DISCARDED)]


async def test_questions_of_other_agents_stay_as_they_are(store: ConversationStore) -> None:
    [one, two] = await _gave_way(store, DeliveryState.PENDING, "coalesced")
    ask = PlannedDelivery(channel_id="other", kind=DeliveryKind.REACT)
    write = EventWrite(event=make_event(), deliveries=(ask,))
    [committed] = await store.commit([make_unit(events=(write,))])
    await store.delete_event(ROOM, committed.jobs[0].event_id)
    states = [(one.id, DeliveryState.DISCARDED), (two.id, DeliveryState.PENDING)]
    assert await _standing(store) == states
