"""Directives for running turns in the database."""

from django.db import transaction

from channels_app.ai.store import SteeringStore
from channels_app.models import SteerDirective
from channels_app.services.steering import add_directive
from rooms.domain.json import JsonObject
from rooms.selectors.clock import get_database_now
from rooms.stores.orm.executor import DatabaseThreads


class DatabaseSteering(SteeringStore):
    """Keeps directives where the process that runs the turn finds them."""

    def __init__(self, threads: DatabaseThreads) -> None:
        self._threads = threads

    async def add(self, run_id: str, directive: JsonObject) -> None:
        """Put a directive behind those that a run has."""
        await self._threads.run(add_directive, run_id=run_id, directive=directive)

    async def take(self, run_id: str) -> list[JsonObject]:
        """Return the directives nobody has taken yet, in order, each once."""
        return await self._threads.run(_take, run_id)


def _take(run_id: str) -> list[JsonObject]:
    untaken = SteerDirective.objects.untaken().filter(run_id=run_id)
    # Most of the time there are none, which a transaction need not find out.
    return _note_taken(run_id) if untaken.exists() else []


@transaction.atomic
def _note_taken(run_id: str) -> list[JsonObject]:
    untaken = SteerDirective.objects.untaken().filter(run_id=run_id)
    rows = list(untaken.order_by("pk").select_for_update(of=("self",)))
    SteerDirective.objects.filter(pk__in=[row.pk for row in rows]).update(
        applied_at=get_database_now()
    )
    return [row.payload for row in rows]
