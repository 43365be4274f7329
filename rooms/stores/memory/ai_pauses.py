"""Where no agent is asked."""

from rooms.domain.ownership import AIPause
from rooms.stores.memory.copies import private_copy
from rooms.stores.memory.tables import PlaceKey, Tables


class PauseTable:
    """Keeps one pause a place."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def add_ai_pause(self, pause: AIPause) -> bool:
        """Ask no agent in a place from now on; tell whether that is new.

        Raises:
            RoomNotFoundError: If it names a room that does not exist.
        """
        if pause.room_id is not None:
            self._tables.record(pause.room_id)
        key = _key(pause)
        if key in self._tables.ai_pauses:
            return False
        self._tables.ai_pauses[key] = private_copy(pause)
        return True

    def remove_ai_pause(self, pause: AIPause) -> bool:
        """Lift the pause of exactly this place; tell whether there was one."""
        return self._tables.ai_pauses.pop(_key(pause), None) is not None

    def is_ai_paused(self, room_id: str, channel_id: str) -> bool:
        """Tell whether an agent must not be asked in a room."""
        record = self._tables.rooms.get(room_id)
        organization_id = record.room.organization_id if record else None
        return any(
            pause.room_id in (None, room_id)
            and pause.channel_id in (None, channel_id)
            and pause.organization_id in (None, organization_id)
            for pause in self._tables.ai_pauses.values()
        )


def _key(pause: AIPause) -> PlaceKey:
    return pause.organization_id, pause.room_id, pause.channel_id
