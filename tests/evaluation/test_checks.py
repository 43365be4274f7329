"""What is asked of answers."""

import pytest

from channels_app import MockAIProvider
from channels_app.ai.ledger import BudgetExceeded, Payer, Purpose
from channels_app.ai.price_layers import PriceLayers
from channels_app.ai.side_calls import SideCalls
from channels_app.evaluation.checks import Check, check_answers
from channels_app.evaluation.judging import Judge
from channels_app.evaluation.meter import Bill, Meter
from channels_app.providers.base.ai import AIResponse, AIToolCall, ProviderError
from rooms.domain.json import JsonObject
from tests.ai.purse import Purse
from tests.evaluation.conversations import answered

ANSWERS = [answered("It has shipped.", "look_up"), answered("You are welcome, bye.")]


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        ("contains=SHIPPED", True),
        ("contains=refund", False),
        ("contains@2=shipped", False),
        ("not_contains=refund", True),
        ("not_contains=bye", False),
        ("not_contains@1=bye", True),
        (r"regex=^It \w+ shipped\.$", True),
        ("regex=^shipped", False),
        ("max_chars=30", True),
        ("max_chars=15", False),
        ("max_chars@1=15", True),
        ("tool_called=look_up", True),
        ("tool_called@2=look_up", False),
        ("tool_not_called=refund", True),
        ("tool_not_called=look_up", False),
        # nobody answered that: nothing can be said for it
        ("not_contains@3=bye", False),
    ],
)
def test_check(text: str, *, passed: bool) -> None:
    verdict = check_answers(Check.parse(text), ANSWERS)

    assert (verdict.passed, bool(verdict.reason), verdict.check) == (passed, not passed, text)


@pytest.mark.parametrize(
    "text",
    [
        "contains",
        "contains=",
        "smells=good",
        "max_chars=many",
        "max_chars=0",
        "regex=(",
        "regex@0=a",
    ],
)
def test_what_cannot_be_checked_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"check|number|regular expression|counted"):
        Check.parse(text)


def ruling(*arguments: JsonObject) -> AIResponse:
    calls = [
        AIToolCall(id=f"t{number}", name="verdict", arguments=each)
        for number, each in enumerate(arguments)
    ]
    usage = {"input_tokens": 100, "output_tokens": 10}
    return AIResponse(content="", tool_calls=calls, usage=usage)


YES: JsonObject = {"passed": True, "reason": "It is polite."}


PAYER = Payer(organization_id="acme", room_id="", channel_id="support", purpose=Purpose.EVALUATION)


async def judged(
    model: MockAIProvider, text: str = "judge=It is polite", purse: Purse | None = None
) -> tuple[bool, str, Bill]:
    bill = Bill()
    calls = SideCalls(Meter(bill, purse), PriceLayers())
    verdict = await Judge(model, calls, PAYER).check(Check.parse(text), ANSWERS)
    return verdict.passed, verdict.reason, bill


async def test_judge_reads_the_conversation_and_rules() -> None:
    model = MockAIProvider(ai_responses=[ruling(YES)])

    passed, reason, bill = await judged(model)

    assert (passed, reason) == (True, "It is polite.")
    asked = str(model.calls[0].messages[0].content)
    assert all(each in asked for each in ("It has shipped.", "You are welcome", "It is polite"))
    assert (bill.usage["input_tokens"], bill.cost) == (100, None)


async def test_judge_is_paid_for_by_the_organization() -> None:
    purse = Purse()
    await judged(MockAIProvider(ai_responses=[ruling(YES)]), purse=purse)
    [spend] = purse.asked
    assert (spend.organization_id, spend.purpose, len(purse.settled)) == ("acme", "evaluation", 1)


async def test_judge_that_nobody_pays_for_is_no_verdict() -> None:
    model = MockAIProvider(ai_responses=[ruling(YES)])
    with pytest.raises(BudgetExceeded):
        await judged(model, purse=Purse(0))
    assert model.calls == []


async def test_judge_of_one_answer_does_not_read_on() -> None:
    model = MockAIProvider(ai_responses=[ruling(YES)])

    await judged(model, "judge@1=It is polite")

    assert "You are welcome" not in str(model.calls[0].messages[0].content)


@pytest.mark.parametrize(
    "answer",
    [
        AIResponse(content='{"passed": true, "reason": "only said"}'),
        ruling(),
        # which of the two?
        ruling(YES, YES),
        ruling({"passed": "true", "reason": "a text is no verdict"}),
        ruling({"passed": True}),
        ruling({**YES, "more": 1}),
    ],
)
async def test_judge_without_a_clear_ruling_fails_the_answer(answer: AIResponse) -> None:
    passed, reason, _ = await judged(MockAIProvider(ai_responses=[answer]))

    assert not passed
    assert "no ruling" in reason


async def test_judge_that_cannot_be_asked_fails_the_answer() -> None:
    passed, reason, _ = await judged(MockAIProvider(errors=[ProviderError("secret text")]))

    assert not passed
    assert reason == "the judge gave no ruling: ProviderError"
