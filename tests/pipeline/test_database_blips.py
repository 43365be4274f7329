"""A database that does not answer for a moment costs time: no order, no message and no answer."""

import asyncio
from typing import Any

import pytest

from rooms import DeliveryState, RoomContext, RoomEvent, RoomKit, StoreUnavailableError
from rooms.assembly import Sharing
from rooms.pipeline.dispatch import Dispatch
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder, ScriptedAgent, bodies
from tests.blips import BlippingStore
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene
from tests.steps import watch
from tests.two_processes import LEASE_S

REFUSED_OR_UNANSWERED = pytest.mark.parametrize("blip", ["refused", "unanswered"])


@pytest.fixture
def store(clock: FakeClock) -> BlippingStore:
    return BlippingStore(clock.now)


@pytest.fixture
def kit(make_kit: MakeKit, clock: FakeClock) -> RoomKit:
    return make_kit(clock=clock, sharing=Sharing(dispatch=Dispatch(is_shared=True)))


@pytest.fixture
def other(make_kit: MakeKit, clock: FakeClock) -> RoomKit:
    """Another process on the same store."""
    made = make_kit(clock=clock, sharing=Sharing(dispatch=Dispatch(is_shared=True)))
    made.register_channel(Recorder("person"))
    return made


def blip_at(store: BlippingStore, verb: str, blip: str = "refused", *, times: int = 1) -> None:
    """Let the next calls of a verb fail."""
    getattr(store, blip)[verb] = times


async def states(store: BlippingStore) -> list[DeliveryState]:
    return [job.state for job in await store.list_deliveries(ROOM)]


@pytest.mark.parametrize("times", [1, 4])
async def test_lane_keeps_its_order(
    scene: Scene, store: BlippingStore, clock: FakeClock, times: int
) -> None:
    phone = await scene.add(Recorder("phone"))
    await scene.say("zero")
    blip_at(store, "finish_deliveries", times=times)  # the mark that sending begins

    await scene.say("one")
    await scene.say("two")
    meanwhile = bodies(phone.attempted)
    await clock.advance(5)

    assert meanwhile == ["zero"]
    assert bodies(phone.delivered) == ["zero", "one", "two"]
    assert [job.attempts for job in await store.list_deliveries(ROOM)] == [1, 1, 1]


async def test_caller_does_not_wait_for_the_database(scene: Scene, store: BlippingStore) -> None:
    await scene.add(Recorder("phone"))
    blip_at(store, "finish_deliveries")

    result = await scene.say()

    assert {key: one.status for key, one in result.delivery_results.items()} == {"phone": "queued"}


@REFUSED_OR_UNANSWERED
async def test_end_is_written_later_and_nothing_is_sent_twice(
    scene: Scene, store: BlippingStore, clock: FakeClock, blip: str
) -> None:
    phone = await scene.add(Recorder("phone"))
    told = watch(scene.kit, "delivery_succeeded", "delivery_failed")
    gate = phone.hold()
    saying = asyncio.ensure_future(scene.say())
    await phone.until_attempted(1)

    blip_at(store, "finish_deliveries", blip)
    gate.set()
    await saying
    await clock.advance(1)

    assert (len(phone.attempted), await states(store)) == (1, [DeliveryState.SENT])
    assert [item.type for item in told] == ["delivery_succeeded"]


@REFUSED_OR_UNANSWERED
async def test_answer_is_stored_later_and_the_agent_is_not_asked_twice(
    scene: Scene, store: BlippingStore, clock: FakeClock, blip: str
) -> None:
    def answer(event: RoomEvent, context: RoomContext) -> str:
        blip_at(store, "commit", blip)
        return "yes"

    agent = await scene.add(ScriptedAgent("ai", answer))
    await scene.say("really?")

    await clock.advance(1)

    assert (len(agent.asked), bodies(await scene.rows())) == (1, ["really?", "yes"])
    question, _ = await store.list_deliveries(ROOM)
    assert (question.channel_id, question.state) == ("ai", DeliveryState.SENT)


@REFUSED_OR_UNANSWERED
async def test_agent_without_an_answer_ends_its_turn_later(
    scene: Scene, store: BlippingStore, clock: FakeClock, blip: str
) -> None:
    def say_nothing(event: RoomEvent, context: RoomContext) -> None:
        blip_at(store, "finish_deliveries", blip)

    await scene.add(ScriptedAgent("ai", say_nothing))
    await scene.say("hm")

    await clock.advance(1)

    assert await states(store) == [DeliveryState.SENT]


async def test_message_whose_commit_was_not_answered_is_delivered_once(
    scene: Scene, store: BlippingStore, clock: FakeClock, other: RoomKit
) -> None:
    phone, there = await scene.add(Recorder("phone")), Recorder("phone")
    other.register_channel(there)
    blip_at(store, "commit", "unanswered")
    with pytest.raises(StoreUnavailableError):
        await scene.say("one", idempotency_key="k")
    replayed = await scene.say("one", idempotency_key="k")

    await clock.advance(LEASE_S + 1)
    for kit in (scene.kit, other):
        await kit.pipeline.resuming.take_up()
        await clock.settle()

    assert replayed.event is not None
    assert bodies(phone.delivered + there.delivered) == ["one"]


async def test_row_that_could_not_be_read_is_left_to_others(
    scene: Scene, store: BlippingStore, clock: FakeClock, other: RoomKit
) -> None:
    """A process that does not sweep goes on with another's lane, and fails to read the row."""
    there = await scene.add(Recorder("phone"))
    second = Scene(other)
    other.register_channel(phone := Recorder("phone"))
    gate = there.hold()
    first = asyncio.ensure_future(scene.say("one"))
    await there.until_attempted(1)
    await second.say("two")  # it stands behind the other process's work

    blip_at(store, "get_event")
    gate.set()
    await first
    await clock.settle()
    taken = await other.pipeline.resuming.take_up()
    await clock.settle()

    assert (taken, bodies(there.delivered), bodies(phone.delivered)) == (1, ["one"], ["two"])


async def test_what_could_not_be_given_back_is_given_back_later(
    scene: Scene, store: BlippingStore
) -> None:
    [row] = await _unheld_row(scene, store)
    leases = scene.kit.pipeline.leases
    leases.keep(row.id)
    blip_at(store, "renew_leases")
    leases.leave(row.id)
    await leases.give_back()
    kept = await store.lease_deliveries("another", seconds=60)

    await leases.give_back()

    assert kept == []
    assert [job.id for job in await store.lease_deliveries("another", seconds=60)] == [row.id]


async def _unheld_row(scene: Scene, store: BlippingStore) -> list[Any]:
    """Let the scene's process lose the answer to a commit, so that it holds a row unknowingly."""
    await scene.add(Recorder("phone"))
    blip_at(store, "commit", "unanswered")
    with pytest.raises(StoreUnavailableError):
        await scene.say()
    return await store.list_deliveries(ROOM)
