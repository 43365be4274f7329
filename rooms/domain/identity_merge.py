"""Two identities that turned out to be one person, and how to tell them apart again."""

from datetime import datetime, timedelta

from pydantic import Field

from rooms.domain.frozen import Frozen, new_id, utc_now
from rooms.domain.identity import Identity

UNDO_WITHIN = timedelta(days=30)

FILLED_FIELDS = ("display_name", "email", "phone", "external_id")
"""What a survivor takes over where it has nothing itself."""


class IdentityMerge(Frozen):
    """What a merge has moved from one identity to another, so that it can be undone.

    Attributes:
        survivor_id: The identity that goes on.
        merged_id: The identity that was taken in; it stays, and leads to the survivor.
        merged_by: Who did it, as the host names its users.
        addresses: (channel type, address) of each address that moved.
        participants: (room id, participant id) of each participant that moved.
        filled: Fields of the survivor that were empty, with what they were filled with.
        external_ids: Entries that the survivor's `external_ids` had not.
    """

    id: str = Field(default_factory=new_id)
    organization_id: str | None = None
    survivor_id: str
    merged_id: str
    merged_at: datetime = Field(default_factory=utc_now)
    merged_by: str | None = None
    reason: str | None = None
    undone_at: datetime | None = None
    undone_by: str | None = None
    addresses: list[tuple[str, str]] = []
    participants: list[tuple[str, str]] = []
    filled: dict[str, str] = {}
    external_ids: dict[str, str] = {}

    @property
    def undo_until(self) -> datetime:
        """The last moment at which the merge can be undone."""
        return self.merged_at + UNDO_WITHIN

    def why_not_undone(self, merged: Identity, survivor: Identity, *, now: datetime) -> str | None:
        """Return why the merge cannot be undone at a moment, or None if it can."""
        if self.undone_at is not None:
            return f"merge {self.id!r} was undone already"
        if survivor.merged_into is not None:
            return (
                f"identity {survivor.id!r} was itself merged into {survivor.merged_into!r} later: "
                "undo that merge first"
            )
        if now > self.undo_until:
            return (
                f"merge {self.id!r} is older than {UNDO_WITHIN.days} days: give the addresses back "
                "by hand"
            )
        return None if merged.merged_into == survivor.id else f"merge {self.id!r} is not in force"


def why_not_merged(survivor: Identity, merged: Identity) -> str | None:
    """Return why two identities of one organization cannot become one, or None if they can."""
    if survivor.id == merged.id:
        return f"identity {survivor.id!r} cannot be merged into itself: name two identities"
    for identity in (survivor, merged):
        if identity.merged_into is not None:
            return (
                f"identity {identity.id!r} was merged into {identity.merged_into!r} already: name "
                "that one instead"
            )
    return None


def take_over(survivor: Identity, merged: Identity) -> tuple[dict[str, str], dict[str, str]]:
    """Return what a survivor lacks and the other has: fields, and entries of `external_ids`."""
    filled = {
        name: value
        for name in FILLED_FIELDS
        if not getattr(survivor, name) and (value := getattr(merged, name))
    }
    known = survivor.external_ids
    return filled, {key: value for key, value in merged.external_ids.items() if key not in known}


def after_merge(survivor: Identity, merge: IdentityMerge) -> Identity:
    """Return a survivor with what it has taken over."""
    external_ids = {**survivor.external_ids, **merge.external_ids}
    return survivor.model_copy(update={**merge.filled, "external_ids": external_ids})


def after_undo(survivor: Identity, merge: IdentityMerge) -> Identity:
    """Return a survivor without what it had taken over; what was changed since then stays."""
    emptied: dict[str, object] = {
        name: None for name, value in merge.filled.items() if getattr(survivor, name) == value
    }
    taken = merge.external_ids.items()
    kept = dict(each for each in survivor.external_ids.items() if each not in taken)
    return survivor.model_copy(update={**emptied, "external_ids": kept})
