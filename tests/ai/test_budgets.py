"""Money: reserved before each call of a model, settled after it, and what happens without any."""

from decimal import Decimal

import pytest

from channels_app import AIChannel, AIContext, MockAIProvider, ProviderError
from channels_app.ai.ledger import Reservation
from channels_app.ai.pricing import cost_of
from channels_app.ai.records import AgentRun
from rooms import RoomKit
from rooms.testing.rig import bodies
from tests.ai.purse import Named, Purse
from tests.ai.working import Desk, Recorded, call, calling, said, saying, until
from tests.channels_app.values import ROOM, make_event
from tests.scene import Scene

PRICED = {"input_tokens": 1_000_000, "output_tokens": 100_000}


async def test_each_call_is_reserved_and_settled_with_its_price(
    kit: RoomKit, *, streaming: bool
) -> None:
    purse = Purse()
    model = Named(ai_responses=[calling(call()), saying("Ok.", usage=PRICED)], streaming=streaming)
    desk = Desk(kit, model, tools=[Recorded()], ledger=purse)

    await said(await desk.ask(make_event()))

    assert purse.open == {}
    first, second = purse.settled
    assert first[1] == cost_of(Named.name, Named.model_name, first[0])
    assert second == (PRICED, Decimal("4.5"))
    [run] = desk.kept.runs._runs.values()  # type: ignore[attr-defined]  # all there are
    assert isinstance(run, AgentRun)
    assert run.cost == Decimal("4.5") + (first[1] or 0)


async def test_answer_of_the_fallback_is_booked_as_the_fallbacks(
    kit: RoomKit, *, streaming: bool
) -> None:
    booked: list[tuple[str, str]] = []

    class Noting(Purse):
        async def settle(
            self, reservation: Reservation, usage: dict[str, int], cost: Decimal | None
        ) -> None:
            booked.append((reservation.spend.provider, reservation.spend.model))
            await super().settle(reservation, usage, cost)

    away = ProviderError("overloaded", retryable=True)
    model = MockAIProvider(errors=[away], streaming=streaming)
    desk = Desk(kit, model, fallback_provider=Named(streaming=streaming), ledger=Noting())

    await said(await desk.ask(make_event()))

    assert booked == [(Named.name, Named.model_name)]


async def test_call_whose_vendor_counts_nothing_is_estimated_everywhere(kit: RoomKit) -> None:
    purse = Purse()
    model = Named(ai_responses=[saying("x" * 400, usage={})], streaming=True)
    desk = Desk(kit, model, ledger=purse)
    output = await desk.ask(make_event())

    await said(output)

    [(usage, cost)] = purse.settled
    assert usage["output_tokens"] == 101
    assert output.response_metadata["ai_usage"] == usage
    [run] = desk.kept.runs._runs.values()  # type: ignore[attr-defined]  # all there are
    assert (run.usage, run.cost) == (usage, cost)


async def test_what_is_reserved_covers_what_may_be_written(kit: RoomKit) -> None:
    purse = Purse()
    desk = Desk(kit, Named(), ledger=purse, max_tokens=500, thinking_budget=2000)

    await desk.ask(make_event("x" * 400))

    [spend] = purse.asked
    assert (spend.room_id, spend.channel_id, spend.max_output_tokens) == (ROOM, "agent", 2500)
    assert spend.input_tokens > 100
    assert spend.estimate is not None
    assert spend.estimate > Decimal("0.0375")


class Thinker(Named):
    """A mock of a model that thinks, whether it was asked to or not."""

    model_name = "claude-thinker"

    def output_bound(self, context: AIContext) -> int:
        return context.max_tokens + 8192


@pytest.mark.parametrize(
    ("model", "fallback"), [(Thinker(), None), (Thinker(), Named()), (Named(), Thinker())]
)
async def test_thinking_that_nobody_asked_for_is_reserved_too(
    kit: RoomKit, model: Named, fallback: Named | None
) -> None:
    purse = Purse()
    desk = Desk(kit, model, ledger=purse, fallback_provider=fallback, max_tokens=500)
    await desk.ask(make_event())

    [spend] = purse.asked
    assert (spend.model, spend.max_output_tokens) == (model.model_name, 500 + 8192)
    assert spend.fallback_model == (fallback.model_name if fallback else "")


async def test_failed_call_gives_its_reservation_back(kit: RoomKit, *, streaming: bool) -> None:
    purse = Purse()
    desk = Desk(
        kit, MockAIProvider(errors=[ProviderError("no")], streaming=streaming), ledger=purse
    )

    with pytest.raises(ProviderError):
        await said(await desk.ask(make_event()))

    assert (purse.open, purse.settled) == ({}, [({}, None)])


async def test_call_that_was_broken_off_gives_its_reservation_back(kit: RoomKit) -> None:
    purse = Purse()
    desk = Desk(kit, MockAIProvider(deltas=[["a", "b"]]), ledger=purse)
    output = await desk.ask(make_event())
    assert output.response_stream is not None
    await anext(output.response_stream)

    await output.response_stream.aclose()  # type: ignore[attr-defined]  # as the pipeline does it

    assert purse.open == {}


async def test_room_goes_to_people_when_the_budget_is_used_up(
    kit: RoomKit, *, streaming: bool
) -> None:
    await kit.create_room(ROOM)
    model = MockAIProvider(streaming=streaming)
    desk = Desk(kit, model, ledger=Purse(0))
    output = await desk.ask(make_event())

    assert await said(output) == ""
    assert model.calls == []
    assert output.response_outcome is not None
    assert output.response_outcome.reason == "budget"
    assert (await kit.get_room(ROOM)).owner_kind == "queue"


async def test_last_words_are_stored_before_the_room_goes_to_people(
    kit: RoomKit, *, streaming: bool
) -> None:
    scene = Scene(kit)
    await scene.open()
    model = MockAIProvider(streaming=streaming)
    purse = Purse(0, text="A person will go on from here.")
    await scene.add(AIChannel("agent", model, ledger=purse))

    await scene.say("Hello?")

    async def is_queued() -> bool:
        return (await kit.get_room("room")).owner_kind == "queue"

    await until(is_queued)
    assert bodies(await scene.rows())[:2] == ["Hello?", "A person will go on from here."]
