"""What people are told of a budget that is used up: once, and no more than they may know."""

import asyncio
import threading
from typing import Any

import pytest

from channels_app.ai.ledger import BudgetExceeded
from channels_app.ai.price_layers import PriceLayers
from channels_app.models import PriceRow
from channels_app.services.budget_incidents import note_overspent
from channels_app.services.spending import save_spending_row
from channels_app.stores.ledger import DatabaseLedger
from rooms import RoomKit
from rooms.models import Incident
from rooms.selectors.clock import get_database_now
from rooms.stores.orm.executor import DatabaseThreads
from tests.agents_admin.agents import boss
from tests.agents_admin.test_ledger import budget, incidents, price, spend, threads_of
from tests.channel_configs.kits import run

pytestmark = pytest.mark.database


@pytest.fixture
async def ledger(kit: RoomKit) -> DatabaseLedger:
    await run(kit, price)
    return DatabaseLedger(threads_of(kit), PriceLayers())


async def refuse(ledger: DatabaseLedger, run_id: str = "run", **fields: Any) -> BudgetExceeded:
    """Ask for money that is not there, and return the refusal."""
    with pytest.raises(BudgetExceeded) as refused:
        await ledger.reserve(spend(run_id, **fields))
    return refused.value


async def test_processes_that_are_refused_together_open_one_incident(kit: RoomKit) -> None:
    used_up = await run(kit, budget, "0")
    processes = [DatabaseThreads() for _ in range(8)]
    together = threading.Barrier(len(processes))

    def note() -> None:
        together.wait()
        note_overspent(budget=used_up, spend=spend(), why="", now=get_database_now())

    await asyncio.gather(*(threads.run(note) for threads in processes))

    for threads in processes:
        await threads.close()
    assert len(await incidents(kit)) == 1


async def test_incident_and_run_do_not_say_what_was_spent(
    kit: RoomKit, ledger: DatabaseLedger
) -> None:
    await run(kit, budget, "0.0123")

    refused = await refuse(ledger)

    [incident] = await incidents(kit)
    assert "organization" in incident.detail
    told = f"{incident.title} {incident.detail} {refused}"
    assert "0.0123" not in told
    assert "0.018" not in told


async def test_each_organization_hears_of_the_budget_of_the_site(
    kit: RoomKit, ledger: DatabaseLedger
) -> None:
    await run(kit, budget, "0")

    for organization_id in ("acme", "globex", "acme"):
        await refuse(ledger, organization_id=organization_id)

    told = sorted(each.organization_id for each in await incidents(kit))
    assert told == ["acme", "globex"]


async def test_incident_of_a_missing_price_ends_with_the_price(
    kit: RoomKit, ledger: DatabaseLedger
) -> None:
    await run(kit, budget, "5", period="total")
    await refuse(ledger, model="mystery-1")
    row = await run(kit, PriceRow.objects.get)
    row.pk, row.model_prefix = None, "mystery-"

    await run(kit, save_spending_row, row=row, actor=await run(kit, boss), fields=["model_prefix"])

    assert await run(kit, Incident.objects.ongoing().count) == 0


async def test_incident_of_a_budget_that_is_used_up_does_not_end_with_a_price(
    kit: RoomKit, ledger: DatabaseLedger
) -> None:
    await run(kit, budget, "0")
    await refuse(ledger)
    row = await run(kit, PriceRow.objects.get)

    await run(kit, save_spending_row, row=row, actor=await run(kit, boss), fields=["source"])

    assert await run(kit, Incident.objects.ongoing().count) == 1
