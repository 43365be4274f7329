"""Questions beside answers are paid for like answers."""

import asyncio
from typing import Any

import pytest

from channels_app import AIContext, AIMessage, MockAIProvider, ProviderError
from channels_app.ai.ledger import BudgetExceeded, Payer, Purpose
from channels_app.ai.pricing import cost_of
from channels_app.ai.side_calls import SideCalls
from tests.ai.purse import Named, Purse
from tests.ai.working import saying

QUESTION = AIContext(messages=[AIMessage(role="user", content="x" * 400)], max_tokens=50)
PAYER = Payer(
    organization_id="acme", room_id="room", channel_id="agent", purpose=Purpose.EVALUATION
)


async def ask(purse: Purse | None, model: MockAIProvider) -> str:
    answer = await SideCalls(purse, cost_of).ask(model, QUESTION, PAYER)
    return answer.content


async def test_call_is_reserved_for_its_payer_and_settled_at_its_price() -> None:
    purse = Purse()
    used = {"input_tokens": 1_000_000, "output_tokens": 100_000}

    assert await ask(purse, Named(ai_responses=[saying("Yes.", usage=used)])) == "Yes."

    [spend] = purse.asked
    assert Payer(**{name: getattr(spend, name) for name in Payer.model_fields}) == PAYER
    assert (spend.model, spend.max_output_tokens) == (Named.model_name, 50)
    assert spend.input_tokens > 100
    assert (purse.open, purse.settled) == ({}, [(used, cost_of(Named.name, spend.model, used))])


async def test_each_call_is_told_apart() -> None:
    purse = Purse()
    await ask(purse, Named())
    await ask(purse, Named())
    assert len({(spend.run_id, spend.seq) for spend in purse.asked}) == 2


async def test_without_leave_nobody_is_asked() -> None:
    model = Named()
    with pytest.raises(BudgetExceeded):
        await ask(Purse(0), model)
    assert model.calls == []


async def test_without_a_ledger_it_is_simply_asked() -> None:
    assert await ask(None, MockAIProvider(["Yes."])) == "Yes."


async def test_failed_call_gives_its_reservation_back() -> None:
    purse = Purse()
    with pytest.raises(ProviderError):
        await ask(purse, Named(errors=[ProviderError("no")]))
    assert (purse.open, [usage for usage, _ in purse.settled]) == ({}, [{}])


async def test_vendor_that_counts_nothing_is_estimated() -> None:
    purse = Purse()
    await ask(purse, Named(ai_responses=[saying("x" * 400, usage={})]))
    [(usage, _)] = purse.settled
    assert usage == {"input_tokens": purse.asked[0].input_tokens, "output_tokens": 101}


async def test_model_that_was_given_up_counts_as_if_it_had_written_all() -> None:
    purse, asked = Purse(), asyncio.Event()

    async def never() -> Any:
        asked.set()
        await asyncio.Event().wait()

    calling = asyncio.create_task(ask(purse, Named(latency=never)))
    await asked.wait()
    calling.cancel()
    await asyncio.wait([calling])

    [(usage, _)] = purse.settled
    assert usage == {"input_tokens": purse.asked[0].input_tokens, "output_tokens": 50}
