"""A strategy for the rooms of a kit: which rooms get it, and what becomes of it elsewhere."""

import asyncio
from typing import Any

import pytest

from channels_app.orchestration.agent import Agent
from channels_app.orchestration.plan import plan_of
from channels_app.orchestration.strategies.pipeline import Pipeline
from channels_app.orchestration.strategies.supervisor import Supervisor
from channels_app.orchestration.strategies.swarm import Swarm
from hooks import HookTrigger
from rooms import (
    EventType,
    RoomAlreadyExistsError,
    RoomContext,
    RoomEvent,
    RoomKit,
    RoomNotFoundError,
    StoreUnavailableError,
    SystemContent,
)
from rooms.domain.room import Room
from rooms.pipeline.strategies import Strategies
from rooms.testing.rig import Recorder, text
from tests.ai.orchestration.company import answers_in, calls_of, handing_over, make_agent, state_of
from tests.ai.working import saying
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene


def pair(**options: Any) -> list[Agent]:
    """Make two agents, of whom the first hands over to the second."""
    return [
        make_agent("a", handing_over("b"), saying("One moment."), **options),
        make_agent("b", "I am B.", **options),
    ]


async def attached(kit: RoomKit, room_id: str = ROOM) -> set[str]:
    """Return the channels of a room."""
    return {each.channel_id for each in await kit.list_bindings(room_id)}


async def times_attached(kit: RoomKit, channel_id: str, room_id: str = ROOM) -> int:
    """Return how often the timeline says that a channel was attached."""
    rows = await kit.store.list_events(room_id, limit=1000, include_internal=True)
    said = [row.content for row in rows if row.type == EventType.CHANNEL_ATTACHED]
    return sum(
        isinstance(each, SystemContent) and each.data["channel_id"] == channel_id for each in said
    )


async def test_new_room_goes_by_the_strategy_of_the_kit(
    make_kit: MakeKit, *, streaming: bool
) -> None:
    strategy = Swarm(pair(streaming=streaming))
    scene = Scene(make_kit(orchestration=strategy))
    await scene.open()

    await scene.say("A refund, please.")
    await scene.say("Well?")

    assert await answers_in(scene) == ["a: One moment.", "b: I am B."]
    assert plan_of(await scene.kit.get_room(ROOM)) == strategy.plan()


async def test_created_room_is_returned_with_its_strategy(make_kit: MakeKit) -> None:
    strategy = Swarm(pair())
    kit = make_kit(orchestration=strategy)

    room = await kit.create_room(ROOM, {"topic": "chairs"})

    assert (plan_of(room), room.metadata["topic"]) == (strategy.plan(), "chairs")
    assert room == await kit.get_room(ROOM)
    assert await attached(kit) == {"a", "b"}


async def test_room_may_have_a_strategy_of_its_own(make_kit: MakeKit) -> None:
    own, c = Pipeline([make_agent("c", "C.")]), make_agent("d")
    scene = Scene(make_kit(orchestration=Swarm([c])))
    await scene.open(orchestration=own)

    await scene.say("Hello?")

    assert await answers_in(scene) == ["c: C."]
    assert plan_of(await scene.kit.get_room(ROOM)) == own.plan()
    assert await attached(scene.kit) == {"person", "c"}


async def test_strategy_of_a_hook_outranks_the_kit_s(make_kit: MakeKit) -> None:
    kit = make_kit(orchestration=Swarm(pair()))
    alone = Swarm([make_agent("c", "I am C.")])

    @kit.hook(HookTrigger.ON_ROOM_CREATED)
    async def choose(event: RoomEvent, context: RoomContext) -> None:
        await alone.install(kit, event.room_id)

    room = await kit.create_room(ROOM)

    assert plan_of(room) == alone.plan()
    assert await attached(kit) == {"c"}


async def test_room_may_have_none(make_kit: MakeKit) -> None:
    scene = Scene(make_kit(orchestration=Swarm([make_agent("a")])))
    await scene.open(orchestration=None)

    await scene.say("Hello?")

    assert plan_of(await scene.kit.get_room(ROOM)) is None
    assert await attached(scene.kit) == {"person"}


async def test_kit_without_one_leaves_rooms_as_they_are(make_kit: MakeKit) -> None:
    kit = make_kit()

    room = await kit.create_room(ROOM, {"topic": "chairs"})
    other = await kit.create_room("other", orchestration=Swarm([make_agent("a")]))

    assert room.metadata == {"topic": "chairs"}
    assert plan_of(other) is not None


async def test_room_that_a_message_opens_has_it_before_the_message(make_kit: MakeKit) -> None:
    scene = Scene(make_kit(orchestration=Swarm([make_agent("a", "A.")])))
    scene.kit.register_channel(scene.person)

    await scene.say("Hello?")

    assert await answers_in(scene) == ["a: A."]
    assert await attached(scene.kit) == {"person", "a"}


async def test_messages_that_open_a_room_at_once_install_it_once(make_kit: MakeKit) -> None:
    kit = make_kit(orchestration=Swarm([make_agent("a")]))
    phone, mail = Recorder("phone"), Recorder("mail")
    for channel in (phone, mail):
        kit.register_channel(channel)

    await asyncio.gather(
        *(kit.process_inbound(text(each, each, "hi", room_id=ROOM)) for each in ("phone", "mail"))
    )

    assert await attached(kit) == {"phone", "mail", "a"}
    assert await times_attached(kit, "a") == 1


class Counting(Swarm):
    """A strategy that notes where it was installed."""

    def __init__(self, agents: list[Agent]) -> None:
        super().__init__(agents)
        self.installed: list[str] = []

    async def install(self, kit: Any, room_id: str) -> None:
        self.installed.append(room_id)
        await super().install(kit, room_id)


async def test_who_remembers_the_room_as_it_was_installs_nothing_anew(make_kit: MakeKit) -> None:
    kit, strategy = make_kit(), Counting([make_agent("a")])
    strategies = Strategies(kit.pipeline.parts, kit, strategy)
    room = await kit.store.create_room(strategies.mark(Room(id=ROOM)))

    await asyncio.gather(*(strategies.install_due(room) for _ in range(2)))

    assert strategy.installed == [ROOM]
    assert await strategies.install_due(await kit.get_room(ROOM)) is False


class Dying(Swarm):
    """A strategy in a process that dies before it has installed it."""

    async def install(self, kit: Any, room_id: str) -> None:
        raise StoreUnavailableError("killed")


@pytest.mark.parametrize("opens", ["message", "host"])
async def test_next_message_ends_what_a_process_that_died_began(
    make_kit: MakeKit, opens: str
) -> None:
    first = Scene(make_kit(orchestration=Dying([make_agent("a")])))
    first.kit.register_channel(first.person)
    opening = first.say("Hello?") if opens == "message" else first.kit.create_room(ROOM)
    with pytest.raises(StoreUnavailableError, match="killed"):
        await opening

    second = Scene(make_kit(orchestration=Swarm([make_agent("a", "A.", "Still A.")])))
    second.kit.register_channel(second.person)
    for _ in range(2):
        await second.say("Hello?")

    assert await answers_in(second) == ["a: A.", "a: Still A."]
    assert await times_attached(second.kit, "a") == 1


async def test_closed_room_that_lacks_its_strategy_refuses_as_others_do(make_kit: MakeKit) -> None:
    first = Scene(make_kit(orchestration=Dying([make_agent("a")])))
    with pytest.raises(StoreUnavailableError):
        await first.kit.create_room(ROOM)
    await first.kit.close_room(ROOM)
    second = Scene(make_kit(orchestration=Swarm([make_agent("a")])))
    second.kit.register_channel(second.person)

    result = await second.say("Hello?")

    assert (result.blocked, result.reason) == (True, "room_closed")


async def test_handover_of_a_room_outlives_its_process(make_kit: MakeKit) -> None:
    """The other process knows the agents by its own kit; nothing is installed anew."""
    scene = Scene(make_kit(orchestration=Swarm(pair())))
    await scene.open()
    await scene.say("A refund, please.")

    agents = pair()
    again = Scene(make_kit(orchestration=Swarm(agents)))
    again.kit.register_channel(again.person)
    await again.say("Well?")

    assert (await answers_in(again))[-1] == "b: I am B."
    assert [len(calls_of(each)) for each in agents] == [0, 1]
    assert (await state_of(again.kit)).handoff_count == 1


async def test_rooms_of_tasks_have_none(make_kit: MakeKit) -> None:
    chief, worker = make_agent("chief"), make_agent("worker", "Done.")
    kit = make_kit(orchestration=Supervisor(chief, [worker]))
    await kit.create_room(ROOM)

    task = await kit.delegate(ROOM, "worker", "Look it up", wait=True)

    assert plan_of(await kit.get_room(task.child_room_id)) is None
    assert await attached(kit, task.child_room_id) == {"worker"}
    assert await attached(kit) == {"chief"}


async def test_room_whose_agents_cannot_be_registered_is_not_made(make_kit: MakeKit) -> None:
    kit = make_kit()
    kit.register_channel(Recorder("a"))

    with pytest.raises(ValueError, match="another channel is registered as 'a'"):
        await kit.create_room(ROOM, orchestration=Swarm([make_agent("a")]))

    with pytest.raises(RoomNotFoundError):
        await kit.get_room(ROOM)


async def test_room_that_is_there_keeps_its_strategy(make_kit: MakeKit) -> None:
    strategy = Swarm(pair())
    kit = make_kit(orchestration=strategy)
    await kit.create_room(ROOM)

    with pytest.raises(RoomAlreadyExistsError):
        await kit.create_room(ROOM, orchestration=Pipeline([make_agent("c")]))

    assert plan_of(await kit.get_room(ROOM)) == strategy.plan()
