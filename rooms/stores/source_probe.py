"""Whether sources are run by anybody, asked from async code."""

from channels.db import database_sync_to_async

from rooms.domain.frozen import Frozen
from rooms.domain.source import SourceStatus, lease_of
from rooms.models import Lease, SourceState
from rooms.selectors.clock import get_database_now


class SourceSigns(Frozen):
    """What the database tells of one source.

    Attributes:
        is_run: Whether a living process has its lease.
    """

    name: str
    is_run: bool
    status: SourceStatus
    error: str | None


async def probe_sources() -> dict[str, SourceSigns]:
    """Return what is known of the sources that were ever run, by what they are attached as.

    Raises:
        django.db.Error: If the database cannot be reached.
    """
    return await database_sync_to_async(_probe)()


def _probe() -> dict[str, SourceSigns]:
    states = {row.channel_id: row for row in SourceState.objects.all()}
    names = [lease_of(name) for name in states]
    alive = Lease.objects.filter(name__in=names, until__gt=get_database_now())
    held = set(alive.values_list("name", flat=True))
    return {
        name: SourceSigns(
            name=name,
            is_run=lease_of(name) in held,
            status=SourceStatus(row.status),
            error=row.error,
        )
        for name, row in states.items()
    }
