"""Agents that answer in several pieces at once: a process that dies in between loses none."""

import asyncio
from collections.abc import Sequence

import pytest

from hooks import Task
from rooms import (
    ChannelBinding,
    ChannelOutput,
    DeliveryState,
    RoomContext,
    RoomEvent,
    RoomKit,
    TextContent,
)
from rooms.assembly import Sharing
from rooms.domain.commit import Committed, CommitUnit
from rooms.pipeline.dispatch import Dispatch
from rooms.stores.base import ConversationStore
from rooms.testing.rig import Recorder, ScriptedAgent, Turn, bodies
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene


class Teller(ScriptedAgent):
    """Says two things at once, and leaves a task."""

    def __init__(self) -> None:
        super().__init__("bot", Turn("One.", tasks=[Task(type="call", title="call back")]))

    async def on_event(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> ChannelOutput:
        """Answer in two pieces."""
        output = await super().on_event(event, binding, context)
        [one] = output.response_events
        two = RoomEvent(
            room_id=one.room_id, source=one.source, content=TextContent(body=f"Two {one.id}.")
        )
        return output.model_copy(update={"response_events": [one, two]})


class Death:
    """Lets no commit of a piece of an answer come to pass, until it is over."""

    def __init__(self, store: ConversationStore, segment: int) -> None:
        self.has_come = asyncio.Event()
        self.is_over = False
        self._ending = f":{segment}"
        self._commit = store.commit
        store.commit = self._meet  # type: ignore[method-assign]  # a real store, watched

    async def _meet(self, units: Sequence[CommitUnit]) -> list[Committed]:
        keys = [write.event.idempotency_key or "" for unit in units for write in unit.events]
        if not self.is_over and any(key.endswith(self._ending) for key in keys):
            self.has_come.set()
            await asyncio.Event().wait()
        return await self._commit(units)


async def die_before(segment: int, scene: Scene) -> None:
    """Ask, and let the process die before it stores a piece of the answer."""
    death = Death(scene.kit.store, segment)
    await scene.add(Teller())
    saying = asyncio.ensure_future(scene.say())
    await death.has_come.wait()
    saying.cancel()
    pipeline = scene.kit.pipeline
    await pipeline.stop(timeout=0.01)
    await pipeline.parts.tasks.close(timeout=5)  # what was cut off has ended
    await pipeline.leases.give_back()
    death.is_over = True


async def take_up(make_kit: MakeKit, bot: Teller) -> RoomKit:
    """Start another process and let it do what is free."""
    kit = make_kit(sharing=Sharing(dispatch=Dispatch(is_shared=True)))
    for channel in (Recorder("person"), bot):
        kit.register_channel(channel)
    await kit.pipeline.resuming.take_up()
    await kit.pipeline.drain(timeout=5)
    return kit


async def test_pieces_come_in_order_with_what_else_was_left(scene: Scene) -> None:
    await scene.add(Teller())
    await scene.say()

    [_, one, two] = await scene.rows()
    assert bodies([one, two]) == ["One.", f"Two {one.id}."]
    [job] = await scene.kit.store.list_lane(ROOM, "bot")
    assert (job.state, job.unsaid) == (DeliveryState.SENT, None)
    assert [task.title for task in await scene.kit.list_tasks(ROOM)] == ["call back"]


@pytest.mark.parametrize("segment", [0, 1])
async def test_what_was_answered_is_said_by_the_next_process(
    scene: Scene, make_kit: MakeKit, segment: int
) -> None:
    await die_before(segment, scene)
    before = len(await scene.rows())

    bot = Teller()
    await take_up(make_kit, bot)

    [_, one, two] = await scene.rows()
    assert (before, bot.asked) == (1 + segment, [])
    assert bodies([one, two]) == ["One.", f"Two {one.id}."]
    [job] = await scene.kit.store.list_lane(ROOM, "bot")
    assert (job.state, job.unsaid) == (DeliveryState.SENT, None)
    assert [task.title for task in await scene.kit.list_tasks(ROOM)] == ["call back"]


async def test_what_is_not_said_when_a_person_takes_over_is_never_said(
    scene: Scene, make_kit: MakeKit
) -> None:
    await die_before(1, scene)
    kit = make_kit()
    await kit.take_over(ROOM, user_id="ada")

    await take_up(make_kit, Teller())

    assert bodies(await scene.rows())[:2] == ["hello", "One."]
    assert not any(body.startswith("Two") for body in bodies(await scene.rows()))
    [job] = await kit.store.list_lane(ROOM, "bot")
    assert (job.state, job.unsaid) == (DeliveryState.DISCARDED, None)
