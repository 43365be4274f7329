"""Workers try what people asked for in the admin, and go on where another one stopped."""

import asyncio
import threading
from collections.abc import Awaitable, Callable

import pytest

from channels_app.ai.records import RunStatus
from channels_app.evaluation import background
from channels_app.evaluation.background import try_due
from channels_app.evaluation.recording import record_room
from channels_app.models import (
    AgentConfig,
    AgentRun,
    Budget,
    EvalResult,
    EvalRun,
    EvalSet,
    UsageRecord,
)
from channels_app.services.evaluations import save_case, start_evaluation
from channels_app.testing.fakes.anthropic import FakeAnthropic
from channels_app.testing.fakes.anthropic_script import Hold, Reply, Text
from rooms import RoomKit
from rooms.chores import registered_chores
from rooms.models import Incident
from rooms.stores.memory import InMemoryStore
from tests.agents_admin.agents import boss
from tests.ai.working import until
from tests.channel_configs.kits import run
from tests.evaluation.rows import PAST, draft_of, keep_conversation, keep_versions

pytestmark = pytest.mark.database


def ask_for(url: str, *cases: str) -> EvalRun:
    """Store a set, and that a worker is to try the draft on it."""
    keep_conversation()
    agent = keep_versions(url)
    events = record_room(PAST)
    for name in cases:
        save_case(organization_id="", set_name="shop", name=name, events=events, checks=[])
    draft = agent.versions.drafts().get()
    return start_evaluation(
        eval_set=EvalSet.objects.get(), version=draft, label="support-2", actor=boss()
    )


def ended() -> tuple[str, str, int]:
    kept = EvalRun.objects.get()
    return kept.status, kept.error, kept.results.filter(passed=True).count()


def spent() -> set[tuple[str, str, str, bool]]:
    """Return for what, in which room and by which agent money was spent, and if it has no price."""
    rows = UsageRecord.objects.all()
    return {(each.purpose, each.room_id, each.channel_id, each.cost is None) for each in rows}


def is_asked(model: FakeAnthropic, times: int) -> Callable[[], Awaitable[bool]]:
    async def there_are() -> bool:
        return len(model.bodies) >= times

    return there_are


def test_workers_do_it() -> None:
    assert try_due in registered_chores()


async def test_draft_is_tried_on_every_case(worker: RoomKit, model: FakeAnthropic) -> None:
    await run(worker, ask_for, model.url, "one", "two")

    assert await try_due(worker) == 2

    assert await run(worker, ended) == (RunStatus.COMPLETED, "", 2)
    assert "Be kind." in str(model.bodies[0].system)
    assert await run(worker, spent) == {("evaluation", "", "support", False)}
    assert await run(worker, AgentRun.objects.count) == 1  # the one of the past
    assert await try_due(worker) == 0


async def test_worker_that_dies_leaves_the_rest_to_others(
    worker: RoomKit, model: FakeAnthropic
) -> None:
    await run(worker, ask_for, model.url, "one", "two")
    gate = threading.Event()
    replies = [Reply(Text("a")), Reply(Text("b")), Reply(Text(Hold(gate), "c"))]
    model.reply_with(*replies)
    dying = asyncio.create_task(try_due(worker))
    await until(is_asked(model, 3))
    dying.cancel()
    await asyncio.wait([dying])
    gate.set()
    assert await run(worker, EvalResult.objects.count) == 1

    assert await try_due(worker) == 1

    assert await run(worker, ended) == (RunStatus.COMPLETED, "", 2)
    assert len(model.bodies) == 5  # of the first case no question is asked twice


async def test_two_workers_do_not_do_the_same(worker: RoomKit, model: FakeAnthropic) -> None:
    await run(worker, ask_for, model.url, "one")
    gate = threading.Event()
    model.reply_with(Reply(Text(Hold(gate), "Slow.")))
    first = asyncio.create_task(try_due(worker))
    await until(is_asked(model, 1))

    assert await try_due(worker) == 0

    gate.set()
    assert await first == 1


async def test_run_that_another_worker_has_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "RENEW_EVERY_S", 0.0)
    store, tenure = InMemoryStore(), background.Tenure(7)
    await store.acquire_lease(tenure.lease, "another", seconds=60)

    await background.renew(store, tenure)

    assert tenure.is_lost


async def test_draft_that_changes_meanwhile_is_not_mixed_with_what_it_was(
    worker: RoomKit, model: FakeAnthropic
) -> None:
    await run(worker, ask_for, model.url, "one")
    await run(worker, lambda: draft_of(AgentConfig.objects.get(), prompt="Be rude."))

    await try_due(worker)

    assert await run(worker, ended) == (RunStatus.FAILED, background.CHANGED, 0)
    assert model.bodies == []


@pytest.mark.parametrize(
    "columns",
    [
        {"scope": "organization", "period": "day"},
        {"scope": "agent", "period": "total"},
    ],
)
async def test_budget_that_is_used_up_ends_it(
    worker: RoomKit, model: FakeAnthropic, columns: dict[str, str]
) -> None:
    await run(worker, ask_for, model.url, "one")
    await run(worker, lambda: Budget.objects.create(limit=0, **columns))

    await try_due(worker)

    status, error, _ = await run(worker, ended)
    assert status == RunStatus.FAILED
    assert "does not allow the call: what the call may cost is more than what is left" in error
    assert (model.bodies, await run(worker, Incident.objects.count)) == ([], 0)
    assert await try_due(worker) == 0


async def test_budgets_of_rooms_are_not_those_of_trials(
    worker: RoomKit, model: FakeAnthropic
) -> None:
    await run(worker, ask_for, model.url, "one")
    await run(worker, lambda: Budget.objects.create(limit=0, scope="room"))

    assert await try_due(worker) == 1

    assert await run(worker, ended) == (RunStatus.COMPLETED, "", 1)


async def test_agent_that_cannot_be_made_is_not_tried_for_ever(
    worker: RoomKit, model: FakeAnthropic
) -> None:
    await run(worker, ask_for, model.url, "one")
    await run(worker, lambda: AgentConfig.objects.update(secrets="broken"))

    await try_due(worker)

    status, error, _ = await run(worker, ended)
    assert status == RunStatus.FAILED
    assert error
