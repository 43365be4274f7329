"""Agents with tools in a whole room: depth, mute, side effects, decisions (checks 6, 13-15)."""

import asyncio
from typing import Any

import pytest

from channels_app import AIChannel, MockAIProvider
from channels_app.ai.backing import store_beside
from channels_app.ai.records import DecisionState
from channels_app.ai.store import AIStore
from channels_app.ai.tools.arguments import WrongArguments
from hooks.results import Observation, Task
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.testing.rig import bodies
from tests import steps
from tests.ai.working import Recorded, call, calling, saying, until
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene


@pytest.fixture
async def scene(make_kit: MakeKit) -> Scene:
    """A room in each of the two stores."""
    opened = Scene(make_kit())
    await opened.open()
    return opened


async def rows_when(scene: Scene, count: int) -> list[RoomEvent]:
    """Return the timeline once it has so many rows."""

    async def are_there() -> bool:
        return len(await scene.rows()) >= count

    await until(are_there)
    return await scene.rows()


async def test_check_6_answer_says_what_it_took(scene: Scene, *, streaming: bool) -> None:
    model = MockAIProvider(ai_responses=[calling(call()), saying("Sent.")], streaming=streaming)
    agent = AIChannel("agent", model, tools=[Recorded()], version_id="v7")
    await scene.add(agent)

    await scene.say("Where is it?")

    question, answer = await rows_when(scene, 2)
    assert (answer.chain_depth, answer.parent_event_id) == (1, question.id)
    assert (answer.source.channel_id, answer.source.provider) == ("agent", "MockAIProvider")
    assert answer.status == "delivered"
    assert answer.metadata["ai_usage"] == {"input_tokens": 20, "output_tokens": 10}
    assert (answer.metadata["ai_version"], answer.metadata["loop_end_reason"]) == (
        "v7",
        "completed",
    )


async def test_check_13_two_agents_stop_at_the_same_depth(scene: Scene, *, streaming: bool) -> None:
    told = steps.watch(scene.kit, "chain_depth_exceeded")
    models = [MockAIProvider(streaming=streaming) for _ in range(2)]
    for number, model in enumerate(models):
        await scene.add(AIChannel(f"agent-{number}", model))

    await scene.say("Go!")

    await told.until(2)
    rows = await rows_when(scene, 11)
    blocked = [row for row in rows if row.status == "blocked"]
    assert {row.blocked_by for row in blocked} == {"event_chain_depth_limit"}
    assert [row.chain_depth for row in rows] == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert [row.chain_depth for row in blocked] == [5, 5]
    assert [len(model.calls) for model in models] == [5, 5]


async def test_check_14_muted_agent_leaves_only_its_side_effects(
    scene: Scene, *, streaming: bool
) -> None:
    seen = Observation(type="mood", content="angry")
    given = saying("Psst.", tasks=[Task(title="Call back")], observations=[seen])
    model = MockAIProvider(ai_responses=[given], streaming=streaming)
    await scene.add(AIChannel("agent", model))
    await scene.kit.mute(ROOM, "agent")

    await scene.say("Hello?")

    _, *answers = await scene.rows()
    if streaming:  # one that nobody may hear is not made
        assert (answers, model.calls) == ([], [])
        return
    [answer] = answers
    assert (answer.status, answer.blocked_by) == ("blocked", "source_muted")
    assert [task.title for task in await scene.kit.list_tasks(ROOM)] == ["Call back"]
    assert [each.content for each in await scene.kit.list_observations(ROOM)] == ["angry"]


async def test_check_15_tasks_and_observations_of_the_model_are_stored(
    scene: Scene, *, streaming: bool
) -> None:
    seen = Observation(type="mood", content="angry")
    answers = [
        calling(call(), tasks=[Task(title="Look")]),
        saying("Ok.", tasks=[Task(title="Call back")], observations=[seen]),
    ]
    model = MockAIProvider(ai_responses=answers, streaming=streaming)
    await scene.add(AIChannel("agent", model, tools=[Recorded()]))

    await scene.say("Hello?")

    await rows_when(scene, 2)
    tasks = await scene.kit.list_tasks(ROOM)
    [observation] = await scene.kit.list_observations(ROOM)
    assert sorted(str(task.title) for task in tasks) == ["Call back", "Look"]
    assert (observation.channel_id, observation.room_id) == ("agent", ROOM)


INTEGERS = {"type": "object", "properties": {"amount": {"type": "integer"}}}


class Payment:
    """A room whose agent pays only if somebody allows it."""

    def __init__(self, scene: Scene, *, streaming: bool) -> None:
        self.scene = scene
        self.pay = Recorded("pay", schema=INTEGERS, needs_approval=True)
        self.look = Recorded("look", self.decide_at_once)
        calls = [call("pay", amount=5), call("look", "t2")]
        answers = [calling(*calls, text="One moment."), saying("Paid.")]
        self.model = MockAIProvider(ai_responses=answers, streaming=streaming)
        self.decides_at_once = False
        self.agent = AIChannel("agent", self.model, tools=[self.pay, self.look])

    async def decide_at_once(self, arguments: JsonObject) -> str:
        """Decide beside the call that waits, if the test wants that."""
        if self.decides_at_once:
            await self.decide()
        return "looked"

    @property
    def kept(self) -> AIStore:
        return store_beside(self.scene.kit.store)

    async def decide(self, **said: Any) -> tuple[str, str]:
        """Approve, and return what the turn is about: the event and the agent."""

        async def is_asked() -> bool:
            runs = await self.kept.runs.find_running()
            return bool(runs and await self.kept.approvals.of_run(runs[0].id))

        await until(is_asked)
        [run] = await self.kept.runs.find_running()
        [asked] = await self.kept.approvals.of_run(run.id)
        assert await self.kept.approvals.decide(asked.id, DecisionState.APPROVED, **said)
        return run.event_id, run.channel_id


async def test_decision_lets_the_turn_go_on(scene: Scene, *, streaming: bool) -> None:
    payment = Payment(scene, streaming=streaming)
    await scene.add(payment.agent)
    await scene.say("Pay five.")
    await rows_when(scene, 2)

    with pytest.raises(WrongArguments, match="'lots' is not of type 'integer'"):
        await payment.decide(edited_arguments={"amount": "lots"})
    event_id, channel_id = await payment.decide(edited_arguments={"amount": 4})
    await until(lambda: scene.kit.reopen_turn(ROOM, event_id, channel_id))

    rows = await rows_when(scene, 3)
    assert bodies(rows) == ["Pay five.", "One moment.", "Paid."]
    assert payment.pay.calls == [{"amount": 4}]
    assert [len(payment.model.calls), rows[1].metadata["loop_end_reason"]] == [2, "waiting"]


async def test_decision_made_while_the_turn_was_being_parked_is_not_overlooked(
    scene: Scene, *, streaming: bool
) -> None:
    payment = Payment(scene, streaming=streaming)
    payment.decides_at_once = True
    await scene.add(payment.agent)

    await scene.say("Pay five.")

    assert bodies(await rows_when(scene, 3)) == ["Pay five.", "One moment.", "Paid."]
    assert payment.pay.calls == [{"amount": 5}]


async def test_take_over_while_a_tool_runs_ends_the_turn_not_the_tool(
    scene: Scene, *, streaming: bool
) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def slow(arguments: JsonObject) -> str:
        begun.set()
        await go.wait()
        return "paid"

    answers = [calling(call("pay"), text="Paying."), saying("Paid.")]
    model = MockAIProvider(ai_responses=answers, streaming=streaming)
    await scene.add(AIChannel("agent", model, tools=[Recorded("pay", slow)]))
    saying_it = asyncio.create_task(scene.say("Pay five."))
    await begun.wait()
    [running] = await store_beside(scene.kit.store).runs.find_running()
    run_id = running.id

    await scene.kit.take_over(ROOM, user_id="kim")
    go.set()
    await saying_it

    kept = store_beside(scene.kit.store)

    async def is_written() -> bool:
        run = await kept.runs.get_run(run_id)
        assert run is not None
        steps_of_tools = (await kept.runs.list_steps(run.id))[1:]
        results = [step.response.get("result") for step in steps_of_tools]
        return (run.end_reason, results) == ("taken_over", ["paid"])

    await until(is_written)
    assert len(model.calls) == 1
    assert "Paid." not in bodies(await scene.rows())
