"""Whether the database takes writes, what its clock says, and how far its work is behind."""

from datetime import datetime
from time import monotonic

from channels.db import database_sync_to_async
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min, Q
from django.utils import timezone

from rooms.domain.frozen import Frozen
from rooms.domain.job import DeliveryState
from rooms.models import Delivery, Lease, Room
from rooms.selectors.clock import get_database_now
from rooms.topology import rooms_alias

# Counting takes long where there are many rows; the server must not go on when nobody waits.
COUNTING_MS = 2500
# No room has it: the statement takes the path of a write and changes nothing.
_NO_ROOM = ""


class DatabaseSigns(Frozen):
    """What the database tells of itself.

    Attributes:
        write_ms: How long a transaction that writes took.
        ahead_ms: How much its clock is ahead of this host's; negative when behind.
        oldest_due_job_s: How late the oldest delivery is that nobody works on; None without one.
        leader: The process that holds the named lease, None if no living one does.
        leads_until: When that ends unless it is renewed.
    """

    write_ms: float
    ahead_ms: float
    oldest_due_job_s: float | None = None
    leader: str | None = None
    leads_until: datetime | None = None


class OutboxCounts(Frozen):
    """How many deliveries are open, were given up, or went out with an unknown end."""

    open: int
    failed: int
    unknown: int


async def probe_database(lease_name: str) -> DatabaseSigns:
    """Write to the database, and return what it tells of its clock, its work and one lease.

    Raises:
        django.db.Error: If the database cannot be reached or takes no writes.
    """
    return await database_sync_to_async(_probe)(lease_name)


async def count_outbox() -> OutboxCounts:
    """Count the deliveries by state, which may take seconds.

    Raises:
        django.db.Error: If the database cannot be reached, or is too slow.
    """
    return await database_sync_to_async(_count)()


async def count_missing_migrations() -> int:
    """Return how many migrations were not applied.

    Raises:
        django.db.Error: If the database cannot be reached.
    """
    return await database_sync_to_async(_count_missing_migrations)()


def _probe(lease_name: str) -> DatabaseSigns:
    asked_at = timezone.now()
    now = get_database_now()
    answered_at = timezone.now()
    began = monotonic()
    with transaction.atomic():
        Room.objects.filter(pk=_NO_ROOM).update(updated_at=now)
    write_ms = round((monotonic() - began) * 1000, 1)
    waiting = Delivery.objects.takeable(now).aggregate(oldest=Min("due_at"))
    oldest: datetime | None = waiting["oldest"]
    lease = Lease.objects.filter(name=lease_name, until__gt=now).first()
    halfway = asked_at + (answered_at - asked_at) / 2
    return DatabaseSigns(
        write_ms=write_ms,
        ahead_ms=round((now - halfway).total_seconds() * 1000, 1),
        oldest_due_job_s=None if oldest is None else (now - oldest).total_seconds(),
        leader=lease.owner if lease else None,
        leads_until=lease.until if lease else None,
    )


def _count() -> OutboxCounts:
    failed, unknown = DeliveryState.FAILED.value, DeliveryState.UNKNOWN.value
    with transaction.atomic():
        _limit_statements()
        ended = Delivery.objects.aggregate(
            failed=Count("pk", filter=Q(state=failed)),
            unknown=Count("pk", filter=Q(state=unknown)),
        )
        return OutboxCounts(open=Delivery.objects.open().count(), **ended)


def _limit_statements() -> None:
    connection = connections[rooms_alias()]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(COUNTING_MS)])


def _count_missing_migrations() -> int:
    executor = MigrationExecutor(connections[rooms_alias()])
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
