"""Several messages, one answer: whoever commits them, and whoever delivers."""

import asyncio
from collections.abc import Sequence

import pytest

from rooms import DeliveryJob, DeliveryState, RoomKit
from rooms.assembly import Sharing
from rooms.domain.policies import ReplyTiming
from rooms.pipeline.dispatch import Dispatch
from rooms.testing.rig import Recorder, ScriptedAgent, bodies
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene

# Long enough for three messages on a busy machine.
TIMING = ReplyTiming(quiet_s=1.0, cap_s=30.0)
THREE = ["hi", "I have a question", "where is it?"]


class Bot(ScriptedAgent):
    """Answers "answer" when it is quiet."""

    reply_timing = TIMING

    def __init__(self) -> None:
        super().__init__("bot", "answer")


class Queue:
    """Has a worker drain the lanes it is asked to wake, as Celery's tasks do."""

    def __init__(self) -> None:
        self.worker: RoomKit | None = None
        self.tasks: set[asyncio.Task[int]] = set()

    def wake(self, jobs: Sequence[DeliveryJob]) -> None:
        """Drain each lane in a task of its own."""
        assert self.worker is not None
        for lane in dict.fromkeys((job.room_id, job.channel_id) for job in jobs):
            drain = self.worker.pipeline.resuming.drain_lane(*lane)
            self.tasks.add(asyncio.ensure_future(drain))

    def wake_chore(self, name: str) -> None:
        """Leave it."""

    async def close(self) -> None:
        """Wait for the tasks."""
        await asyncio.gather(*self.tasks)

    async def end(self) -> None:
        """Wait until all lanes are empty."""
        while pending := [task for task in self.tasks if not task.done()]:
            await asyncio.wait(pending)


class Work:
    """A scene whose agent works in this process, or in a worker that a queue wakes."""

    def __init__(self, scene: Scene, bot: Bot, queue: Queue | None) -> None:
        self.scene = scene
        self.bot = bot
        self._queue = queue

    async def end(self) -> None:
        """Wait until there is nothing left to do."""
        if self._queue is not None:
            await self._queue.end()
        else:
            await self.scene.kit.pipeline.drain(timeout=20)

    async def codes(self) -> list[str | None]:
        """Return the error codes of the agent's jobs, oldest first."""
        rows = await self.scene.kit.store.list_lane(ROOM, "bot")
        return [row.error_code for row in reversed(rows)]


@pytest.fixture(params=["here", "worker"])
async def work(request: pytest.FixtureRequest, make_kit: MakeKit) -> Work:
    queue = Queue() if request.param == "worker" else None
    dispatch = Dispatch(runs_here=queue is None, is_shared=queue is not None, waker=queue)
    scene, bot = Scene(make_kit(sharing=Sharing(dispatch=dispatch))), Bot()
    await scene.open()
    await scene.add(bot)
    if queue is None:
        return Work(scene, bot, None)
    queue.worker = make_kit(sharing=Sharing(dispatch=Dispatch(is_shared=True)))
    there = Bot()
    for channel in (Recorder("person"), there):
        queue.worker.register_channel(channel)
    return Work(scene, there, queue)


async def test_three_messages_in_a_row_get_one_answer(work: Work) -> None:
    for body in THREE:
        await work.scene.say(body)
    await work.end()

    assert [asked.prompt for asked in work.bot.asked] == [THREE]
    assert bodies(await work.scene.rows()) == [*THREE, "answer"]
    assert await work.codes() == ["coalesced", "coalesced", None]


async def test_question_that_was_answered_is_not_answered_again(work: Work) -> None:
    for body in THREE[:2]:
        await work.scene.say(body)
        await work.end()

    assert bodies(await work.scene.rows()) == ["hi", "answer", "I have a question", "answer"]


async def test_process_that_dies_while_it_waits_leaves_one_question(
    make_kit: MakeKit, scene: Scene
) -> None:
    await scene.add(Bot())
    await scene.say("hi")
    await scene.say("where is it?")
    scene.kit.pipeline.lanes.stop()  # what waits is given back, as it is when leases run out
    await scene.kit.pipeline.stop(timeout=5)
    heir, bot = make_kit(sharing=Sharing(dispatch=Dispatch(is_shared=True))), Bot()
    for channel in (Recorder("person"), bot):
        heir.register_channel(channel)
    await heir.pipeline.resuming.take_up()
    await heir.pipeline.drain(timeout=20)

    assert [asked.prompt for asked in bot.asked] == [["hi", "where is it?"]]
    states = [row.state for row in reversed(await scene.kit.store.list_lane(ROOM, "bot"))]
    assert states == [DeliveryState.DISCARDED, DeliveryState.SENT]
