"""Trying agents on cases: what they answer, and what the checks say of it."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal

from channels_app.ai.ledger import Ledger, Payer, Purpose
from channels_app.ai.price_layers import PriceLayers
from channels_app.ai.side_calls import SideCalls
from channels_app.evaluation.answers import Answered
from channels_app.evaluation.cases import Case
from channels_app.evaluation.checks import CheckKind, Verdict, check_answers
from channels_app.evaluation.contestants import Contestant, is_script
from channels_app.evaluation.judging import Judge
from channels_app.evaluation.meter import NO_ROOM, Bill, Meter
from channels_app.evaluation.replay import Replay
from channels_app.evaluation.tape import Tape


@dataclass(frozen=True)
class Outcome:
    """How a contestant did in one case.

    Attributes:
        cost: None if a model without a price was asked.
        duration_ms: How long answering and judging took.
    """

    case: str
    answers: Sequence[Answered]
    verdicts: Sequence[Verdict]
    usage: dict[str, int] = field(default_factory=dict)
    cost: Decimal | None = None
    duration_ms: float = 0.0

    @property
    def error(self) -> str:
        """Why a question was not answered; '' if all were."""
        return "; ".join(each.error for each in self.answers if each.error)

    @property
    def passed(self) -> bool:
        """Whether every question was answered, and as every check asks."""
        return not self.error and all(each.passed for each in self.verdicts)

    @property
    def score(self) -> float:
        """The share of checks that passed, from 0 to 1; without checks, whether it answered."""
        if not self.verdicts:
            return float(self.passed)
        return sum(each.passed for each in self.verdicts) / len(self.verdicts)


class Trial:
    """One contestant on its way through the cases.

    Args:
        contestant: Who is tried.
        judge_model: What JUDGE checks are asked of, as `Contestant.build_judge` takes it.
        ledger: Who keeps the budgets that vendors' models are asked by.
        prices: What tokens cost.
    """

    def __init__(
        self,
        contestant: Contestant,
        *,
        ledger: Ledger,
        prices: PriceLayers,
        judge_model: str = "",
    ) -> None:
        self.contestant = contestant
        self._judge_model = judge_model
        self._ledger = ledger
        self._prices = prices

    async def run(self, case: Case) -> Outcome:
        """Try a case.

        Raises:
            BrokenConfig: If the agent, or the judge, cannot be made.
            BudgetExceeded: If a budget does not allow to ask a model: the case has no result.
        """
        begun, bill, tape = time.monotonic(), Bill(), Tape(case.tools)
        meter = self._meter(bill, is_free=self.contestant.script is not None)
        replay = Replay(
            self.contestant.build(tape, meter, self._prices),
            organization_id=self.contestant.record.organization_id,
        )
        try:
            answers = await replay.answer(case, tape)
        finally:
            await replay.close()
        if meter.refusal is not None:
            raise meter.refusal
        verdicts = await self._check(case, answers, bill)
        return Outcome(
            case=case.name,
            answers=answers,
            verdicts=verdicts,
            usage=dict(bill.usage),
            cost=bill.cost,
            duration_ms=(time.monotonic() - begun) * 1000,
        )

    def _meter(self, bill: Bill, *, is_free: bool) -> Meter:
        return Meter(bill, None if is_free else self._ledger)

    async def _check(self, case: Case, answers: Sequence[Answered], bill: Bill) -> list[Verdict]:
        rules = [check for check in case.checks if check.kind is not CheckKind.JUDGE]
        verdicts = [check_answers(check, answers) for check in rules]
        judged = [check for check in case.checks if check.kind is CheckKind.JUDGE]
        if judged:
            async with self._judge(bill) as judge:
                verdicts += [await judge.check(check, answers) for check in judged]
        return verdicts

    @asynccontextmanager
    async def _judge(self, bill: Bill) -> AsyncIterator[Judge]:
        provider = self.contestant.build_judge(self._judge_model)
        record = self.contestant.record
        payer = Payer(
            organization_id=record.organization_id,
            room_id=NO_ROOM,
            channel_id=record.channel_id,
            purpose=Purpose.EVALUATION,
        )
        meter = self._meter(bill, is_free=is_script(provider))
        try:
            yield Judge(provider, SideCalls(meter, self._prices), payer)
        finally:
            await provider.close()
