"""Trials that people have started in the admin, done by whichever worker takes them.

What was done is in rows, case by case: when a worker dies, another one goes on behind the last
case that has a result.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pydantic import ValidationError

from channels_app.ai.ledger import BudgetExceeded
from channels_app.configured.building import BrokenConfig
from channels_app.evaluation.results import keep_result
from channels_app.evaluation.running import Entry, enter, read_case
from channels_app.models import EvalCase, EvalRun
from channels_app.selectors.evaluations import next_case
from channels_app.services.evaluations import begin_evaluation, end_evaluation
from rooms.domain.errors import StoreUnavailableError
from rooms.domain.frozen import new_id
from rooms.kit import RoomKit
from rooms.stores.base import ConversationStore
from rooms.stores.orm import OrmStore
from rooms.stores.orm.executor import DatabaseThreads

logger = logging.getLogger("roomkit.channels.evaluation")

CHORE = "evaluations"
LEASE_S = 60.0
RENEW_EVERY_S = 20.0
GONE = "the version was deleted"
CHANGED = "the draft was changed meanwhile: try it again"


@dataclass
class Tenure:
    """A run that one worker has taken.

    Attributes:
        owner: Names the worker for this run only: one process may sweep twice at a time.
        is_lost: Whether another worker may have it now.
    """

    run_id: int
    owner: str = field(default_factory=new_id)
    is_lost: bool = False

    @property
    def lease(self) -> str:
        """The name of the lease."""
        return f"roomkit:evaluation:{self.run_id}"


async def try_due(kit: RoomKit) -> int:
    """Do the worker's chore: try the versions that people have asked for.

    Returns:
        How many cases were tried.
    """
    store = kit.store
    if not isinstance(store, OrmStore):
        return 0
    tried = 0
    for run_id in await store.threads.run(_list_due):
        async with _taken(store, run_id) as tenure:
            tried += await _try_cases(store, tenure) if tenure else 0
    return tried


@asynccontextmanager
async def _taken(store: OrmStore, run_id: int) -> AsyncIterator[Tenure | None]:
    """Hold a run, if no other worker does."""
    tenure = Tenure(run_id)
    if not await store.acquire_lease(tenure.lease, tenure.owner, seconds=LEASE_S):
        yield None
        return
    renewing = asyncio.create_task(renew(store, tenure))
    try:
        yield tenure
    finally:
        renewing.cancel()
        await asyncio.wait([renewing])
        await store.release_lease(tenure.lease, tenure.owner)


async def renew(store: ConversationStore, tenure: Tenure) -> None:
    """Keep a run until cancelled, or until another worker may have it."""
    try:
        while not tenure.is_lost:
            await asyncio.sleep(RENEW_EVERY_S)
            has_it = await store.acquire_lease(tenure.lease, tenure.owner, seconds=LEASE_S)
            tenure.is_lost = not has_it
    except StoreUnavailableError:
        tenure.is_lost = True


async def _try_cases(store: OrmStore, tenure: Tenure) -> int:
    tried = 0
    try:
        while not tenure.is_lost:
            found = await store.threads.run(_next, tenure.run_id, store.threads)
            if found is None:
                break
            entry, case = found
            outcome = await entry.trial.run(read_case(case))
            await store.threads.run(keep_result, tenure.run_id, case.pk, outcome)
            tried += 1
    except StoreUnavailableError:
        raise
    except (BrokenConfig, BudgetExceeded, ValidationError) as problem:
        await store.threads.run(end_evaluation, run_id=tenure.run_id, error=str(problem))
    except Exception as error:  # tried again with every sweep it would cost money for ever
        logger.exception("evaluation failed", extra={"run_id": tenure.run_id})
        said = type(error).__name__
        await store.threads.run(end_evaluation, run_id=tenure.run_id, error=said)
    return tried


def _list_due() -> list[int]:
    return list(EvalRun.objects.due().order_by("started_at").values_list("pk", flat=True))


def _next(run_id: int, threads: DatabaseThreads) -> tuple[Entry, EvalCase] | None:
    """Return the next case of a run and who is tried; None once it has ended."""
    run = EvalRun.objects.due().select_related("version__agent").filter(pk=run_id).first()
    if run is None:
        return None
    version = run.version
    problem = GONE if version is None else ""
    if version is not None and version.sha256 != run.version_sha256:
        problem = CHANGED
    case = None if problem else next_case(run=run)
    if version is None or case is None:
        end_evaluation(run_id=run_id, error=problem)
        return None
    begin_evaluation(run_id=run_id)
    return enter(version, threads), case
