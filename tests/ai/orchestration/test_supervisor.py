"""A supervisor with workers: tools, chains, reviews, failures."""

import json

from channels_app import MockAIProvider, ProviderError
from channels_app.orchestration.agent import Agent
from channels_app.orchestration.strategies.supervisor import Supervisor
from hooks import HookExecution, HookTrigger
from rooms import RoomEvent
from tests.ai.orchestration.company import (
    answers_in,
    calls_of,
    make_agent,
    results_told,
    tools_shown,
    words_given,
)
from tests.ai.working import call, calling, saying
from tests.scene import ROOM, Scene

GOOD = json.dumps({"approved": True, "feedback": ""})
BAD = json.dumps({"approved": False, "feedback": "Too short."})
ALL = calling(call("delegate_workers", task="Write a report"))


def good(next_task: str) -> str:
    return json.dumps({"approved": True, "feedback": "", "next_task": next_task})


async def test_each_worker_has_a_tool_and_works_beside_the_room(
    scene: Scene, *, streaming: bool
) -> None:
    asks = calling(call("delegate_to_finder", task="Find order 7"))
    chief = make_agent("chief", asks, saying("It is in Rome."), streaming=streaming)
    finder = make_agent("finder", "Order 7 is in Rome.", description="Finds orders")
    await Supervisor(chief, [finder]).install(scene.kit, ROOM)

    await scene.say("Where is order 7?")

    assert await answers_in(scene) == ["chief: It is in Rome."]
    assert [*tools_shown(chief)] == ["delegate_to_finder"]
    assert "- finder: Finds orders" in words_given(chief, 0)
    assert words_given(finder).endswith("Find order 7")
    assert results_told(chief) == [
        {"worker": "finder", "status": "completed", "output": "Order 7 is in Rome."}
    ]


async def test_workers_have_no_tools_of_the_supervisor(scene: Scene) -> None:
    chief = make_agent("chief", calling(call("delegate_to_w", task="Go")), saying("Done."))
    worker = make_agent("w", "Gone.")
    await Supervisor(chief, [worker]).install(scene.kit, ROOM)

    await scene.say("Go!")

    assert calls_of(worker)[0].tools == []


async def test_chain_goes_on_from_what_was_approved(scene: Scene) -> None:
    chief = make_agent("chief", ALL, good("Translate the report"), GOOD, saying("Here it is."))
    writer, translator = make_agent("writer", "The report."), make_agent("tr", "Il rapporto.")
    team = Supervisor(chief, [writer, translator], "sequential", refine_task=False)
    await team.install(scene.kit, ROOM)

    await scene.say("A report in Italian, please.")

    assert await answers_in(scene) == ["chief: Here it is."]
    [result] = results_told(chief)
    assert result["status"] == "completed"
    assert [each["output"] for each in result["results"]] == ["The report.", "Il rapporto."]
    given = words_given(translator)
    assert "Translate the report" in given
    assert "The report." in given


async def test_supervisor_words_the_task_of_each_worker(scene: Scene) -> None:
    chief = make_agent("chief", ALL, "Write two pages.", GOOD, saying("Here it is."))
    writer = make_agent("writer", "The report.")
    await Supervisor(chief, [writer], "sequential").install(scene.kit, ROOM)

    await scene.say("A report, please.")

    assert "Write two pages." in words_given(writer)


async def test_worker_mends_what_was_not_approved(scene: Scene) -> None:
    chief = make_agent("chief", ALL, BAD, GOOD, saying("Here it is."))
    writer = make_agent("writer", "Short.", "A long report.")
    await Supervisor(chief, [writer], "sequential", refine_task=False).install(scene.kit, ROOM)

    await scene.say("A report, please.")

    [result] = results_told(chief)
    assert result["results"] == [
        {"worker": "writer", "status": "completed", "output": "A long report."}
    ]
    assert "Too short." in words_given(writer, 1)


async def test_review_that_cannot_be_read_is_no_approval_and_ends_the_chain(scene: Scene) -> None:
    chief = make_agent("chief", ALL, "NOT APPROVED", "I approve!", saying("Sorry."))
    writer, translator = make_agent("writer", "Short."), make_agent("tr")
    team = Supervisor(chief, [writer, translator], "sequential", refine_task=False, max_revisions=1)
    await team.install(scene.kit, ROOM)

    await scene.say("A report, please.")

    [result] = results_told(chief)
    assert (result["status"], [each["status"] for each in result["results"]]) == (
        "failed",
        ["failed"],
    )
    assert (len(calls_of(writer)), len(calls_of(translator))) == (2, 0)


async def test_worker_that_fails_is_told_without_its_secrets(scene: Scene) -> None:
    chief = make_agent("chief", calling(call("delegate_to_w", task="Go")), saying("Sorry."))
    broken = MockAIProvider(errors=[ProviderError("key sk-123 refused")])
    await Supervisor(chief, [Agent("w", provider=broken)]).install(scene.kit, ROOM)

    await scene.say("Go!")

    [result] = results_told(chief)
    assert result["status"] == "failed"
    assert "sk-123" not in json.dumps(result)
    assert await answers_in(scene) == ["chief: Sorry."]


async def test_all_workers_may_work_at_once(scene: Scene) -> None:
    chief = make_agent("chief", ALL, GOOD, GOOD, saying("Both done."))
    workers = [make_agent("w1", "One."), make_agent("w2", "Two.")]
    await Supervisor(chief, workers, "parallel", refine_task=False).install(scene.kit, ROOM)

    await scene.say("Go!")

    [result] = results_told(chief)
    assert [each["output"] for each in result["results"]] == ["One.", "Two."]
    assert await answers_in(scene) == ["chief: Both done."]


async def test_same_work_is_not_done_twice_within_half_a_minute(scene: Scene) -> None:
    twice = calling(
        call("delegate_workers", "t1", task="Write a report"),
        call("delegate_workers", "t2", task="Write a report "),
    )
    chief = make_agent("chief", twice, GOOD, saying("Done."))
    writer = make_agent("writer", "The report.")
    await Supervisor(chief, [writer], "sequential", refine_task=False).install(scene.kit, ROOM)

    await scene.say("Go!")

    assert len(calls_of(writer)) == 1
    first, second = results_told(chief)
    assert first == second


async def test_workers_come_first_when_they_are_run_unasked(scene: Scene) -> None:
    chief = make_agent("chief", GOOD, saying("It is in Rome."))
    finder = make_agent("finder", "Rome.")
    team = Supervisor(chief, [finder], "parallel", auto_delegate=True, refine_task=False)
    await team.install(scene.kit, ROOM)

    await scene.say("Where is order 7?")

    assert await answers_in(scene) == ["chief: It is in Rome."]
    assert "Where is order 7?" in words_given(finder)
    assert '"output": "Rome."' in words_given(chief)
    assert calls_of(chief)[-1].tools == []


async def test_take_over_ends_the_chain(scene: Scene) -> None:
    chief = make_agent("chief", ALL, GOOD, GOOD, saying("Never said."))
    writer, translator = make_agent("writer", "The report."), make_agent("tr")
    team = Supervisor(chief, [writer, translator], "sequential", refine_task=False)
    await team.install(scene.kit, ROOM)

    @scene.kit.hook(HookTrigger.ON_TASK_COMPLETED, HookExecution.ASYNC)
    async def take_over(event: RoomEvent, context: object) -> None:
        await scene.kit.take_over(ROOM, user_id="7")

    await scene.say("Go!")

    assert await answers_in(scene) == []
    assert len(calls_of(translator)) == 0
