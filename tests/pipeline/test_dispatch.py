"""Deliveries done by other processes than the one that commits."""

from collections.abc import Sequence

import pytest

from hooks import HookExecution, HookTrigger
from rooms import DeliveryJob, DeliveryState, InMemoryStore, RoomContext, RoomEvent, RoomKit
from rooms.assembly import Sharing
from rooms.pipeline.dispatch import Dispatch
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder, ScriptedAgent, bodies
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene
from tests.steps import watch


class Bell:
    """Notes which lanes it was asked to wake."""

    def __init__(self) -> None:
        self.rung: list[tuple[str, str]] = []

    def wake(self, jobs: Sequence[DeliveryJob]) -> None:
        """Note the lanes."""
        self.rung += [(job.channel_id, job.kind.value) for job in jobs]

    def wake_chore(self, name: str) -> None:
        """Note the chore, as a lane of that name."""
        self.rung.append((name, "chore"))

    async def close(self) -> None:
        """Free nothing."""


class PushedRecorder(Recorder):
    """A recorder without rows, like the chat in the browser."""

    keeps_outbox = False


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
async def web(make_kit: MakeKit, clock: FakeClock, bell: Bell) -> Scene:
    """A process that serves: it commits, and wakes workers."""
    dispatch = Dispatch(runs_here=False, is_shared=True, waker=bell)
    scene = Scene(make_kit(clock=clock, sharing=Sharing(dispatch=dispatch)))
    await scene.open()
    return scene


@pytest.fixture
def worker(make_kit: MakeKit, clock: FakeClock) -> RoomKit:
    """A process that delivers what others commit."""
    kit = make_kit(clock=clock, sharing=Sharing(dispatch=Dispatch(is_shared=True)))
    kit.register_channel(Recorder("person"))
    return kit


def add(web: Scene, worker: RoomKit, there: Recorder) -> Recorder:
    """Register a channel's twin at the worker."""
    worker.register_channel(there)
    return there


async def test_web_process_answers_at_commit_and_wakes_the_lanes(web: Scene, bell: Bell) -> None:
    phone = await web.add(Recorder("phone"))
    await web.add(ScriptedAgent("ai", "yes"))

    result = await web.say()

    assert bell.rung == [("phone", "send"), ("ai", "react")]
    assert (result.delivery_results, phone.attempted) == ({}, [])
    rows = await web.kit.store.list_deliveries(ROOM)
    assert {row.lease_owner for row in rows} == {""}


async def test_what_has_no_row_is_shown_by_the_process_that_commits(web: Scene) -> None:
    chat = await web.add(PushedRecorder("chat"))

    await web.say("seen at once")

    assert bodies(chat.delivered) == ["seen at once"]


async def test_worker_drains_a_lane_in_order(web: Scene, worker: RoomKit) -> None:
    await web.add(Recorder("phone"))
    phone = add(web, worker, Recorder("phone"))
    for body in ("one", "two", "three"):
        await web.say(body)

    begun = await worker.pipeline.resuming.drain_lane(ROOM, "phone")

    assert (begun, bodies(phone.delivered)) == (3, ["one", "two", "three"])
    assert {row.state for row in await web.kit.store.list_deliveries(ROOM)} == {DeliveryState.SENT}


async def test_lane_is_drained_by_one_process_at_a_time(
    web: Scene, worker: RoomKit, make_kit: MakeKit, clock: FakeClock
) -> None:
    await web.add(Recorder("phone"))
    phone = add(web, worker, Recorder("phone"))
    gate = phone.hold()
    await web.say("one")
    other = make_kit(clock=clock, sharing=Sharing(dispatch=Dispatch(is_shared=True)))
    other.register_channel(Recorder("phone"))
    await worker.pipeline.resuming.take_up()
    await web.say("two")

    assert await other.pipeline.resuming.drain_lane(ROOM, "phone") == 0
    gate.set()
    await phone.until_delivered(2)
    assert bodies(phone.delivered) == ["one", "two"]


async def test_answer_made_by_a_worker_is_delivered_by_it(web: Scene, worker: RoomKit) -> None:
    await web.add(ScriptedAgent("ai", "yes"))
    worker.register_channel(ScriptedAgent("ai", "yes"))
    person = worker.get_channel("person")
    assert isinstance(person, Recorder)
    await web.say("really?")

    await worker.pipeline.resuming.drain_lane(ROOM, "ai")

    await person.until_delivered(1)
    assert bodies(await web.rows()) == ["really?", "yes"]
    assert bodies(person.delivered) == ["yes"]


# -- the end of a round


async def note_ends(kit: RoomKit) -> list[str]:
    """Return the list that collects the bodies of events whose round is over."""
    ended: list[str] = []

    @kit.hook(HookTrigger.AFTER_BROADCAST, HookExecution.ASYNC)
    async def note(event: RoomEvent, context: RoomContext) -> None:
        ended.extend(bodies([event]))

    return ended


async def test_round_ends_once_where_its_last_first_attempt_was_made(
    web: Scene, worker: RoomKit, clock: FakeClock
) -> None:
    await web.add(Recorder("phone"))
    await web.add(Recorder("mail"))
    for channel_id in ("phone", "mail"):
        add(web, worker, Recorder(channel_id))
    ended = [await note_ends(web.kit), await note_ends(worker)]
    await web.say()
    await worker.pipeline.resuming.drain_lane(ROOM, "phone")
    after_one = [list(bodies) for bodies in ended]

    await worker.pipeline.resuming.drain_lane(ROOM, "mail")
    await clock.settle()

    assert (after_one, ended) == ([[], []], [[], ["hello"]])


async def test_question_ends_its_round_before_the_answer_is_there(
    web: Scene, worker: RoomKit, clock: FakeClock
) -> None:
    await web.add(ScriptedAgent("ai", "yes"))
    worker.register_channel(ScriptedAgent("ai", "yes"))
    ended = await note_ends(worker)
    await web.say("really?")

    await worker.pipeline.resuming.drain_lane(ROOM, "ai")
    await clock.settle()

    assert ended == ["really?", "yes"]


async def test_failure_at_a_worker_is_told_and_kept(
    web: Scene, worker: RoomKit, clock: FakeClock
) -> None:
    await web.add(Recorder("phone"))
    await web.add(Recorder("mail"))
    add(web, worker, Recorder("phone", fail=RuntimeError("down")))
    add(web, worker, Recorder("mail"))
    news = watch(worker, "delivery_failed", "broadcast_partial_failure", "event_processed")
    result = await web.say()

    await worker.pipeline.resuming.take_up()
    await clock.settle()

    assert [item.type for item in news] == [
        "delivery_failed",
        "broadcast_partial_failure",
        "event_processed",
    ]
    assert result.event is not None
    stored = await web.kit.store.get_event(result.event.id)
    assert stored is not None
    statuses = {key: kept["status"] for key, kept in stored.delivery_results.items()}
    assert statuses == {"phone": "failed", "mail": "sent"}


# -- two processes that both deliver


async def test_later_event_of_another_process_waits_for_the_earlier_one(
    store: InMemoryStore, make_kit: MakeKit, clock: FakeClock
) -> None:
    first, second = (
        Scene(make_kit(clock=clock, sharing=Sharing(dispatch=Dispatch(is_shared=True))))
        for _ in range(2)
    )
    await first.open()
    phone = await first.add(Recorder("phone"))
    for channel in (second.person, there := Recorder("phone")):
        second.kit.register_channel(channel)
    gate = phone.hold()
    going = first.kit.pipeline.parts.tasks.spawn(first.say("one"))
    await phone.until_attempted(1)

    await second.say("two")
    attempted_meanwhile = bodies(there.attempted)
    gate.set()
    await going
    await phone.until_delivered(2)

    assert attempted_meanwhile == []
    assert bodies(phone.delivered) == ["one", "two"]
