"""People decide once, and the first one decides."""

import asyncio
from datetime import timedelta

import pytest

from channels_app.ai.records import DecisionKind, DecisionState, ToolApproval
from channels_app.ai.store import AIStore
from channels_app.ai.tools.arguments import WrongArguments
from channels_app.testing.ai_values import make_approval, make_run
from rooms.domain.frozen import utc_now

INTEGERS = {"type": "object", "properties": {"amount": {"type": "integer"}}}


async def _ask(store: AIStore, seq: int = 0, **fields: object) -> ToolApproval:
    run, _ = await store.runs.open_run(make_run(event_id=f"event-{seq}"))
    approval = make_approval(run, seq, **fields)
    await store.approvals.add([approval])
    return approval


async def test_a_question_is_stored_as_it_is(store: AIStore) -> None:
    asked = await _ask(
        store,
        organization_id="acme",
        kind=DecisionKind.INPUT,
        question="Which colour?",
        parameters=INTEGERS,
    )

    assert await store.approvals.get(asked.id) == asked
    assert await store.approvals.of_run(asked.run_id) == [asked]


async def test_a_question_asked_again_stays_as_it_was(store: AIStore) -> None:
    asked = await _ask(store)
    await store.approvals.decide(asked.id, DecisionState.APPROVED, decided_by="ann")
    again = asked.model_copy(update={"id": "another", "tool_name": "other"})

    await store.approvals.add([again])

    [stored] = await store.approvals.of_run(asked.run_id)
    assert (stored.id, stored.state) == (asked.id, DecisionState.APPROVED)
    assert await store.approvals.get("another") is None


async def test_questions_of_a_run_come_oldest_first(store: AIStore) -> None:
    run, _ = await store.runs.open_run(make_run())
    now = utc_now()
    asked = [
        make_approval(run, seq, created_at=now + timedelta(seconds=after))
        for seq, after in ((3, 0), (1, 1), (2, 1))
    ]
    await store.approvals.add(asked[::-1])

    assert [each.seq for each in await store.approvals.of_run(run.id)] == [3, 1, 2]


async def test_a_decision_says_who_and_how(store: AIStore) -> None:
    asked = await _ask(store)

    decided = await store.approvals.decide(
        asked.id, DecisionState.APPROVED, decided_by="ann", edited_arguments={"amount": 3}
    )

    assert decided is not None
    assert (decided.state, decided.decided_by) == (DecisionState.APPROVED, "ann")
    assert (decided.arguments, decided.edited_arguments) == ({"amount": 5}, {"amount": 3})
    assert decided.decided_at is not None
    assert await store.approvals.get(asked.id) == decided


async def test_an_edit_that_the_tool_does_not_take_decides_nothing(store: AIStore) -> None:
    asked = await _ask(store, parameters=INTEGERS)

    with pytest.raises(WrongArguments, match="amount: 'lots' is not of type 'integer'"):
        await store.approvals.decide(
            asked.id, DecisionState.APPROVED, edited_arguments={"amount": "lots"}
        )

    assert await store.approvals.get(asked.id) == asked
    assert await store.approvals.decide(
        asked.id, DecisionState.APPROVED, edited_arguments={"amount": 4}
    )


async def test_an_answer_and_a_reason_are_kept(store: AIStore) -> None:
    answered, rejected = await _ask(store, 1), await _ask(store, 2)

    answer = await store.approvals.decide(answered.id, DecisionState.ANSWERED, answer="Blue.")
    refusal = await store.approvals.decide(rejected.id, DecisionState.REJECTED, reason="Too much.")

    assert answer is not None
    assert refusal is not None
    assert (answer.answer, answer.edited_arguments) == ("Blue.", None)
    assert (refusal.reason, refusal.answer) == ("Too much.", None)


async def test_the_first_decision_wins(store: AIStore) -> None:
    asked = await _ask(store)
    states = [DecisionState.APPROVED, DecisionState.REJECTED, DecisionState.TIMED_OUT] * 2

    made = await asyncio.gather(
        *(store.approvals.decide(asked.id, state, decided_by=state.value) for state in states)
    )

    [first] = [each for each in made if each is not None]
    assert first.decided_by == first.state.value
    assert await store.approvals.get(asked.id) == first


async def test_what_nobody_asked_cannot_be_decided(store: AIStore) -> None:
    assert await store.approvals.decide("nothing", DecisionState.APPROVED) is None
    assert await store.approvals.get("nothing") is None


async def test_pending_questions_whose_time_is_over_are_found(store: AIStore) -> None:
    now = utc_now()
    ages = {1: -1, 2: 60, 3: -60, 4: 0}
    asked = {
        seq: await _ask(store, seq, expires_at=now + timedelta(seconds=age))
        for seq, age in ages.items()
    }
    await store.approvals.decide(asked[1].id, DecisionState.APPROVED)

    assert [each.seq for each in await store.approvals.overdue(now)] == [3, 4]
    assert [each.seq for each in await store.approvals.overdue(now, limit=1)] == [3]
