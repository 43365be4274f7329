"""Strategies in whole rooms: lines, swarms, restarts, agents that are in several rooms."""

import asyncio
from typing import Any

import pytest

from channels_app.orchestration.agent import Agent
from channels_app.orchestration.plan import plan_of
from channels_app.orchestration.strategies.loop import Loop
from channels_app.orchestration.strategies.pipeline import Pipeline
from channels_app.orchestration.strategies.supervisor import Supervisor
from channels_app.orchestration.strategies.swarm import Swarm
from rooms import RoomNotFoundError
from rooms.domain.room import Room
from tests.ai.orchestration.company import (
    answers_in,
    calls_of,
    handing_over,
    make_agent,
    state_of,
    targets_shown,
    words_given,
)
from tests.ai.working import saying
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene

OTHER = "other-room"


def line(**options: Any) -> list[Agent]:
    """Make three agents, of whom the first hands over to the second."""
    return [
        make_agent("a", handing_over("b"), saying("One moment."), saying("A again."), **options),
        make_agent("b", "I am B.", "B still.", description="Knows refunds", **options),
        make_agent("c", "I am C.", **options),
    ]


async def test_line_hands_on_and_only_forward(scene: Scene, *, streaming: bool) -> None:
    a, b, c = line(streaming=streaming)
    await Pipeline([a, b, c]).install(scene.kit, ROOM)

    await scene.say("A refund, please.")
    await scene.say("Well?")

    assert await answers_in(scene) == ["a: One moment.", "b: I am B."]
    assert (targets_shown(a, 0), targets_shown(b)) == (["b"], ["c"])
    assert "Wants a refund." in words_given(b)
    assert (await state_of(scene.kit)).phase == "b"


async def test_last_of_a_line_has_no_tool(scene: Scene) -> None:
    agents = [make_agent("a")]
    await Pipeline(agents).install(scene.kit, ROOM)

    await scene.say("Hello?")

    assert calls_of(agents[0])[0].tools == []


async def test_line_refuses_whom_it_does_not_lead_to(scene: Scene) -> None:
    # the model names somebody whom the tool does not offer
    a, b, c = (
        make_agent("a", handing_over("c"), saying("I stay.")),
        make_agent("b"),
        make_agent("c"),
    )
    await Pipeline([a, b, c]).install(scene.kit, ROOM)

    await scene.say("Hello?")

    state = await state_of(scene.kit)
    assert (state.active_agent_id, state.handoff_count) == ("a", 0)


async def test_swarm_lets_everybody_hand_over_to_everybody(scene: Scene) -> None:
    a, b, c = line()
    await Swarm([a, b, c], entry="a").install(scene.kit, ROOM)

    for word in ("A refund, please.", "Well?", "And?"):
        await scene.say(word)

    assert await answers_in(scene) == ["a: One moment.", "b: I am B.", "b: B still."]
    assert (targets_shown(a, 0), targets_shown(b)) == (["b", "c"], ["a", "c"])
    assert (await state_of(scene.kit)).phase == "swarm"


async def test_swarm_greets_when_it_is_told_to(scene: Scene) -> None:
    a, b = line()[0], make_agent("b", greeting="B here.")
    await Swarm([a, b], greet_on_handoff=True).install(scene.kit, ROOM)

    await scene.say("A refund, please.")

    assert await answers_in(scene) == ["b: B here.", "a: One moment."]


async def test_strategy_goes_on_in_another_process(scene: Scene, make_kit: MakeKit) -> None:
    await Swarm(line()).install(scene.kit, ROOM)
    await scene.say("A refund, please.")
    await scene.kit.close()

    again = Scene(make_kit())
    agents = line()
    again.kit.register_channel(again.person)
    for agent in agents:
        again.kit.register_channel(agent)
    await again.say("Well?")

    assert (await answers_in(again))[-1] == "b: I am B."
    assert [len(calls_of(agent)) for agent in agents] == [0, 1, 0]
    assert targets_shown(agents[1]) == ["a", "c"]
    assert "Wants a refund." in words_given(agents[1])


async def test_same_agents_are_in_two_rooms_with_two_strategies(scene: Scene) -> None:
    a, b, c = make_agent("a", "A."), make_agent("b", "B."), make_agent("c", "C.")
    await scene.kit.create_room(OTHER)
    await scene.kit.attach_channel(OTHER, "person")
    await Pipeline([a, b, c]).install(scene.kit, ROOM)
    await Swarm([c, b, a]).install(scene.kit, OTHER)

    await asyncio.gather(scene.say("Hello?"), scene.say("Hello?", room_id=OTHER))

    assert await answers_in(scene) == ["a: A."]
    assert targets_shown(a) == ["b"]
    assert targets_shown(c) == ["b", "a"]
    assert a.extra_tools == b.extra_tools == c.extra_tools == []
    assert (await state_of(scene.kit, OTHER)).active_agent_id == "c"


async def test_other_agents_of_the_room_are_not_asked(scene: Scene) -> None:
    stranger, a = make_agent("stranger"), make_agent("a", "A.")
    await scene.add(stranger)
    await Pipeline([a]).install(scene.kit, ROOM)

    await scene.say("Hello?")

    assert await answers_in(scene) == ["a: A."]


async def test_agent_handed_back_by_a_person_begins_anew(scene: Scene) -> None:
    a = make_agent("a", "A.")
    await Swarm([a]).install(scene.kit, ROOM)
    await scene.kit.take_over(ROOM, user_id="7")
    await scene.say("Hello?")
    await scene.kit.hand_back(ROOM, user_id="7", summary="Sorted out.")

    await scene.say("And now?")

    assert await answers_in(scene) == ["a: A."]


async def test_new_strategy_takes_the_place_of_the_old(scene: Scene) -> None:
    a, b = make_agent("a", "A."), make_agent("b", "B.")
    await Swarm([a, b], entry="a").install(scene.kit, ROOM)
    await Pipeline([b]).install(scene.kit, ROOM)

    await scene.say("Hello?")

    assert await answers_in(scene) == ["b: B."]
    assert (await state_of(scene.kit)).handoff_count == 0


async def test_room_has_its_strategy_as_data(scene: Scene) -> None:
    a, b = make_agent("a"), make_agent("b", description="Knows refunds")
    strategy = Swarm([a, b])

    await strategy.install(scene.kit, ROOM)

    assert plan_of(await scene.kit.get_room(ROOM)) == strategy.plan()
    assert plan_of(Room(id="plain")) is None


async def test_workers_are_registered_and_not_attached(scene: Scene) -> None:
    chief, worker = make_agent("chief"), make_agent("worker")

    await Supervisor(chief, [worker]).install(scene.kit, ROOM)

    assert scene.kit.get_channel("worker") is worker
    assert {each.channel_id for each in await scene.kit.list_bindings(ROOM)} == {"person", "chief"}


async def test_foreign_channel_with_the_id_of_an_agent_is_a_mistake(scene: Scene) -> None:
    with pytest.raises(ValueError, match="another channel is registered as 'person'"):
        await Swarm([make_agent("person")]).install(scene.kit, ROOM)


async def test_unknown_room_takes_no_strategy(scene: Scene) -> None:
    with pytest.raises(RoomNotFoundError):
        await Swarm([make_agent("a")]).install(scene.kit, "nowhere")


@pytest.mark.parametrize(
    ("build", "fault"),
    [
        (lambda a, b: Pipeline([]), "needs agents"),
        (lambda a, b: Swarm([a, a]), "there twice"),
        (lambda a, b: Swarm([a], entry="z"), "entry 'z'"),
        (lambda a, b: Supervisor(a, []), "needs agents"),
        (lambda a, b: Supervisor(a, [a]), "there twice"),
        (lambda a, b: Supervisor(a, [b], auto_delegate=True), "say how by `strategy`"),
        (lambda a, b: Loop(a, []), "needs agents"),
        (lambda a, b: Loop(a, [b], max_iterations=0), "max_iterations"),
    ],
)
def test_strategy_that_cannot_work_is_refused(build: Any, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        build(make_agent("a"), make_agent("b"))
