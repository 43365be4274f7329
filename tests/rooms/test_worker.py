"""The worker takes up what a dead process left, in order and once."""

import asyncio

import pytest

from rooms import (
    CommitUnit,
    DeliveryFailedError,
    DeliveryState,
    EventStatus,
    RetryPolicy,
    RoomContext,
    RoomEvent,
    StoreUnavailableError,
    Worker,
)
from rooms.domain.commit import EventWrite
from rooms.pipeline.answers import reply_key
from rooms.testing.clock import FakeClock
from rooms.testing.factories import make_event
from rooms.testing.rig import Recorder, ScriptedAgent, bodies
from tests.scene import ROOM
from tests.steps import until, watch
from tests.two_processes import LEASE_S, FailingReads, Site


@pytest.fixture
def store(clock: FakeClock) -> FailingReads:
    return FailingReads(clock=clock.now)


async def test_nobody_touches_what_may_still_be_at_work(abandoned: Site) -> None:
    phone = Recorder("phone")
    kit = abandoned.start(phone)
    await abandoned.clock.advance(LEASE_S - 1)

    taken = await abandoned.sweep(kit)

    assert (taken, phone.delivered) == (0, [])


async def test_work_of_a_dead_process_is_taken_up_in_order(abandoned: Site) -> None:
    phone = Recorder("phone")
    kit = abandoned.start(phone)
    await abandoned.clock.advance(LEASE_S + 1)

    taken = await abandoned.sweep(kit)

    assert taken == 3
    assert bodies(phone.delivered) == ["one", "two", "three"]
    assert await abandoned.states() == [DeliveryState.SENT] * 3


async def test_work_is_taken_up_once(abandoned: Site) -> None:
    phone = Recorder("phone")
    kit = abandoned.start(phone)
    await abandoned.clock.advance(LEASE_S + 1)
    await abandoned.sweep(kit)

    await abandoned.clock.advance(LEASE_S + 1)

    assert await abandoned.sweep(kit) == 0
    assert len(phone.delivered) == 3


async def test_of_two_successors_one_takes_it_up(abandoned: Site) -> None:
    phones = Recorder("phone"), Recorder("phone")
    kits = [abandoned.start(phone) for phone in phones]
    await abandoned.clock.advance(LEASE_S + 1)

    taken = [await Worker(kit).sweep() for kit in kits]
    await abandoned.clock.settle()

    assert sorted(taken) == [0, 3]
    assert sum(len(phone.delivered) for phone in phones) == 3


async def test_host_is_told_of_what_was_taken_up(abandoned: Site) -> None:
    kit = abandoned.start(Recorder("phone"))
    news = watch(kit, "delivery_succeeded")
    await abandoned.clock.advance(LEASE_S + 1)

    await abandoned.sweep(kit)

    assert [item.channel_id for item in news] == ["phone"] * 3


async def test_channel_that_was_detached_gets_nothing_any_more(abandoned: Site) -> None:
    phone = Recorder("phone")
    kit = abandoned.start(phone)
    await kit.detach_channel(ROOM, "phone")
    await abandoned.clock.advance(LEASE_S + 1)

    await abandoned.sweep(kit)

    assert phone.delivered == []
    assert await abandoned.states() == [DeliveryState.DISCARDED] * 3


async def test_channel_that_is_not_registered_is_a_failed_delivery(abandoned: Site) -> None:
    kit = abandoned.start()
    await abandoned.clock.advance(LEASE_S + 1)

    await abandoned.sweep(kit)

    errors = {job.error_code for job in await abandoned.jobs()}
    assert (await abandoned.states(), errors) == (
        [DeliveryState.FAILED] * 3,
        {"channel_not_registered"},
    )


async def test_own_running_work_is_not_taken_up_again(site: Site) -> None:
    phone = await site.old.add(Recorder("phone"))
    gate = phone.hold()
    site.say("one")
    await phone.until_attempted(1)
    await site.clock.advance(LEASE_S + 1)

    taken = await Worker(site.old.kit).sweep()
    gate.set()
    await site.die()

    assert (taken, len(phone.attempted)) == (0, 1)


async def test_retry_that_is_not_due_waits_in_the_next_process_too(site: Site) -> None:
    old_phone = await site.old.add(
        Recorder("phone"), retry_policy=RetryPolicy(base_delay_seconds=60)
    )
    old_phone.fail_next(DeliveryFailedError("busy"))
    site.say("one")
    await site.clock.settle()
    await site.die()
    phone = Recorder("phone")
    kit = site.start(phone)

    await site.clock.advance(LEASE_S + 1)
    early = await site.sweep(kit)
    await site.clock.advance(60)
    late = await site.sweep(kit)

    assert (early, late, bodies(phone.delivered)) == (0, 1, ["one"])
    assert [job.attempts for job in await site.jobs()] == [2]


# -- agents


async def dead_thinker(site: Site) -> RoomEvent:
    """Let the old process die while its agent thinks about the question; return that."""

    async def think(event: RoomEvent, context: RoomContext) -> None:
        await asyncio.Event().wait()

    agent = await site.old.add(ScriptedAgent("bot", think))
    site.say("question")
    await until(lambda: bool(agent.asked))
    await site.die()
    return agent.asked[0].event


async def test_question_that_was_not_answered_is_asked_again(site: Site) -> None:
    await dead_thinker(site)
    agent = ScriptedAgent("bot", "answer")
    kit = site.start(agent)
    await site.clock.advance(LEASE_S + 1)

    await site.sweep(kit)

    rows = await site.old.rows()
    assert bodies(rows) == ["question", "answer"]
    assert rows[1].parent_event_id == rows[0].id
    assert agent.asked[0].prompt == ["question"]


async def test_answer_that_is_stored_already_is_not_generated_again(site: Site) -> None:
    question = await dead_thinker(site)
    key = reply_key(question.id, "bot", 0)
    answer = make_event("answer", channel_id="bot", room_id=ROOM, idempotency_key=key)
    await site.old.kit.store.commit(
        [CommitUnit(room_id=ROOM, events=(EventWrite(event=answer),), at=site.clock.now())]
    )
    agent = ScriptedAgent("bot", "another answer")
    kit = site.start(agent)
    await site.clock.advance(LEASE_S + 1)

    await site.sweep(kit)

    assert agent.asked == []
    assert bodies(await site.old.rows()) == ["question", "answer"]
    assert await site.states() == [DeliveryState.SENT]


async def test_answer_that_comes_after_the_closing_is_discarded(site: Site) -> None:
    await dead_thinker(site)
    kit = site.start(ScriptedAgent("bot", "answer"))
    await kit.close_room(ROOM)
    await site.clock.advance(LEASE_S + 1)

    await site.sweep(kit)

    assert bodies(await site.old.rows()) == ["question"]
    assert await site.states() == [DeliveryState.DISCARDED]


async def test_agent_that_was_muted_meanwhile_is_recorded_but_not_heard(site: Site) -> None:
    await dead_thinker(site)
    kit = site.start(ScriptedAgent("bot", "answer"))
    await kit.mute(ROOM, "bot")
    await site.clock.advance(LEASE_S + 1)

    await site.sweep(kit)

    answer = (await site.old.rows())[-1]
    assert (answer.status, answer.blocked_by) == (EventStatus.BLOCKED, "source_muted")


# -- a store that fails meanwhile


async def test_work_that_could_not_be_begun_is_begun_by_the_next_sweep(
    abandoned: Site, store: FailingReads
) -> None:
    phone = Recorder("phone")
    kit = abandoned.start(phone)
    await abandoned.clock.advance(LEASE_S + 1)
    store.failures = (StoreUnavailableError("gone for a moment"),)
    with pytest.raises(StoreUnavailableError):
        await abandoned.sweep(kit)

    taken = await abandoned.sweep(kit)

    assert (taken, bodies(phone.delivered)) == (3, ["one", "two", "three"])


async def test_work_that_cannot_be_read_stops_no_other(
    abandoned: Site, store: FailingReads
) -> None:
    phone = Recorder("phone")
    kit = abandoned.start(phone)
    await abandoned.clock.advance(LEASE_S + 1)
    store.failures = (ValueError("not an event"),)

    await abandoned.sweep(kit)

    assert bodies(phone.delivered) == ["two", "three"]
    assert await abandoned.states() == [DeliveryState.DISCARDED, *[DeliveryState.SENT] * 2]
