"""One voice per room: what an agent says under an owner who has gone is discarded."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from rooms import DeliveryState, EventStatus, OwnerKind, RoomContext, RoomEvent, TextContent
from rooms.testing.rig import ScriptedAgent, StreamingRecorder, Turn, bodies
from tests.scene import ROOM, Scene
from tests.steps import until


async def change_owner(scene: Scene, kind: OwnerKind, *, epochs: int = 1) -> None:
    """Give the room to somebody else, as a supervisor's take-over does."""
    room = await scene.kit.get_room(ROOM)
    changed = {"owner_kind": kind, "owner_epoch": room.owner_epoch + epochs}
    await scene.kit.store.update_room(room.model_copy(update=changed))


class Thinker(ScriptedAgent):
    """An agent that thinks until it is let go, then says "answer"."""

    def __init__(self) -> None:
        super().__init__("bot", self._think)
        self.free = asyncio.Event()

    async def _think(self, event: RoomEvent, context: RoomContext) -> str:
        await self.free.wait()
        return "answer"


class Thought:
    """A question on which the agent is still thinking."""

    def __init__(self, agent: Thinker, saying: "asyncio.Future[Any]") -> None:
        self.agent = agent
        self._saying = saying

    async def end(self) -> None:
        """Let the agent answer."""
        self.agent.free.set()
        await self._saying


@pytest.fixture
async def thought(scene: Scene) -> Thought:
    agent = await scene.add(Thinker())
    saying = asyncio.ensure_future(scene.say("question"))
    await until(lambda: len(agent.asked) == 1)
    return Thought(agent, saying)


@pytest.mark.parametrize(
    ("kind", "epochs"),
    [
        (OwnerKind.HUMAN, 1),  # somebody took over
        (OwnerKind.QUEUE, 1),
        (OwnerKind.PAUSED, 1),
        (OwnerKind.AI, 2),  # taken over and handed back: the answer is of an older time
        (OwnerKind.HUMAN, 0),  # no agent speaks in a person's room, whatever the epoch
    ],
)
async def test_answer_made_under_another_owner_is_neither_stored_nor_delivered(
    scene: Scene, thought: Thought, kind: OwnerKind, epochs: int
) -> None:
    await change_owner(scene, kind, epochs=epochs)

    await thought.end()

    assert bodies(await scene.rows()) == ["question"]
    assert scene.person.delivered == []


async def test_answer_under_the_same_owner_is_given(scene: Scene, thought: Thought) -> None:
    await change_owner(scene, OwnerKind.AI, epochs=0)

    await thought.end()

    assert bodies(scene.person.delivered) == ["answer"]


async def test_discarded_answer_ends_its_job(scene: Scene, thought: Thought) -> None:
    await change_owner(scene, OwnerKind.HUMAN)

    await thought.end()

    [job] = await scene.kit.store.list_deliveries(ROOM)
    assert (job.channel_id, job.state) == ("bot", DeliveryState.DISCARDED)


async def test_side_effects_of_a_discarded_answer_are_kept(scene: Scene) -> None:
    async def take_over(event: RoomEvent, context: RoomContext) -> Turn:
        await change_owner(scene, OwnerKind.HUMAN)
        return Turn("answer", metadata_updates={"topic": "parcel"})

    await scene.add(ScriptedAgent("bot", take_over))

    await scene.say()

    assert (await scene.kit.get_room(ROOM)).metadata == {"topic": "parcel"}
    assert bodies(await scene.rows()) == ["hello"]


async def test_streamed_answer_is_taken_back(scene: Scene) -> None:
    async def talk() -> AsyncIterator[str]:
        yield "It "
        await change_owner(scene, OwnerKind.HUMAN)
        yield "shipped"

    viewer = await scene.add(StreamingRecorder("viewer"))
    await scene.add(ScriptedAgent("bot", Turn(deltas=talk())))

    result = await scene.say()

    assert result.error is None
    assert [shown.event for shown in viewer.streams] == [None]
    assert bodies(await scene.rows()) == ["hello"]


async def test_people_and_the_host_speak_whoever_owns_the_room(scene: Scene) -> None:
    await change_owner(scene, OwnerKind.HUMAN)

    said = await scene.say("anybody?")
    event = await scene.kit.send_event(ROOM, "person", TextContent(body="yes"))

    assert not said.blocked
    assert event.status is EventStatus.DELIVERED
