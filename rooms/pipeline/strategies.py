"""How agents work together in rooms that the kit opens, where the host leaves it to the kit."""

from enum import Enum, auto
from typing import Final

from rooms.domain.room import Room
from rooms.pipeline.parts import Parts
from rooms.ports import RoomStrategy

DUE = "_orchestration_due"
"""True in a room's metadata until the kit's strategy is installed in it."""


class Choice(Enum):
    """A choice that is left to the kit."""

    OF_THE_KIT = auto()


OF_THE_KIT: Final = Choice.OF_THE_KIT
"""The strategy that the kit was given, if any."""


class Strategies:
    """Installs strategies in rooms.

    A room that gets the kit's own is marked from its first moment on, so that another process ends
    what one that died has begun.

    Args:
        parts: The shared collaborators.
        kit: The kit, for the strategies.
        default: Its own strategy; None leaves agents to each other.
    """

    def __init__(self, parts: Parts, kit: object, default: RoomStrategy | None) -> None:
        self._parts = parts
        self._kit = kit
        self._default = default

    def enlist(self, strategy: RoomStrategy | None) -> None:
        """Register the agents of a strategy, which this process needs though others open its rooms.

        Raises:
            ValueError: If another channel has the id of one of them.
        """
        if strategy is not None:
            strategy.enlist(self._kit)

    async def install(self, room: Room, strategy: RoomStrategy) -> None:
        """Let a room go by a strategy.

        Raises:
            ValueError: If another channel has the id of one of its agents.
        """
        await strategy.install(self._kit, room.id)

    def mark(self, room: Room) -> Room:
        """Return a room that is about to be opened, with word of what it is to get."""
        if self._default is None:
            return room
        return room.model_copy(update={"metadata": {**room.metadata, DUE: True}})

    async def install_due(self, room: Room) -> bool:
        """Install the kit's strategy in a room that is marked; tell whether it was.

        Raises:
            RoomClosedError: If the room takes no more events.
        """
        default, store = self._default, self._parts.store
        if default is None or not room.metadata.get(DUE):
            return False
        async with self._parts.locks.locked_key(f"strategy:{room.id}"):
            now = await store.get_room(room.id)
            if now is not None and now.metadata.get(DUE):
                await default.install(self._kit, room.id)
                async with self._parts.locks.locked(room.id):
                    await store.patch_room_metadata(room.id, {DUE: False})
        return True
