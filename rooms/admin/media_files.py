"""The pages of kept files: whose each one is, where it came from, and the file itself."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from rooms import models
from rooms.admin.base import RecordAdmin
from rooms.domain.media import safe_name
from rooms.media.links import build_link


@admin.register(models.MediaFile)
class MediaFileAdmin(RecordAdmin[models.MediaFile]):
    """Find a file by its room or message, and fetch it."""

    list_display = (
        "__str__",
        "room_link",
        "event_link",
        "file_link",
        "mime_type",
        "size_bytes",
        "channel_id",
        "created_at",
        "erased_at",
    )
    list_filter = ("erased_at",)
    search_fields = (
        "id__exact",
        "room_id__exact",
        "event_id__exact",
        "message_key__exact",
        "sha256__exact",
        "filename",
    )
    search_help_text = _("File name, or a whole id: file, room, event, message, SHA-256")
    ordering = ("-created_at", "-id")
    fieldsets = (
        (None, {"fields": ("id", "room_link", "event_link", "file_link")}),
        (_("File"), {"fields": ("filename", "mime_type", "size_bytes", "sha256")}),
        (_("Where it comes from"), {"fields": ("channel_id", "message_key", "position")}),
        (
            _("Where it is"),
            {"fields": ("storage_name", "created_at", "stored_at", "erased_at")},
        ),
    )
    readonly_fields = ("room_link", "event_link", "file_link")

    @admin.display(description=_("file"))
    def file_link(self, row: models.MediaFile) -> str:
        """Link to the file, by an address that ends."""
        if row.stored_at is None or row.erased_at is not None:
            return self.empty_value_display
        name = safe_name(row.filename, row.mime_type)
        return format_html('<a href="{}">{}</a>', build_link(row.pk, name), name)
