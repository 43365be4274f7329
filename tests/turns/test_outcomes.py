"""What agents tell of their turns is stored with their answers."""

import pytest

from hooks import Observation, Task
from rooms import DeliveryState
from rooms.domain.output import TurnOutcome
from rooms.testing.rig import bodies
from tests.scene import ROOM, Scene
from tests.turns.teller import Teller, Told, ended
from tests.viewers import Viewer

BOTH_WAYS = pytest.mark.parametrize("streams", [True, False], ids=["stream", "whole"])


@BOTH_WAYS
async def test_outcome_is_stored_with_the_answer(scene: Scene, *, streams: bool) -> None:
    outcome = TurnOutcome(
        metadata={"ai_usage": {"output_tokens": 3}},
        tasks=[Task(type="call", title="call back")],
        observations=[Observation(type="mood", content="angry")],
    )
    await scene.add(Teller(Told("Done.", outcome), streams=streams))
    await scene.say()

    facts = (await scene.rows())[-1].metadata
    assert (facts["ai_usage"], facts["loop_end_reason"]) == ({"output_tokens": 3}, "completed")
    assert "interrupted" not in facts
    assert [task.created_by for task in await scene.kit.list_tasks(ROOM)] == ["bot"]
    assert [seen.source_channel_id for seen in await scene.kit.list_observations(ROOM)] == ["bot"]


async def test_what_is_known_at_the_end_of_the_stream_is_stored_too(scene: Scene) -> None:
    await scene.add(Teller(ended()))
    await scene.say()

    assert (await scene.rows())[-1].metadata["rounds"] == 1


async def test_cancelled_answer_says_that_it_broke_off(scene: Scene) -> None:
    await scene.add(Teller(Told("Well", TurnOutcome(reason="cancelled"))))
    await scene.say()

    facts = (await scene.rows())[-1].metadata
    assert (facts["interrupted"], facts["loop_end_reason"]) == (True, "cancelled")


async def test_broken_stream_keeps_the_words_of_this_turn_and_none_of_the_error(
    scene: Scene, viewer: Viewer
) -> None:
    broken = Told("Half", TurnOutcome(), failure=RuntimeError("req_17 of org_42 failed"))
    await scene.add(Teller(ended("Whole."), broken, ended("Again.")))
    results = [await scene.say(body) for body in ("one", "two", "three")]

    rows = await scene.rows()
    assert bodies(rows) == ["one", "Whole. ", "two", "Half ", "three", "Again. "]
    assert rows[3].metadata == {"interrupted": True, "loop_end_reason": "error"}
    assert [str(result.error) for result in results if result.error] == ["req_17 of org_42 failed"]
    assert not any("req_17" in str(row.model_dump()) for row in rows)


async def test_turn_without_a_word_keeps_what_else_it_left(scene: Scene) -> None:
    outcome = TurnOutcome(reason="empty_response", observations=[Observation(type="silence")])
    await scene.add(Teller(Told("", outcome)))
    await scene.say()

    [job] = await scene.kit.store.list_lane(ROOM, "bot")
    assert (bodies(await scene.rows()), job.state) == (["hello"], DeliveryState.SENT)
    assert [seen.type for seen in await scene.kit.list_observations(ROOM)] == ["silence"]
