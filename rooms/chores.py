"""What the worker does besides deliveries: chores that apps above this one register.

A chore finds its own work in rows and takes it by lease, since every worker runs every chore.
"""

from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

from rooms.kit import RoomKit

Chore: TypeAlias = Callable[[RoomKit], Coroutine[Any, Any, int]]
"""Does what is due now and returns how much that was."""

_chores: dict[str, Chore] = {}


def register_chore(name: str, chore: Chore) -> None:
    """Have every worker run a chore with each sweep; a name registered again is replaced."""
    _chores[name] = chore


def get_chore(name: str) -> Chore:
    """Return a registered chore.

    Raises:
        LookupError: If none has this name, as when a worker runs older code.
    """
    try:
        return _chores[name]
    except KeyError:
        raise LookupError(f"no chore {name!r}: registered are {sorted(_chores)}") from None


def registered_chores() -> tuple[Chore, ...]:
    """Return the chores in the order of their registration."""
    return tuple(_chores.values())
