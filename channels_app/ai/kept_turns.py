"""Turns made for earlier questions, so that an event is put into words once, not every time."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from channels_app.providers.base.ai import AIMessage
from rooms.domain.event import RoomEvent


class KeptTurn(NamedTuple):
    """One event as a turn; None where it may not be told or says nothing."""

    event: RoomEvent
    message: AIMessage | None


TurnKey: TypeAlias = tuple[int, bool, str | None]
"""The event's identity in memory, whether pictures are shown, the name before its words if any."""


class KeptTurns:
    """The turns one agent's model was given with the last question of each room.

    Nothing here can be out of date. Events never change: a message that was edited, blocked or
    deleted is another object, and as a kept turn holds its event, no other object can have its
    identity. The name of who said it may change, and is part of the key.

    Args:
        max_rooms: How many rooms are kept; those that were silent longest go first.
    """

    def __init__(self, *, max_rooms: int = 1024) -> None:
        self._max_rooms = max_rooms
        self._rooms: OrderedDict[str, Mapping[TurnKey, KeptTurn]] = OrderedDict()

    def of(self, room_id: str) -> Mapping[TurnKey, KeptTurn]:
        """Return the turns of a room's last question, or none."""
        return self._rooms.get(room_id, {})

    def keep(self, room_id: str, turns: Mapping[TurnKey, KeptTurn]) -> None:
        """Keep the turns of a room's newest question and let go of all others it had."""
        self._rooms[room_id] = turns
        self._rooms.move_to_end(room_id)
        if len(self._rooms) > self._max_rooms:
            self._rooms.popitem(last=False)

    def forget(self, room_id: str) -> None:
        """Let go of a room."""
        self._rooms.pop(room_id, None)

    def clear(self) -> None:
        """Let go of every room."""
        self._rooms.clear()
