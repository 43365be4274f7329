"""Stages of a conversation, and the ways between them."""

from typing import Any

import pytest

from channels_app.orchestration.agent import Agent
from channels_app.orchestration.pipeline import ConversationPipeline, PipelineStage
from tests.ai.orchestration.company import (
    answers_in,
    calls_of,
    handing_over,
    make_agent,
    results_told,
    state_of,
    targets_shown,
    words_given,
)
from tests.ai.working import saying
from tests.scene import ROOM, Scene

STAGES = [
    PipelineStage(phase="intake", agent_id="front", next="handling"),
    PipelineStage(
        phase="handling",
        agent_id="expert",
        next="resolution",
        can_return_to={"intake"},
        description="Solves problems",
    ),
    PipelineStage(phase="resolution", agent_id="closer"),
]


async def open_line(scene: Scene, **options: Any) -> dict[str, Agent]:
    """Put the agents of the stages into the room."""
    agents = [
        make_agent("front", handing_over("expert"), saying("One moment.")),
        make_agent("expert", "Solved.", greeting=options.pop("greeting", None)),
        make_agent("closer", "Bye."),
    ]
    for agent in agents:
        await scene.add(agent)
    ConversationPipeline(STAGES).install(scene.kit, agents, **options)
    return {agent.channel_id: agent for agent in agents}


@pytest.mark.parametrize(
    ("stages", "options", "fault"),
    [
        ([], {}, "at least one stage"),
        ([PipelineStage(phase="a", agent_id="x", next="b")], {}, "leads to b: nowhere"),
        ([PipelineStage(phase="a", agent_id="x", can_return_to={"c"})], {}, "leads to c"),
        ([PipelineStage(phase="a", agent_id="x")] * 2, {}, "phases are there twice: a"),
        ([PipelineStage(phase="a", agent_id="x")], {"default_phase": "b"}, "default phase 'b'"),
    ],
)
def test_stages_that_make_no_line_are_refused(
    stages: list[PipelineStage], options: dict[str, str], fault: str
) -> None:
    with pytest.raises(ValueError, match=fault):
        ConversationPipeline(stages, **options)


def test_stages_as_maps() -> None:
    line = ConversationPipeline(STAGES)

    assert line.get_phase_map() == {
        "front": "intake",
        "expert": "handling",
        "closer": "resolution",
    }
    assert line.get_allowed_transitions() == {
        "intake": {"handling"},
        "handling": {"intake", "resolution"},
        "resolution": set(),
    }
    assert [each.phase for each in line.stages] == ["intake", "handling", "resolution"]


def test_agent_of_two_stages_has_the_phase_of_the_last() -> None:
    again = [*STAGES[:2], PipelineStage(phase="resolution", agent_id="front")]

    assert ConversationPipeline(again).get_phase_map()["front"] == "resolution"


async def test_conversation_goes_down_the_line(scene: Scene) -> None:
    agents = await open_line(scene)

    for word in ("It is broken.", "Well?"):
        await scene.say(word)

    assert await answers_in(scene) == ["front: One moment.", "expert: Solved."]
    assert (await state_of(scene.kit)).phase == "handling"
    assert targets_shown(agents["front"]) == ["expert"]
    assert targets_shown(agents["expert"]) == ["front", "closer"]


async def test_last_agent_can_name_nobody(scene: Scene) -> None:
    agents = await open_line(scene)

    await scene.say("Bye.", addressed_to=["closer"])

    assert targets_shown(agents["closer"]) == []
    assert calls_of(agents["closer"])[0].tools == []


async def test_stage_cannot_be_left_out(scene: Scene) -> None:
    agents = [make_agent(stage.agent_id) for stage in STAGES]
    for agent in agents:
        await scene.add(agent)
    _, handler = ConversationPipeline(STAGES).install(scene.kit, agents)

    result = await handler.handle(
        ROOM, "front", {"target": "closer", "reason": "r", "summary": "s"}
    )

    assert result.reason == "phase 'resolution' cannot follow 'intake'"
    assert (await state_of(scene.kit)).handoff_count == 0


async def test_agent_greets_when_it_takes_over(scene: Scene) -> None:
    await open_line(scene, greet_on_handoff=True, greeting="Expert here.")

    await scene.say("It is broken.")

    assert await answers_in(scene) == ["expert: Expert here.", "front: One moment."]


async def test_agent_without_a_greeting_is_asked_for_first_words(scene: Scene) -> None:
    agents = await open_line(scene, greet_on_handoff=True, greeting_prompt="Introduce yourself.")

    await scene.say("It is broken.")

    assert sorted(await answers_in(scene)) == ["expert: Solved.", "front: One moment."]
    assert "Introduce yourself." in words_given(agents["expert"], 0)


async def test_agent_that_hands_over_may_say_farewell(scene: Scene) -> None:
    agents = await open_line(scene, farewell_prompt="Say goodbye in one sentence.")

    await scene.say("It is broken.")

    [told] = results_told(agents["front"])
    assert told["message"] == "Say goodbye in one sentence."


async def test_missing_agent_of_a_stage_is_a_mistake(scene: Scene) -> None:
    with pytest.raises(ValueError, match="agents of stages are missing: closer, expert"):
        ConversationPipeline(STAGES).install(scene.kit, [make_agent("front")])
