"""Whether the database takes writes, and how far its work is behind."""

from datetime import datetime

from channels.db import database_sync_to_async
from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from rooms.models import Delivery, Room

# No room has it: the statement takes the path of a write and changes nothing.
_NO_ROOM = ""


async def probe_database() -> float | None:
    """Write to the database, and return how many seconds the oldest due job is late.

    None means that no job is waiting.

    Raises:
        django.db.Error: If the database cannot be reached or takes no writes.
    """
    return await database_sync_to_async(_probe)()


def _probe() -> float | None:
    now = timezone.now()
    with transaction.atomic():
        Room.objects.filter(pk=_NO_ROOM).update(updated_at=now)
    waiting = Delivery.objects.takeable(now).aggregate(oldest=Min("due_at"))
    oldest: datetime | None = waiting["oldest"]
    return None if oldest is None else (now - oldest).total_seconds()
