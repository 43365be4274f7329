"""Drafts and reviews before anybody reads the answer."""

import json

from channels_app import MockAIProvider, ProviderError
from channels_app.orchestration.agent import Agent
from channels_app.orchestration.rehearsal import NOT_APPROVED
from channels_app.orchestration.strategies.loop import Loop
from hooks import HookExecution, HookTrigger
from rooms import RoomEvent
from rooms.domain.content import text_of
from tests.ai.orchestration.company import (
    answers_in,
    calls_of,
    make_agent,
    state_of,
    words_given,
)
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene

GOOD = json.dumps({"approved": True, "feedback": ""})
BAD = json.dumps({"approved": False, "feedback": "Be kinder."})


async def test_approved_draft_is_the_answer(scene: Scene, *, streaming: bool) -> None:
    writer = make_agent("writer", "Dear Ann, it is in Rome.", streaming=streaming)
    reviewer = make_agent("reviewer", GOOD)
    await Loop(writer, [reviewer]).install(scene.kit, ROOM)

    await scene.say("Where is it?")

    assert await answers_in(scene) == ["writer: Dear Ann, it is in Rome."]
    assert [text_of(each.content) for each in scene.person.delivered] == [
        "Dear Ann, it is in Rome."
    ]
    assert "Answer: Dear Ann, it is in Rome." in words_given(reviewer)
    state = await state_of(scene.kit)
    assert (state.context["_loop_iteration"], state.context["_loop_approved"]) == (1, True)


async def test_draft_is_mended_by_what_the_reviewer_says(scene: Scene) -> None:
    writer = make_agent("writer", "Rome.", "It is in Rome, dear Ann.")
    reviewer = make_agent("reviewer", BAD, GOOD)
    await Loop(writer, [reviewer]).install(scene.kit, ROOM)

    await scene.say("Where is it?")

    assert await answers_in(scene) == ["writer: It is in Rome, dear Ann."]
    again = words_given(writer, 1)
    assert "Be kinder." in again
    assert "Rome." in again


async def test_last_draft_is_said_and_noted_when_nobody_approves(scene: Scene) -> None:
    writer = make_agent("writer", "One.", "Two.")
    reviewer = make_agent("reviewer", "NOT APPROVED")
    await Loop(writer, [reviewer], max_iterations=2).install(scene.kit, ROOM)

    await scene.say("Where is it?")

    assert await answers_in(scene) == ["writer: Two."]
    [noted] = await scene.kit.list_observations(ROOM)
    assert (noted.category, noted.data) == (NOT_APPROVED, {"iterations": 2})
    assert (await state_of(scene.kit)).context["_loop_approved"] is False


async def test_later_reviewers_need_not_read_what_is_refused(scene: Scene) -> None:
    writer = make_agent("writer", "One.")
    first, second = make_agent("first", BAD), make_agent("second", GOOD)
    await Loop(writer, [first, second], max_iterations=1).install(scene.kit, ROOM)

    await scene.say("Where is it?")

    assert (len(calls_of(first)), len(calls_of(second))) == (1, 0)


async def test_all_reviewers_at_once_must_approve(scene: Scene) -> None:
    writer = make_agent("writer", "One.", "Two.")
    first, second = make_agent("first", GOOD), make_agent("second", BAD, GOOD)
    await Loop(writer, [first, second], strategy="parallel").install(scene.kit, ROOM)

    await scene.say("Where is it?")

    assert await answers_in(scene) == ["writer: Two."]
    assert (len(calls_of(first)), len(calls_of(second))) == (2, 2)


async def test_reviewer_that_fails_has_not_approved(scene: Scene) -> None:
    writer = make_agent("writer", "One.")
    broken = Agent("reviewer", provider=MockAIProvider(errors=[ProviderError("down")] * 2))
    await Loop(writer, [broken], max_iterations=2).install(scene.kit, ROOM)

    await scene.say("Where is it?")

    assert (await state_of(scene.kit)).context["_loop_approved"] is False


async def test_author_without_a_draft_is_an_error_not_silence(scene: Scene) -> None:
    author = Agent("writer", provider=MockAIProvider(errors=[ProviderError("down")]))
    await Loop(author, [make_agent("reviewer", GOOD)]).install(scene.kit, ROOM)

    result = await scene.say("Where is it?")

    assert result.error is not None
    assert await answers_in(scene) == []


async def test_author_knows_the_conversation(scene: Scene) -> None:
    writer = make_agent("writer", "In Rome.", "Tomorrow.")
    await Loop(writer, [make_agent("reviewer", GOOD)]).install(scene.kit, ROOM)

    await scene.say("Where is order 7?")
    await scene.say("And when does it come?")

    given = words_given(writer)
    assert "user: Where is order 7?" in given
    assert "assistant: In Rome." in given


async def test_take_over_ends_the_loop(scene: Scene) -> None:
    writer, reviewer = make_agent("writer", "One."), make_agent("reviewer", GOOD)
    await Loop(writer, [reviewer]).install(scene.kit, ROOM)

    @scene.kit.hook(HookTrigger.ON_TASK_COMPLETED, HookExecution.ASYNC)
    async def take_over(event: RoomEvent, context: object) -> None:
        await scene.kit.take_over(ROOM, user_id="7")

    await scene.say("Where is it?")

    assert await answers_in(scene) == []
    assert calls_of(reviewer) == []


async def test_loop_goes_on_in_another_process(scene: Scene, make_kit: MakeKit) -> None:
    await Loop(make_agent("writer"), [make_agent("reviewer", GOOD)]).install(scene.kit, ROOM)
    await scene.kit.close()

    again, writer, reviewer = (
        Scene(make_kit()),
        make_agent("writer", "X."),
        make_agent("reviewer", GOOD),
    )
    for channel in (again.person, writer, reviewer):
        again.kit.register_channel(channel)
    await again.say("Where is it?")

    assert await answers_in(again) == ["writer: X."]
    assert len(calls_of(reviewer)) == 1
