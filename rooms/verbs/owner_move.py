"""What somebody wants to become of a room's owner."""

from collections.abc import Callable
from dataclasses import dataclass

from rooms.domain.commit import OwnerChange
from rooms.domain.enums import OwnerKind
from rooms.domain.ownership import BoundaryCode, OwnerAction
from rooms.domain.room import Room


@dataclass(frozen=True, kw_only=True)
class OwnerMove:
    """A change of owner with the words for it.

    Attributes:
        code: What the timeline says.
        action: What the audit trail says.
        kind: Who answers from then on.
        owner_id: Which person, when it is one.
        by: The user who wants it.
        reason: Why, or what happened before it; for agents to read.
    """

    code: BoundaryCode
    action: OwnerAction
    kind: OwnerKind
    owner_id: str | None = None
    by: str | None = None
    reason: str | None = None

    @property
    def change(self) -> OwnerChange:
        """The change as the store makes it."""
        return OwnerChange(kind=self.kind, owner_id=self.owner_id, by=self.by, action=self.action)


Decision = Callable[[Room], OwnerMove | None]
"""Says what to make of a room as it is under its lock; None leaves it, an exception refuses."""
