"""The pages of what people did and of what went wrong."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from rooms import models
from rooms.admin.base import RecordAdmin
from rooms.admin.filters import OrganizationFilter
from rooms.permissions import RoomPermission, has_permission


@admin.register(models.AuditEntry)
class AuditEntryAdmin(RecordAdmin[models.AuditEntry]):
    """Read who did what; the permission `view_audit` opens it."""

    list_display = ("created_at", "who", "action", "object_type", "object_id", "room_link")
    list_filter = ("action", OrganizationFilter)
    search_fields = ("actor_label", "action", "object_id__exact", "room_id__exact")
    search_help_text = _("Person or action, or a whole id: object, room")
    ordering = ("-id",)
    fields = (
        "created_at",
        "who",
        "action",
        "object_type",
        "object_id",
        "room_link",
        "organization_id",
        "detail",
    )
    readonly_fields = ("who", "room_link")

    @admin.display(description=_("who"), ordering="actor_label")
    def who(self, entry: models.AuditEntry) -> str:
        """Return the name as it was then; the account may be gone."""
        return entry.actor_label or self.empty_value_display

    def has_view_permission(
        self, request: HttpRequest, obj: models.AuditEntry | None = None
    ) -> bool:
        """Ask for the permission of the audit trail, whatever else the user may view."""
        return has_permission(request.user, RoomPermission.VIEW_AUDIT)


@admin.register(models.Incident)
class IncidentAdmin(RecordAdmin[models.Incident]):
    """Read what went wrong and lasted."""

    list_display = (
        "title",
        "kind",
        "channel_id",
        "provider",
        "room_link",
        "started_at",
        "ended_at",
    )
    list_filter = ("kind", ("ended_at", admin.EmptyFieldListFilter), OrganizationFilter)
    search_fields = ("title", "kind", "channel_id", "provider", "detail")
    search_help_text = _("Title, kind, channel, provider or detail")
    date_hierarchy = "started_at"
    ordering = ("-started_at", "-id")
