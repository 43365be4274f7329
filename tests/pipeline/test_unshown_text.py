"""Nothing is shown before all processes can know of it; what is not shown is stored whole."""

import asyncio

import pytest

from rooms import RoomKit
from rooms.assembly import Sharing
from rooms.domain.content import text_of
from rooms.ports import ShownAnswer
from rooms.shared.local import LocalSharedState
from rooms.testing.clock import FakeClock
from rooms.testing.rig import ScriptedAgent, Turn, bodies, streamed
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene
from tests.steps import until
from tests.viewers import ANSWER, WHOLE, Pen, Viewer


class Doorkeeper(LocalSharedState):
    """Lets answers be shown, or not, or only when the test says so.

    Attributes:
        asked: The texts it was asked about.
        is_away: Whether it forbids everything, as where nobody knows what others do.
        free: While it is not set, whoever asks waits.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.is_away = False
        self.free = asyncio.Event()
        self.free.set()

    async def show(self, answer: ShownAnswer) -> bool:
        """Answer as the test wants it."""
        self.asked.append(text_of(answer.placeholder.content))
        await self.free.wait()
        return not self.is_away and await super().show(answer)


@pytest.fixture
def door() -> Doorkeeper:
    return Doorkeeper()


@pytest.fixture
def kit(make_kit: MakeKit, clock: FakeClock, door: Doorkeeper) -> RoomKit:
    return make_kit(clock=clock, sharing=Sharing(state=door))


async def test_each_text_is_noted_whole_before_it_is_shown(
    scene: Scene, viewer: Viewer, door: Doorkeeper, pen: Pen
) -> None:
    await scene.add(ScriptedAgent("bot", Turn(deltas=pen)))
    saying = asyncio.ensure_future(scene.say())
    door.free.clear()
    pen.write("It ")
    await until(lambda: door.asked == ["It "])
    shown_early = list(viewer.streams)
    door.free.set()
    pen.write("shipped")
    pen.lay_down()
    await saying

    assert shown_early == []
    assert door.asked == ["It ", "It shipped"]
    assert [shown.text for shown in viewer.streams] == ["It shipped"]


async def test_what_comes_while_the_first_words_are_noted_is_shown_joined(
    scene: Scene, viewer: Viewer, door: Doorkeeper, pen: Pen
) -> None:
    await scene.add(ScriptedAgent("bot", Turn(deltas=pen)))
    saying = asyncio.ensure_future(scene.say())
    door.free.clear()
    pen.write("a")
    await until(lambda: door.asked == ["a"])
    for word in "bcd":
        pen.write(word)
    pen.lay_down()
    await until(lambda: not pen._deltas.qsize())
    door.free.set()
    await saying

    assert door.asked == ["a", "abcd"]
    assert [shown.text for shown in viewer.streams] == ["abcd"]


async def test_while_nobody_knows_of_others_an_answer_is_stored_whole_and_not_shown(
    scene: Scene, viewer: Viewer, door: Doorkeeper
) -> None:
    door.is_away = True
    await scene.add(ScriptedAgent("bot", ANSWER))
    await scene.say()

    assert viewer.streams == []
    assert bodies(viewer.delivered) == ["hello", WHOLE]


async def test_answer_goes_on_growing_when_others_are_known_again(
    scene: Scene, viewer: Viewer, door: Doorkeeper, pen: Pen
) -> None:
    await scene.add(ScriptedAgent("bot", Turn(deltas=pen)))
    saying = asyncio.ensure_future(scene.say())
    for word, is_away in (("a", False), ("b", True), ("c", False)):
        door.is_away = is_away
        before = len(door.asked)
        pen.write(word)
        await until(lambda before=before: len(door.asked) > before)  # type: ignore[misc]
    pen.lay_down()
    await saying

    [shown] = viewer.streams
    assert (shown.deltas, bodies([shown.event] if shown.event else [])) == (["a", "bc"], ["abc"])


async def test_answer_nobody_watches_is_told_to_nobody(scene: Scene, door: Doorkeeper) -> None:
    await scene.add(ScriptedAgent("bot", ANSWER))
    await scene.say()

    assert (door.asked, bodies(await scene.rows())) == ([], ["hello", WHOLE])


async def test_stored_answer_is_nobody_s_to_store_again(
    scene: Scene, viewer: Viewer, door: Doorkeeper
) -> None:
    await scene.add(ScriptedAgent("bot", streamed("It shipped")))
    await scene.say()

    assert await door.fence(ROOM, 9) == []
