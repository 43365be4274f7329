"""Which skills are in force, in the database."""

from django.db import IntegrityError, transaction

from channels_app.ai.store import ActivationStore
from channels_app.models import SkillActivation
from rooms.selectors.clock import get_database_now
from rooms.stores.orm.executor import DatabaseThreads


class DatabaseActivations(ActivationStore):
    """Keeps active skills by room and agent."""

    def __init__(self, threads: DatabaseThreads) -> None:
        self._threads = threads

    async def active(self, room_id: str, channel_id: str) -> list[str]:
        """Return the active skills, the one activated last at the end."""
        return await self._threads.run(_active, room_id, channel_id)

    async def activate(self, room_id: str, channel_id: str, name: str) -> bool:
        """Put a skill in force; False if it was already (it then counts as activated last)."""
        return await self._threads.run(_activate, room_id, channel_id, name)


def _active(room_id: str, channel_id: str) -> list[str]:
    rows = SkillActivation.objects.filter(room_id=room_id, channel_id=channel_id)
    return list(rows.order_by("pk").values_list("name", flat=True))


@transaction.atomic
def _activate(room_id: str, channel_id: str, name: str) -> bool:
    known = SkillActivation.objects.filter(room_id=room_id, channel_id=channel_id, name=name)
    # The number of the new row puts it at the end.
    was_active = known.delete()[0] > 0
    try:
        with transaction.atomic():
            known.create(
                room_id=room_id,
                channel_id=channel_id,
                name=name,
                activated_at=get_database_now(),
            )
    except IntegrityError:
        # Another process of this moment put it there, unless the room is gone.
        if not known.exists():
            raise
        return False
    return not was_active
