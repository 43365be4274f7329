"""What a turn did is there for whoever goes on with it."""

from decimal import Decimal

from channels_app.ai.records import StepKind, StepState
from channels_app.ai.store import AIStore
from channels_app.testing.ai_values import make_run, make_step
from rooms.domain.frozen import utc_now


async def test_steps_come_back_as_they_were_put_in_their_order(store: AIStore) -> None:
    run, _ = await store.runs.open_run(make_run())
    model = make_step(
        run,
        0,
        request={"messages": 3},
        response={"text": "naïve 🙂", "thinking": [{"thinking": "hm", "signature": "s1g"}]},
        usage={"input_tokens": 3, "output_tokens": 5},
        cost=Decimal("0.0000123"),
        duration_ms=12.5,
        ended_at=utc_now(),
    )
    tool = make_step(run, 1, kind=StepKind.TOOL, state=StepState.FAILED, call_id="c", error="no")

    await store.runs.put_steps(run, [tool, model])

    assert await store.runs.list_steps(run.id) == [model, tool]


async def test_a_step_put_again_takes_the_place_of_the_former(store: AIStore) -> None:
    run, _ = await store.runs.open_run(make_run())
    begun = make_step(run, kind=StepKind.TOOL, state=StepState.BEGUN)
    done = begun.model_copy(
        update={"state": StepState.DONE, "response": {"result": "4", "is_error": False}}
    )

    await store.runs.put_steps(run, [begun])
    await store.runs.put_steps(run, [done])

    assert await store.runs.list_steps(run.id) == [done]


async def test_the_last_of_two_steps_in_one_place_stays(store: AIStore) -> None:
    run, _ = await store.runs.open_run(make_run())
    begun = make_step(run, state=StepState.BEGUN)
    done = begun.model_copy(update={"state": StepState.DONE})

    await store.runs.put_steps(run, [begun, done])

    assert await store.runs.list_steps(run.id) == [done]


async def test_steps_and_the_run_are_written_together(store: AIStore) -> None:
    run, _ = await store.runs.open_run(make_run())
    later = run.model_copy(
        update={"usage": {"output_tokens": 5}, "cost": Decimal("0.5"), "model": "m", "segment": 1}
    )

    await store.runs.put_steps(later, [make_step(run)])

    assert await store.runs.get_run(run.id) == later


async def test_texts_that_no_database_keeps_do_not_end_a_turn(store: AIStore) -> None:
    run, _ = await store.runs.open_run(make_run())
    binary = make_step(run, kind=StepKind.TOOL, response={"result": "a\x00b\ud800"}, error="\x00")

    await store.runs.put_steps(run, [binary])

    [step] = await store.runs.list_steps(run.id)
    assert str(step.response["result"]).startswith("a")


async def test_a_run_without_steps_has_none(store: AIStore) -> None:
    assert await store.runs.list_steps("nothing") == []
    assert await store.runs.get_run("nothing") is None
