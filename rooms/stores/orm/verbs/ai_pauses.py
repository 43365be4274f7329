"""Where no agent is asked."""

from rooms import models
from rooms.domain.ownership import AIPause
from rooms.services import ownership as writes


def add_ai_pause(pause: AIPause) -> bool:
    """Ask no agent in a place from now on; tell whether that is new.

    Raises:
        RoomNotFoundError: If it names a room that does not exist.
    """
    return writes.add_ai_pause(pause=pause)


def remove_ai_pause(pause: AIPause) -> bool:
    """Lift the pause of exactly this place; tell whether there was one."""
    return writes.remove_ai_pause(pause=pause)


def is_ai_paused(room_id: str, channel_id: str) -> bool:
    """Tell whether an agent must not be asked in a room, by any of the pauses it is under."""
    return models.AIPause.objects.over(room_id, channel_id).exists()
