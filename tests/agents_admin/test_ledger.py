"""No budget is overdrawn, whoever spends, and whatever becomes of who was to pay."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from channels_app import AIContext, AIMessage, AIResponse
from channels_app.ai.ledger import BudgetExceeded, Payer, Purpose, Spend
from channels_app.ai.price_layers import PriceLayers
from channels_app.ai.side_calls import SideCalls
from channels_app.models import Budget, PriceRow, SpendingReservation, UsageRecord
from channels_app.services.budget_incidents import end_incidents_of_yesterday
from channels_app.services.spending import delete_spending_row, save_spending_row
from channels_app.stores.ledger import DatabaseLedger
from rooms import RoomKit
from rooms.models import Incident
from rooms.selectors.clock import get_database_now
from rooms.stores.orm import OrmStore
from rooms.stores.orm.executor import DatabaseThreads
from tests.agents_admin.agents import boss
from tests.ai.purse import Named
from tests.channel_configs.kits import run

pytestmark = pytest.mark.database

# At these prices, in dollars: what a call of `spend` may cost at most is 0.003 + 0.015.
READ, WRITTEN = 1000, 1000
MOST = Decimal("0.018")


def price(**columns: Any) -> None:
    PriceRow.objects.create(
        **{
            "provider": "anthropic",
            "model_prefix": "claude-",
            "valid_from": date(2025, 1, 1),
            "input": Decimal(3),
            "output": Decimal(15),
            "source": "a test",
        }
        | columns
    )


def budget(limit: str, **columns: Any) -> Budget:
    return Budget.objects.create(**{"scope": "organization", "limit": Decimal(limit)} | columns)


def spend(run_id: str = "run", **fields: Any) -> Spend:
    said = {
        "organization_id": None,
        "room_id": "room",
        "channel_id": "support",
        "run_id": run_id,
        "seq": 1,
        "provider": "anthropic",
        "model": "claude-sonnet-4-6",
        "input_tokens": READ,
        "max_output_tokens": WRITTEN,
    }
    return Spend(**said | fields)


def threads_of(kit: RoomKit) -> DatabaseThreads:
    assert isinstance(kit.store, OrmStore)
    return kit.store.threads


@pytest.fixture
async def ledger(kit: RoomKit) -> DatabaseLedger:
    await run(kit, price)
    return DatabaseLedger(threads_of(kit), PriceLayers(), told="Somebody else will help you.")


async def held(kit: RoomKit) -> list[Decimal]:
    rows = SpendingReservation.objects.values_list("amount", flat=True)
    found: list[Decimal] = await run(kit, lambda: list(rows))
    return found


async def used(kit: RoomKit) -> list[UsageRecord]:
    found: list[UsageRecord] = await run(kit, lambda: list(UsageRecord.objects.order_by("run_id")))
    return found


async def incidents(kit: RoomKit) -> list[Incident]:
    found: list[Incident] = await run(kit, lambda: list(Incident.objects.all()))
    return found


# -- setting aside and settling


async def test_without_a_budget_nothing_is_set_aside(kit: RoomKit, ledger: DatabaseLedger) -> None:
    await ledger.reserve(spend())

    assert await held(kit) == []


async def test_what_a_call_may_cost_at_most_is_set_aside(
    kit: RoomKit, ledger: DatabaseLedger
) -> None:
    await run(kit, budget, "1")

    await ledger.reserve(spend())

    assert await held(kit) == [MOST]


async def test_what_was_used_takes_the_place_of_what_was_set_aside(
    kit: RoomKit, ledger: DatabaseLedger
) -> None:
    await run(kit, budget, "1")
    reservation = await ledger.reserve(spend())

    await ledger.settle(reservation, {"input_tokens": 10, "output_tokens": 5}, Decimal("0.000105"))

    [record] = await used(kit)
    assert await held(kit) == []
    assert (record.input_tokens, record.output_tokens) == (10, 5)
    assert (record.cost, record.price_source) == (Decimal("0.000105"), "a test")


async def test_call_that_failed_gives_back_what_was_set_aside(
    kit: RoomKit, ledger: DatabaseLedger
) -> None:
    await run(kit, budget, "1")

    await ledger.settle(await ledger.reserve(spend()), {}, None)

    assert (await held(kit), await used(kit)) == ([], [])


async def test_call_made_again_after_a_crash_counts_twice(
    kit: RoomKit, ledger: DatabaseLedger
) -> None:
    usage = {"input_tokens": 10}
    for _ in range(2):
        await ledger.settle(await ledger.reserve(spend()), usage, Decimal("0.00003"))

    [record] = await used(kit)
    assert (record.input_tokens, record.cost) == (20, Decimal("0.00006"))


# -- limits


async def test_calls_of_several_processes_do_not_overdraw(kit: RoomKit) -> None:
    await run(kit, price)
    await run(kit, budget, str(MOST * 3))
    processes = [DatabaseThreads() for _ in range(4)]
    ledgers = [DatabaseLedger(threads, PriceLayers()) for threads in processes]

    outcomes = await asyncio.gather(
        *(ledger.reserve(spend(f"run-{n}")) for n, ledger in enumerate(ledgers * 2)),
        return_exceptions=True,
    )

    for threads in processes:
        await threads.close()
    refused = [each for each in outcomes if isinstance(each, BudgetExceeded)]
    assert len(refused) == len(outcomes) - 3
    assert sum(await held(kit)) == MOST * 3


async def test_what_is_refused_is_told_to_people(kit: RoomKit, ledger: DatabaseLedger) -> None:
    await run(kit, budget, "0.01")

    with pytest.raises(BudgetExceeded) as refused:
        await ledger.reserve(spend())

    assert refused.value.text == "Somebody else will help you."
    [incident] = await incidents(kit)
    assert (incident.kind, incident.channel_id) == ("budget", "support")


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"model": "mystery-1"}, "mystery-1 has no price"),
        ({"provider": "gemini", "model": "gemini-2.0-flash"}, "priced in USD"),
    ],
)
async def test_what_cannot_be_reckoned_is_not_spent(
    kit: RoomKit, ledger: DatabaseLedger, columns: dict[str, str], reason: str
) -> None:
    await run(kit, budget, "1000", currency="EUR")

    with pytest.raises(BudgetExceeded):
        await ledger.reserve(spend(**columns))

    [incident] = await incidents(kit)
    assert reason in incident.detail


@pytest.mark.parametrize(
    ("columns", "other"),
    [
        ({"scope": "room"}, {"room_id": "other"}),
        ({"scope": "room", "scope_id": "room"}, {"room_id": "other"}),
        ({"scope": "agent"}, {"channel_id": "other"}),
        ({"scope": "agent", "scope_id": "support"}, {"channel_id": "other"}),
        ({"organization_id": "acme"}, {"organization_id": "other"}),
    ],
)
async def test_spending_of_others_does_not_count(
    kit: RoomKit, ledger: DatabaseLedger, columns: dict[str, str], other: dict[str, str]
) -> None:
    await run(kit, budget, str(MOST), **columns)
    mine = {"organization_id": columns.get("organization_id")}
    await ledger.reserve(spend("theirs", **mine | other))
    await ledger.reserve(spend("mine", **mine))

    with pytest.raises(BudgetExceeded):
        await ledger.reserve(spend("mine too", **mine))


async def test_budget_of_no_organization_counts_all_of_them(
    kit: RoomKit, ledger: DatabaseLedger
) -> None:
    await run(kit, budget, str(MOST))
    await ledger.reserve(spend("one", organization_id="acme"))

    with pytest.raises(BudgetExceeded):
        await ledger.reserve(spend("two", organization_id="globex"))


@pytest.mark.parametrize(("period", "is_refused"), [("day", False), ("total", True)])
async def test_day_begins_anew(
    kit: RoomKit, ledger: DatabaseLedger, period: str, is_refused: bool
) -> None:
    await run(kit, budget, str(MOST), period=period)
    await ledger.settle(await ledger.reserve(spend("one")), {"input_tokens": 1}, MOST)
    yesterday = timedelta(days=1)
    await run(kit, lambda: UsageRecord.objects.update(created_at=get_database_now() - yesterday))

    outcome = await asyncio.gather(ledger.reserve(spend("two")), return_exceptions=True)

    assert isinstance(outcome[0], BudgetExceeded) is is_refused


async def test_money_of_a_dead_process_is_free_again(kit: RoomKit, ledger: DatabaseLedger) -> None:
    await run(kit, budget, str(MOST))
    await ledger.reserve(spend("dead"))
    await run(kit, lambda: SpendingReservation.objects.update(expires_at=get_database_now()))

    await ledger.reserve(spend("alive"))

    assert await held(kit) == [MOST]


async def test_turn_that_is_taken_up_gets_its_own_money_again(
    kit: RoomKit, ledger: DatabaseLedger
) -> None:
    await run(kit, budget, str(MOST))
    await ledger.reserve(spend())

    await ledger.reserve(spend())

    assert await held(kit) == [MOST]


# -- what is no answer


async def test_summary_is_a_row_of_its_own_with_its_price(
    kit: RoomKit, ledger: DatabaseLedger
) -> None:
    payer = Payer(
        organization_id="acme", room_id="room", channel_id="support", purpose=Purpose.SUMMARY
    )
    used_tokens = {"input_tokens": READ, "output_tokens": WRITTEN}
    model = Named(ai_responses=[AIResponse(content="Notes.", usage=used_tokens)])

    question = AIContext(messages=[AIMessage(role="user", content="Sum up.")])

    await SideCalls(ledger, PriceLayers()).ask(model, question, payer)

    [row] = await used(kit)
    assert (row.purpose, row.organization_id, row.room_id, row.channel_id, row.cost) == (
        *("summary", "acme", "room", "support"),
        MOST,
    )
    assert await held(kit) == []


@pytest.mark.parametrize("scope", ["room", "agent", "organization"])
async def test_summary_counts_against_the_budgets_of_answers(
    kit: RoomKit, ledger: DatabaseLedger, scope: str
) -> None:
    await run(kit, budget, str(MOST), scope=scope)
    spent = await ledger.reserve(spend("summary", purpose=Purpose.SUMMARY))
    await ledger.settle(spent, {"input_tokens": READ, "output_tokens": WRITTEN}, MOST)

    with pytest.raises(BudgetExceeded):
        await ledger.reserve(spend("answer"))


@pytest.mark.parametrize("purpose", [Purpose.SUMMARY, Purpose.EVALUATION])
async def test_nobody_is_alarmed_where_no_customer_waits(
    kit: RoomKit, ledger: DatabaseLedger, purpose: Purpose
) -> None:
    await run(kit, budget, "0")

    with pytest.raises(BudgetExceeded, match="more than what is left; raise the limit"):
        await ledger.reserve(spend(purpose=purpose))

    assert await incidents(kit) == []


# -- the fallback


@pytest.mark.parametrize(
    ("fallback", "most"), [("claude-dear", "0.18"), ("claude-haiku-1", "0.018")]
)
async def test_what_is_set_aside_is_enough_for_the_fallback_too(
    kit: RoomKit, fallback: str, most: str
) -> None:
    await run(kit, price)
    await run(kit, price, model_prefix="claude-dear", input=Decimal(30), output=Decimal(150))
    await run(kit, budget, "1")
    ledger = DatabaseLedger(threads_of(kit), PriceLayers())

    await ledger.reserve(spend(fallback_provider="anthropic", fallback_model=fallback))

    assert await held(kit) == [Decimal(most)]


async def test_fallback_without_a_price_is_not_asked_under_a_budget(
    kit: RoomKit, ledger: DatabaseLedger
) -> None:
    await run(kit, budget, "1000")

    with pytest.raises(BudgetExceeded):
        await ledger.reserve(spend(fallback_provider="anthropic", fallback_model="mystery-1"))

    [incident] = await incidents(kit)
    assert "mystery-1" in incident.detail


# -- prices


async def test_prices_of_the_site_stand_before_list_prices(
    kit: RoomKit, ledger: DatabaseLedger
) -> None:
    await run(
        kit, price, provider="openai", model_prefix="gpt-4o", input=Decimal(0), output=Decimal(1)
    )
    await run(kit, budget, "1")

    await ledger.reserve(spend(provider="openai", model="gpt-4o"))

    assert await held(kit) == [Decimal("0.001")]


# -- incidents


async def test_one_incident_tells_of_a_budget(kit: RoomKit, ledger: DatabaseLedger) -> None:
    await run(kit, budget, "0")
    for number in range(3):
        await asyncio.gather(ledger.reserve(spend(f"run-{number}")), return_exceptions=True)

    assert len(await incidents(kit)) == 1


@pytest.mark.parametrize("way", ["raised", "deleted"])
async def test_incident_ends_with_the_budget(
    kit: RoomKit, ledger: DatabaseLedger, way: str
) -> None:
    row = await run(kit, budget, "0")
    await asyncio.gather(ledger.reserve(spend()), return_exceptions=True)
    row.limit = Decimal(5)

    def change() -> None:
        if way == "deleted":
            delete_spending_row(row=row, actor=boss())
        else:
            save_spending_row(row=row, actor=boss(), fields=["limit"])

    await run(kit, change)

    [incident] = await incidents(kit)
    assert incident.ended_at is not None


@pytest.mark.parametrize(("period", "ended"), [("day", 1), ("total", 0)])
async def test_incident_of_a_day_ends_with_it(
    kit: RoomKit, ledger: DatabaseLedger, period: str, ended: int
) -> None:
    await run(kit, budget, "0", period=period)
    await asyncio.gather(ledger.reserve(spend()), return_exceptions=True)

    def tomorrow() -> int:
        return end_incidents_of_yesterday(now=get_database_now() + timedelta(days=1))

    assert await run(kit, tomorrow) == ended
