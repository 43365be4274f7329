"""A process dies while agents work for one another: the next one finds their work, and ends it."""

import asyncio
import json
from typing import Any

import pytest

from channels_app import MockAIProvider, ProviderError
from channels_app.delegation.handler import DelegateHandler
from channels_app.delegation.setup import setup_delegation
from channels_app.orchestration.agent import Agent
from channels_app.orchestration.company import Company, Order, Work
from channels_app.orchestration.strategies.base import Orchestration
from channels_app.orchestration.strategies.loop import Loop
from channels_app.orchestration.strategies.supervisor import Supervisor
from rooms import Channel, RoomKit
from rooms.delegated.task import DelegatedTask
from rooms.domain.content import SystemContent
from rooms.testing.rig import Recorder
from tests.ai.orchestration.company import (
    answers_in,
    calls_of,
    make_agent,
    results_told,
    words_given,
)
from tests.ai.working import call, calling, saying
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene
from tests.steps import until

GOOD = json.dumps({"approved": True, "feedback": ""})


def stuck(agent_id: str) -> Agent:
    """Make an agent that is still thinking when its process dies."""
    return Agent(agent_id, provider=MockAIProvider(latency=asyncio.Event().wait))


async def die(scene: Scene, question: "asyncio.Future[Any]") -> None:
    """End a process in the middle of its work; its leases run out."""
    pipeline = scene.kit.pipeline
    await pipeline.stop(timeout=0.01)
    await question
    await pipeline.parts.tasks.close(timeout=5)  # what was cut off has ended
    await pipeline.leases.give_back()


async def taken_up(make_kit: MakeKit, *agents: Channel) -> Scene:
    """Start the next process and let it do what the first one left."""
    scene = Scene(make_kit())
    for channel in (scene.person, *agents):
        scene.kit.register_channel(channel)
    await scene.kit.pipeline.resuming.take_up()
    await scene.kit.pipeline.drain(timeout=10)
    return scene


async def delegated_to(scene: Scene) -> list[str]:
    """Return the agents that tasks of the room were handed to, in order."""
    told = [row.content for row in await scene.full() if isinstance(row.content, SystemContent)]
    return [content.data["agent_id"] for content in told if content.code == "task_delegated"]


async def dies_while(
    scene: Scene, strategy: Orchestration, thinking: Agent, body: str = "Where is it?"
) -> None:
    """Ask, and let the process die once an agent is thinking."""
    await strategy.install(scene.kit, ROOM)
    question = asyncio.ensure_future(scene.say(body))
    await until(lambda: bool(calls_of(thinking)))
    await die(scene, question)


async def test_draft_that_was_written_is_judged_and_said(scene: Scene, make_kit: MakeKit) -> None:
    reviewer = stuck("reviewer")
    await dies_while(scene, Loop(make_agent("writer", "In Rome."), [reviewer]), reviewer)

    writer, judge = make_agent("writer", "In Oslo."), make_agent("reviewer", GOOD)
    there = await taken_up(make_kit, writer, judge)

    assert await answers_in(there) == ["writer: In Rome."]
    assert (calls_of(writer), len(calls_of(judge))) == ([], 1)
    assert await delegated_to(there) == ["writer", "reviewer"]


async def test_workers_that_were_run_unasked_are_not_run_again(
    scene: Scene, make_kit: MakeKit
) -> None:
    chief, finder = stuck("chief"), make_agent("finder", "Rome.")
    unasked: dict[str, Any] = {"auto_delegate": True, "refine_task": False}
    await dies_while(scene, Supervisor(chief, [finder], "parallel", **unasked), chief)

    again, idle = make_agent("chief", GOOD, saying("It is in Rome.")), make_agent("finder", "Oslo.")
    there = await taken_up(make_kit, again, idle)

    assert await answers_in(there) == ["chief: It is in Rome."]
    assert '"output": "Rome."' in words_given(again)
    assert (calls_of(idle), await delegated_to(there)) == ([], ["finder", "chief"])


@pytest.mark.parametrize(
    ("tool", "mode", "result"),
    [
        (
            "delegate_to_finder",
            None,
            {"worker": "finder", "status": "completed", "output": "Rome."},
        ),
        (
            "delegate_workers",
            "parallel",
            {
                "status": "completed",
                "results": [{"worker": "finder", "status": "completed", "output": "Rome."}],
            },
        ),
    ],
)
async def test_call_of_a_worker_that_was_cut_off_finds_the_task_again(
    scene: Scene, make_kit: MakeKit, tool: str, mode: Any, result: Any
) -> None:
    finder = stuck("finder")
    chief = make_agent("chief", calling(call(tool, task="Find it")))
    await dies_while(scene, Supervisor(chief, [finder], mode, refine_task=False), finder)

    reviews = [GOOD] if mode else []
    again, worker = make_agent("chief", *reviews, saying("Rome.")), make_agent("finder", "Rome.")
    there = await taken_up(make_kit, again, worker)

    assert await answers_in(there) == ["chief: Rome."]
    assert results_told(again) == [result]
    assert (await delegated_to(there)).count("finder") == 1
    assert len(calls_of(worker)) == 1


class Unheard:
    """A kit that begins tasks, and dies before anybody hears of it."""

    def __init__(self, kit: RoomKit) -> None:
        self._kit = kit
        self.clock = kit.clock
        self.begun: list[DelegatedTask] = []

    async def delegate(self, *args: Any, **options: Any) -> DelegatedTask:
        """Begin a task and never return."""
        self.begun.append(await self._kit.delegate(*args, **options))
        return await asyncio.Future()


async def test_task_of_a_model_whose_begin_nobody_heard_of_is_begun_once(
    scene: Scene, make_kit: MakeKit
) -> None:
    asks = calling(call("delegate_task", agent="worker", task="count"))
    dying = Unheard(scene.kit)
    agent = await scene.add(make_agent("agent", asks))
    setup_delegation(agent, DelegateHandler(dying))
    scene.kit.register_channel(make_agent("worker", "42"))
    question = asyncio.ensure_future(scene.say("How many?"))
    await until(lambda: bool(dying.begun))
    await die(scene, question)

    kit = make_kit()
    again, worker = make_agent("agent", saying("I am on it.")), make_agent("worker", "42")
    setup_delegation(again, DelegateHandler(kit))
    for channel in (Recorder("person"), again, worker):
        kit.register_channel(channel)
    await kit.pipeline.resuming.take_up()
    await kit.pipeline.drain(timeout=10)

    [told] = results_told(again)
    assert told["task_id"] == dying.begun[0].id
    assert await delegated_to(scene) == ["worker"]


async def test_work_that_came_to_nothing_is_tried_once_more_when_it_is_ordered_again(
    scene: Scene,
) -> None:
    broken = MockAIProvider(responses=["Rome."], errors=[ProviderError("down"), None])
    scene.kit.register_channel(Agent("finder", provider=broken))
    order = Order(
        room_id=ROOM, key="question", agent_id="finder", task="Find it", context={}, timeout_s=10
    )

    works = [await Company(scene.kit).do(order) for _ in range(3)]

    assert [work.output for work in works] == ["", "Rome.", "Rome."]
    assert works[0].error
    assert works[2] == Work(output="Rome.")
    assert len(broken.calls) == 2
