"""Whom an event asks to answer: `None`, `[]` and a list are three things (RFC §19.3)."""

import pytest

from hooks import HookResult, HookTrigger
from rooms import AgentResponsePolicy, RoomContext, RoomEvent, RoomKit
from rooms.testing.rig import Recorder, ScriptedAgent, bodies
from tests.scene import ROOM, Scene
from tests.steps import stored


class Agents:
    """Two silent agents and a transport beside the person."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.a = ScriptedAgent("a")
        self.b = ScriptedAgent("b")
        self.transport = Recorder("transport")

    async def open(self) -> None:
        """Attach them."""
        for channel in (self.a, self.b, self.transport):
            await self.scene.add(channel)

    def asked(self) -> list[str]:
        """Return who was asked, in alphabetical order."""
        return [agent.channel_id for agent in (self.a, self.b) for _ in agent.asked]


@pytest.fixture
async def agents(scene: Scene) -> Agents:
    made = Agents(scene)
    await made.open()
    return made


ADDRESSES = pytest.mark.parametrize(
    ("addressed_to", "asked"),
    [
        (None, ["a", "b"]),
        ([], []),
        (["a"], ["a"]),
        (["b", "a"], ["a", "b"]),
        (["nobody-here"], []),
        (["nobody-here", "b"], ["b"]),
        (["transport"], []),  # a transport is not asked, and nobody else is
    ],
)


@ADDRESSES
@pytest.mark.rfc("0.46")
async def test_address_names_who_is_asked(
    agents: Agents, addressed_to: list[str] | None, asked: list[str]
) -> None:
    await agents.scene.say(addressed_to=addressed_to)

    assert agents.asked() == asked
    assert bodies(agents.transport.delivered) == ["hello"]


@ADDRESSES
@pytest.mark.rfc("0.46")
async def test_address_is_stored_as_it_was_given(
    agents: Agents, addressed_to: list[str] | None, asked: list[str]
) -> None:
    event = stored(await agents.scene.say(addressed_to=addressed_to))

    row = await agents.scene.kit.store.get_event(event.id)
    assert row is not None
    assert row.addressed_to == addressed_to


@pytest.mark.rfc("0.46")
@pytest.mark.parametrize(
    ("routes", "addressed_to", "asked"),
    [
        ([["a"]], None, ["a"]),
        ([["a"], ["b"]], None, ["a", "b"]),  # several hooks add up
        ([[]], None, []),  # naming nobody is naming nobody
        ([["a"]], ["b"], ["b"]),  # the sender wins
        ([["a"]], [], []),
        ([["nobody-here"]], None, []),
    ],
)
async def test_hooks_route_what_the_sender_left_open(
    agents: Agents, routes: list[list[str]], addressed_to: list[str] | None, asked: list[str]
) -> None:
    for route in routes:
        add_route(agents.scene.kit, route)

    event = stored(await agents.scene.say(addressed_to=addressed_to))

    assert agents.asked() == asked
    assert event.addressed_to == addressed_to  # the stamp is another field


def add_route(kit: RoomKit, route: list[str]) -> None:
    @kit.hook(HookTrigger.BEFORE_BROADCAST, name=f"route to {route}")
    async def to(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        return HookResult.inject_to(route)


@pytest.mark.rfc("0.46")
async def test_address_never_widens_visibility(agents: Agents) -> None:
    await agents.scene.say("hidden", addressed_to=["a"], visibility="transport")

    assert agents.asked() == []


@pytest.mark.rfc("0.46")
async def test_agent_that_was_not_asked_reads_it_later(agents: Agents) -> None:
    await agents.scene.say("first", addressed_to=["a"])

    await agents.scene.say("second", addressed_to=["b"])

    assert agents.b.asked[0].prompt == ["first", "second"]


@pytest.mark.rfc("0.46")
@pytest.mark.parametrize(
    ("policy", "rows"),
    [(AgentResponsePolicy.AGENT_CHAIN, 1), (AgentResponsePolicy.ADDRESSED_ONLY, 0)],
)
async def test_policy_decides_whether_agents_hear_each_other(
    scene: Scene, policy: AgentResponsePolicy, rows: int
) -> None:
    await scene.add(ScriptedAgent("speaker", "an answer"))
    listener = await scene.add(ScriptedAgent("listener"))
    await scene.kit.set_agent_response_policy(ROOM, policy)

    await scene.say(addressed_to=["speaker"])

    assert len(listener.asked) == rows
    assert bodies(scene.person.delivered) == ["an answer"]


@pytest.mark.rfc("0.46")
async def test_policy_of_a_live_room_affects_later_events_only(scene: Scene) -> None:
    await scene.add(ScriptedAgent("speaker", "an answer"))
    listener = await scene.add(ScriptedAgent("listener"))
    await scene.say("one", addressed_to=["speaker"])
    await scene.kit.set_agent_response_policy(ROOM, AgentResponsePolicy.ADDRESSED_ONLY)

    await scene.say("two", addressed_to=["speaker"])

    assert len(listener.asked) == 1


@pytest.mark.rfc("0.46")
@pytest.mark.parametrize(
    ("addressed_to", "route", "asked"),
    [
        (None, None, []),
        (None, ["a"], ["a"]),
        (["b"], None, ["b"]),
    ],
)
async def test_agents_on_demand_wait_to_be_named(
    kit: RoomKit, addressed_to: list[str] | None, route: list[str] | None, asked: list[str]
) -> None:
    scene = Scene(kit)
    await scene.open(agent_activation="on_demand")
    agents = Agents(scene)
    await agents.open()
    if route is not None:
        add_route(kit, route)

    await scene.say(addressed_to=addressed_to)

    assert agents.asked() == asked


@pytest.mark.rfc("0.46")
async def test_sender_cannot_stamp_a_route(agents: Agents) -> None:
    await agents.scene.say(metadata={"routed_to": ["a"], "topic": "hello"})

    assert agents.asked() == ["a", "b"]
    [row] = await agents.scene.rows()
    assert row.metadata["topic"] == "hello"
    assert "routed_to" not in row.metadata
