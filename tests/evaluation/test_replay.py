"""An agent answers the questions of a case with the past before it."""

import pytest

from channels_app import MockAIProvider
from channels_app.providers.base.ai import ProviderError
from tests.ai.working import Recorded, call, calling, saying
from tests.evaluation.conversations import (
    a_case,
    agent,
    answered,
    colleague,
    customer,
    replay,
    shown,
    used,
)


async def test_each_question_is_asked_after_what_was_said_then() -> None:
    model = MockAIProvider(["New one", "New two"])
    case = a_case(customer("One?"), agent("Old one"), customer("Two?"), agent("Old two"))

    answers = await replay(case, model)

    assert [(each.customer, each.recorded, each.answer) for each in answers] == [
        ("One?", "Old one", "New one"),
        ("Two?", "Old two", "New two"),
    ]
    assert shown(model.calls[1]) == [
        ("user", "One?"),
        ("assistant", "Old one"),
        ("user", "Two?"),
    ]


async def test_messages_in_a_row_are_one_question() -> None:
    model = MockAIProvider(["New"])

    [answer] = await replay(a_case(customer("Hello?"), customer("Where is it?")), model)

    assert (answer.customer, answer.recorded) == ("Hello?\nWhere is it?", "")
    assert shown(model.calls[0]) == [("user", "Hello?"), ("user", "Where is it?")]


async def test_agent_is_not_asked_where_a_colleague_answered() -> None:
    model = MockAIProvider(["New"])
    case = a_case(customer("A person!"), colleague("I am here."), customer("Thanks."), agent("Bye"))

    [answer] = await replay(case, model)

    assert answer.customer == "Thanks."
    assert [text for _, text in shown(model.calls[0])] == [
        "[customer] A person!",
        "[colleague] I am here.",
        "[customer] Thanks.",
    ]


async def test_tool_answers_as_it_did_and_is_not_run(*, streaming: bool) -> None:
    pay = Recorded("pay", "paid for real", needs_approval=True)
    asking = [calling(call("pay", amount=5)), saying("It is paid.")]
    model = MockAIProvider(ai_responses=asking, streaming=streaming)
    case = a_case(customer("Pay five."), used("pay", "paid then", amount=5))

    [answer] = await replay(case, model, pay)

    [called] = answer.tools
    assert (called.result, called.source, pay.calls) == ("paid then", "recorded", [])
    assert answer.answer == "It is paid."


async def test_tool_that_people_decide_about_is_not_run_even_if_it_only_reads() -> None:
    tool = Recorded("salaries", "confidential", read_only=True, needs_approval=True)
    model = MockAIProvider(ai_responses=[calling(call("salaries")), saying("Done.")])

    [answer] = await replay(a_case(customer("Who earns what?")), model, tool)

    assert ([each.source for each in answer.tools], tool.calls) == (["not run"], [])


@pytest.mark.parametrize(
    ("read_only", "source", "runs"),
    [
        # it only reads, so it may run
        (True, "ran", [{"amount": 5}]),
        # it might do something
        (False, "not run", []),
    ],
)
async def test_tool_without_a_recorded_answer(
    source: str, runs: list[object], *, read_only: bool
) -> None:
    tool = Recorded("pay", "read", read_only=read_only)
    model = MockAIProvider(ai_responses=[calling(call("pay", amount=5)), saying("Done.")])
    case = a_case(customer("Pay five."), used("pay", "another", amount=6))

    [answer] = await replay(case, model, tool)

    assert ([each.source for each in answer.tools], tool.calls) == ([source], runs)


async def test_same_call_gets_its_recorded_answers_in_turn() -> None:
    asking = [calling(call("look", f"t{n}")) for n in range(3)]
    model = MockAIProvider(ai_responses=[*asking, saying("Done.")])
    case = a_case(customer("Watch it."), used("look", "first"), used("look", "second"))

    [answer] = await replay(case, model, Recorded("look"))

    assert [each.result for each in answer.tools] == ["first", "second", "second"]


async def test_failed_tool_fails_again() -> None:
    model = MockAIProvider(ai_responses=[calling(call("look")), saying("It is broken.")])
    case = a_case(customer("Look."), used("look", "out of order") | {"is_error": True})

    [answer] = await replay(case, model, Recorded("look"))

    assert [(each.result, each.is_error) for each in answer.tools] == [("out of order", True)]
    assert "out of order" in str(model.calls[1].messages[-1].content)


async def test_model_that_fails_is_told_of() -> None:
    model = MockAIProvider(errors=[ProviderError("no credit")])

    [answer] = await replay(a_case(customer("Hello?")), model)

    assert (answer.answer, answer.error) == ("", "ProviderError: no credit")


async def test_agent_that_says_nothing_is_told_of() -> None:
    [answer] = await replay(a_case(customer("Hello?")), MockAIProvider([""]))

    assert answer == answered("", customer="Hello?", error="the agent said nothing")


@pytest.fixture(params=[True, False], ids=["streaming", "whole"])
def streaming(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)
