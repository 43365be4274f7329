"""The end of a round is told, also where nobody was left to make the last first attempt."""

import asyncio

import pytest

from rooms import DeliveryState, RoomKit, StoreUnavailableError
from rooms.assembly import Sharing
from rooms.pipeline.dispatch import Dispatch
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder, ScriptedAgent
from tests.blips import BlippingStore
from tests.kit_fixtures import MakeKit
from tests.pipeline.test_dispatch import Bell, note_ends
from tests.scene import ROOM, Scene


@pytest.fixture
def store(clock: FakeClock) -> BlippingStore:
    return BlippingStore(clock.now)


@pytest.fixture
async def web(make_kit: MakeKit, clock: FakeClock) -> Scene:
    """A process that serves: it commits, and wakes workers."""
    dispatch = Dispatch(runs_here=False, is_shared=True, waker=Bell())
    scene = Scene(make_kit(clock=clock, sharing=Sharing(dispatch=dispatch)))
    await scene.open()
    return scene


class Workers:
    """Starts processes that deliver, and collects the rounds they have told of."""

    def __init__(self, make_kit: MakeKit, clock: FakeClock) -> None:
        self._make_kit = make_kit
        self._clock = clock
        self._told: list[list[str]] = []

    @property
    def told(self) -> list[str]:
        """The events whose round was told of by any of them."""
        return [body for told in self._told for body in told]

    async def start(self, *channels: Recorder | ScriptedAgent) -> RoomKit:
        """Start one that has these channels."""
        sharing = Sharing(dispatch=Dispatch(is_shared=True))
        kit = self._make_kit(clock=self._clock, sharing=sharing)
        for channel in (Recorder("person"), *channels):
            kit.register_channel(channel)
        self._told.append(await note_ends(kit))
        return kit

    async def sweep(self, kit: RoomKit) -> None:
        """Let one take up what is free."""
        await kit.pipeline.resuming.take_up()
        await self._clock.settle()


@pytest.fixture
def workers(make_kit: MakeKit, clock: FakeClock) -> Workers:
    return Workers(make_kit, clock)


async def test_round_ends_though_its_last_target_was_detached(web: Scene, workers: Workers) -> None:
    for channel_id in ("phone", "mail"):
        await web.add(Recorder(channel_id))
    worker = await workers.start(Recorder("phone"), Recorder("mail"))
    await web.say("hello")
    await worker.pipeline.resuming.drain_lane(ROOM, "phone")
    await web.kit.detach_channel(ROOM, "mail")

    await workers.sweep(worker)

    jobs = await web.kit.store.list_deliveries(ROOM)
    states = {job.channel_id: job.state for job in jobs}
    assert states == {"phone": DeliveryState.SENT, "mail": DeliveryState.DISCARDED}
    assert workers.told == ["hello"]


@pytest.mark.parametrize(
    "end", [StoreUnavailableError("gone for a moment"), asyncio.CancelledError()]
)
async def test_round_ends_though_its_process_could_not_tell(
    web: Scene,
    store: BlippingStore,
    workers: Workers,
    monkeypatch: pytest.MonkeyPatch,
    end: BaseException,
) -> None:
    await web.add(Recorder("phone"))
    await web.say("hello")
    worker = await workers.start(Recorder("phone"))

    async def fail(event_id: str) -> bool:
        raise end

    with monkeypatch.context() as patch:
        patch.setattr(store, "mark_processed", fail)
        await worker.pipeline.resuming.drain_lane(ROOM, "phone")
    told_before = workers.told
    for _ in range(2):
        await workers.sweep(await workers.start(Recorder("phone")))

    assert (told_before, workers.told) == ([], ["hello"])


async def test_round_is_not_ended_while_a_target_was_not_tried(
    web: Scene, workers: Workers
) -> None:
    for channel_id in ("phone", "mail"):
        await web.add(Recorder(channel_id))
    phone, mail = Recorder("phone"), Recorder("mail")
    gate = mail.hold()
    worker = await workers.start(phone, mail)
    await web.say("hello")
    await workers.sweep(worker)

    await workers.sweep(await workers.start(phone))
    told_meanwhile = workers.told
    gate.set()
    await mail.until_delivered(1)
    await workers.sweep(worker)

    assert (told_meanwhile, workers.told) == ([], ["hello"])


async def test_round_that_a_process_ends_by_itself_is_told_once(
    scene: Scene, clock: FakeClock, workers: Workers
) -> None:
    told = await note_ends(scene.kit)
    await scene.add(Recorder("phone"))

    await scene.say("hello")
    await clock.settle()
    await workers.sweep(await workers.start())

    assert (told, workers.told) == (["hello"], [])


async def test_question_ends_its_round_though_its_process_died_answering(
    web: Scene, store: BlippingStore, clock: FakeClock, workers: Workers
) -> None:
    await web.add(ScriptedAgent("ai", "yes"))
    await web.say("really?")
    worker = await workers.start(ScriptedAgent("ai", "yes"))
    store.refused["mark_processed"] = 1  # after it has noted that the agent is being asked

    await worker.pipeline.resuming.drain_lane(ROOM, "ai")
    await clock.settle()
    await workers.sweep(await workers.start())

    assert sorted(workers.told) == ["really?", "yes"]
