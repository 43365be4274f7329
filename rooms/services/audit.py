"""Writes of the audit trail: who did what to which row."""

from collections.abc import Mapping
from enum import StrEnum

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Model

from rooms import models
from rooms.models.columns import ID_LENGTH


class AuditAction(StrEnum):
    """What people do that is written down here; an app above has words of its own."""

    DELIVERY_RETRIED = "delivery_retried"
    ROOM_CONFIGURED = "room_configured"
    BINDING_REGULATED = "binding_regulated"
    SEND_SCHEDULED = "send_scheduled"
    SEND_CANCELED = "send_canceled"
    ADDRESS_OPTED_OUT = "address_opted_out"
    ADDRESS_OPTED_IN = "address_opted_in"
    IDENTITIES_MERGED = "identities_merged"
    MERGE_UNDONE = "merge_undone"


def build_entry(
    *,
    actor: AbstractBaseUser | None,
    action: str,
    row: Model,
    organization_id: str,
    detail: Mapping[str, object],
    room_id: str | None = None,
) -> models.AuditEntry:
    """Build the entry about one row; the caller's transaction stores it.

    Args:
        actor: Who did it; the name is kept for when the account is gone. None if it was no account.
        action: A word such as those of `AuditAction`.
        row: What it was done to.
        organization_id: Whose the row is.
        detail: What changed; only what JSON can hold, and nothing that people wrote.
        room_id: The room it belongs to, if it belongs to one.
    """
    return models.AuditEntry(
        organization_id=organization_id,
        actor_id=actor.pk if actor else None,
        actor_label=actor.get_username()[:ID_LENGTH] if actor else "",
        action=str(action),
        object_type=str(row._meta.model_name),
        object_id=str(row.pk),
        room_id=room_id,
        detail=dict(detail),
    )


def describe_changes(row: object, changes: Mapping[str, object]) -> dict[str, object]:
    """Return (old, new) of each column that would get another value."""
    return {
        name: [getattr(row, name), value]
        for name, value in changes.items()
        if getattr(row, name) != value
    }
