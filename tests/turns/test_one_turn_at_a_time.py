"""An agent takes one turn of a room at a time, whatever processes its questions come to."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from rooms import ChannelBinding, ChannelOutput, DeliveryState, RoomContext, RoomEvent, RoomKit
from rooms.assembly import Sharing
from rooms.pipeline.dispatch import Dispatch
from rooms.stores.base import ConversationStore
from rooms.stores.orm import OrmStore
from rooms.testing.rig import Recorder, bodies
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene
from tests.steps import until
from tests.turns.teller import Teller, ended, parked


class Thinking(Teller):
    """Thinks about its later turns until it is let go on.

    Attributes:
        thoughts: How many turns it is at, now and at most; shared by all processes.
    """

    def __init__(self, *texts: str, thoughts: list[int]) -> None:
        super().__init__(parked(), *(ended(text) for text in texts), streams=False)
        self.gate = asyncio.Event()
        self.thoughts = thoughts

    async def on_event(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> ChannelOutput:
        """Think, then take the next turn."""
        self.thoughts[0] += 1
        self.thoughts[1] = max(self.thoughts)
        if self.askings:
            await self.gate.wait()
        self.thoughts[0] -= 1
        return await super().on_event(event, binding, context)


def start(make_kit: MakeKit, store: ConversationStore) -> RoomKit:
    """Start one of several processes."""
    return make_kit(store=store, sharing=Sharing(dispatch=Dispatch(is_shared=True)))


@pytest.fixture
async def elsewhere(store: ConversationStore) -> AsyncIterator[ConversationStore]:
    """The store of another process: the same rooms, over connections of its own."""
    made = OrmStore() if isinstance(store, OrmStore) else store
    yield made
    await made.close()


async def test_opened_turn_waits_for_the_later_question_of_another_process(
    make_kit: MakeKit, store: ConversationStore, elsewhere: ConversationStore
) -> None:
    scene, there, thoughts = Scene(start(make_kit, store)), start(make_kit, elsewhere), [0, 0]
    await scene.open()
    bot = await scene.add(Thinking("Second.", "Done.", thoughts=thoughts))
    other = Thinking("Done.", thoughts=thoughts)
    for channel in (Recorder("person"), other):
        there.register_channel(channel)
    await scene.say("first")
    [first] = await scene.kit.store.list_lane(ROOM, "bot")
    saying = asyncio.ensure_future(scene.say("second"))
    await until(lambda: thoughts[0] == 1)

    assert await there.reopen_turn(ROOM, first.event_id, "bot")
    await there.pipeline.drain(timeout=5)
    bot.gate.set()
    await saying
    await scene.kit.pipeline.drain(timeout=5)

    assert (thoughts, other.askings) == ([0, 1], [])
    assert bodies(await scene.rows()) == ["first", "One moment.", "second", "Second.", "Done."]
    states = [job.state for job in await scene.kit.store.list_lane(ROOM, "bot")]
    assert states == [DeliveryState.SENT, DeliveryState.SENT]
