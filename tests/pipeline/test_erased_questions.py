"""Questions that are deleted for good: what was to be answered with them is answered anyway."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from rooms import DeliveryState, RoomContext, RoomEvent
from rooms.domain.policies import OnNewMessage, ReplyTiming
from rooms.testing.clock import FakeClock
from rooms.testing.rig import ScriptedAgent, Turn, bodies
from tests.scene import ROOM, Scene
from tests.steps import stored, until
from tests.viewers import Pen, Viewer

TIMING = ReplyTiming(quiet_s=1.5, cap_s=8.0)
Think = Callable[[RoomEvent, RoomContext], Awaitable[str]]


class Bot(ScriptedAgent):
    """Answers "answer" when it has been quiet for 1.5 s.

    Attributes:
        free: Lets it end its first turn, if it is to think about that.
    """

    reply_timing = TIMING

    def __init__(self, *, thinks: bool = False) -> None:
        super().__init__("bot", *([self._think] if thinks else []), "answer")
        self.free = asyncio.Event()

    async def _think(self, event: RoomEvent, context: RoomContext) -> str:
        await self.free.wait()
        return "thought of all"


async def ask(scene: Scene, clock: FakeClock, *said: str) -> list[str]:
    """Let the person say these things quickly; return the ids."""
    ids = []
    for body in said:
        ids.append(stored(await scene.say(body)).id)
        await clock.advance(0.5)
    return ids


async def erase(scene: Scene, *event_ids: str) -> None:
    """Delete messages for good."""
    for event_id in event_ids:
        assert await scene.kit.delete_event(ROOM, event_id) == [event_id]


async def lane(scene: Scene) -> list[tuple[DeliveryState, str | None]]:
    """Return how the agent's jobs stand, oldest first."""
    rows = await scene.kit.store.list_lane(ROOM, "bot")
    return [(row.state, row.error_code) for row in reversed(rows)]


async def test_earlier_message_is_answered_though_the_one_it_waited_with_is_erased(
    scene: Scene, clock: FakeClock
) -> None:
    bot = await scene.add(Bot())
    *_, last = await ask(scene, clock, "where is it?", "my card is 4111")
    await erase(scene, last)
    await clock.advance(1.5)

    assert [asked.prompt for asked in bot.asked] == [["where is it?"]]
    assert bodies(await scene.rows()) == ["where is it?", "answer"]
    assert await lane(scene) == [(DeliveryState.SENT, None)]


async def test_all_that_are_left_are_answered_together(scene: Scene, clock: FakeClock) -> None:
    bot = await scene.add(Bot())
    _, third, last = (await ask(scene, clock, "hi", "where is it?", "4111", "4222"))[1:]
    await erase(scene, third, last)
    await clock.advance(1.5)

    assert [asked.prompt for asked in bot.asked] == [["hi", "where is it?"]]
    assert await lane(scene) == [(DeliveryState.DISCARDED, "coalesced"), (DeliveryState.SENT, None)]


async def test_later_message_still_answers_for_those_before_an_erased_one(
    scene: Scene, clock: FakeClock
) -> None:
    bot = await scene.add(Bot())
    _, middle = await ask(scene, clock, "where is it?", "4111")
    await erase(scene, middle)
    await ask(scene, clock, "hello?")
    await clock.advance(1.5)

    assert [asked.prompt for asked in bot.asked] == [["where is it?", "hello?"]]
    assert bodies(await scene.rows())[-1] == "answer"


async def test_turn_about_an_erased_message_ends_and_the_others_are_answered(
    scene: Scene, clock: FakeClock
) -> None:
    bot = await scene.add(Bot(thinks=True))
    *_, last = await ask(scene, clock, "where is it?", "4111")
    await clock.advance(1.5)
    await erase(scene, last)
    await clock.advance(1.0)  # the turn is looked after twice a second

    assert [asked.prompt for asked in bot.asked] == [["where is it?", "4111"], ["where is it?"]]
    assert bodies(await scene.rows()) == ["where is it?", "answer"]


async def test_answer_that_comes_after_its_question_was_erased_is_not_stored(
    scene: Scene, clock: FakeClock
) -> None:
    bot = await scene.add(Bot(thinks=True))
    *_, last = await ask(scene, clock, "where is it?", "4111")
    await clock.advance(1.5)
    bot.free.set()
    await erase(scene, last)
    await clock.advance(1.5)

    assert bodies(await scene.rows()) == ["where is it?", "answer"]


async def test_erased_message_alone_is_not_answered(scene: Scene, clock: FakeClock) -> None:
    bot = await scene.add(Bot())
    await erase(scene, *await ask(scene, clock, "4111"))
    await clock.advance(1.5)

    assert (bot.asked, bodies(await scene.rows())) == ([], [])


async def test_text_about_an_erased_message_is_taken_back(
    scene: Scene, clock: FakeClock, viewer: Viewer, pen: Pen
) -> None:
    await scene.add(ScriptedAgent("bot", Turn(deltas=pen)))
    saying = asyncio.ensure_future(scene.say("my card is 4111"))
    pen.write("4111 is ")
    await until(lambda: bool(viewer.streams and viewer.streams[0].deltas))
    [question] = await scene.rows()
    await erase(scene, question.id)
    await clock.advance(0.5)
    await saying

    assert await scene.rows() == []
    assert [(shown.text, shown.event) for shown in viewer.streams] == [("4111 is ", None)]


async def test_question_that_was_superseded_is_answered_once_its_successor_is_erased(
    scene: Scene, clock: FakeClock
) -> None:
    bot = Bot(thinks=True)
    bot.reply_timing = ReplyTiming(quiet_s=1.5, on_new_message=OnNewMessage.SUPERSEDE)
    await scene.add(bot)
    await scene.say("where is it?")
    await clock.advance(1.5)
    saying = asyncio.ensure_future(scene.say("no, 4111"))
    await clock.advance(1.0)
    before = await lane(scene)
    [*_, last] = await scene.rows()
    await erase(scene, last.id)
    await clock.advance(1.5)
    await saying

    assert before[0] == (DeliveryState.DISCARDED, "superseded")
    assert bodies(await scene.rows()) == ["where is it?", "answer"]
    assert await lane(scene) == [(DeliveryState.SENT, None)]


@pytest.mark.parametrize("supersedes", [False, True])
async def test_question_does_not_give_way_to_one_that_is_erased_at_that_moment(
    scene: Scene, clock: FakeClock, supersedes: bool
) -> None:
    bot = Bot(thinks=supersedes)
    if supersedes:
        bot.reply_timing = ReplyTiming(quiet_s=1.5, on_new_message=OnNewMessage.SUPERSEDE)
    await scene.add(bot)
    await scene.say("where is it?")
    await clock.advance(1.5 if supersedes else 0.0)
    saying = asyncio.ensure_future(scene.say("4111"))
    await clock.settle()
    [_, last] = await scene.rows()

    async with scene.kit.lock_manager.locked(ROOM):
        await clock.advance(0.5)  # it is about to give way
        await scene.kit.store.delete_event(ROOM, last.id)
    await clock.advance(1.5)
    await saying

    assert bot.asked[-1].prompt == ["where is it?"]
    assert bodies(await scene.rows()) == ["where is it?", "answer"]
