"""The row of what a person did: written once, never changed."""

from collections.abc import Iterable
from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models
from django.db.models.base import ModelBase

from rooms.domain.errors import RoomKitError
from rooms.models.columns import ID_LENGTH, optional_text, organization_column
from rooms.models.scoped import ScopedQuerySet


class AppendOnlyError(RoomKitError, TypeError):
    """Audit entries can only be added."""

    def __init__(self, action: str) -> None:
        super().__init__(
            f"audit entries are append-only, {action} is refused: add an entry that sets it right"
        )


class AuditEntryQuerySet(ScopedQuerySet["AuditEntry"]):
    """Entries to read and to add; everything that changes rows is refused."""

    organization_path: ClassVar[str] = "organization_id"

    def of_room(self, room_id: str) -> "AuditEntryQuerySet":
        """Keep the entries about one room, which may be gone."""
        return self.filter(room_id=room_id)

    def update(self, **_columns: Any) -> NoReturn:
        """Refuse. Raises: AppendOnlyError: Always."""
        raise AppendOnlyError("update()")

    def bulk_update(self, *_args: Any, **_options: Any) -> NoReturn:
        """Refuse. Raises: AppendOnlyError: Always."""
        raise AppendOnlyError("bulk_update()")

    def delete(self) -> NoReturn:
        """Refuse. Raises: AppendOnlyError: Always."""
        raise AppendOnlyError("delete()")


class AuditEntry(models.Model):
    """Who did what to which object, and when.

    Ids are texts, not foreign keys, so that an entry outlives what it is about. `actor_label` keeps
    the actor's name when the account is gone.
    """

    organization_id = organization_column()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="roomkit_audit_entries",
    )
    actor_label = models.CharField(max_length=ID_LENGTH, default="", blank=True)
    action = models.CharField(max_length=ID_LENGTH)
    object_type = models.CharField(max_length=ID_LENGTH)
    object_id = models.CharField(max_length=ID_LENGTH)
    room_id = optional_text()
    detail = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = (
            models.Index(name="rk_audit_list", fields=["organization_id", "created_at", "id"]),
            models.Index(name="rk_audit_room", fields=["room_id", "created_at"]),
            models.Index(name="rk_audit_object", fields=["object_type", "object_id"]),
        )

    def __str__(self) -> str:
        return f"{self.pk}: {self.action} {self.object_type} {self.object_id}"

    def save(
        self,
        *,
        force_insert: bool | tuple[ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        """Insert the entry.

        Raises:
            AppendOnlyError: If it is stored already.
        """
        if not self._state.adding or force_update or update_fields is not None:
            raise AppendOnlyError("save() of a stored entry")
        # A hand-set primary key must not turn the insert into an update.
        super().save(force_insert=force_insert or True, using=using)

    def delete(self, using: str | None = None, keep_parents: bool = False) -> NoReturn:
        """Refuse. Raises: AppendOnlyError: Always."""
        raise AppendOnlyError("delete()")
