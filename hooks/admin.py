"""Read-only admin of the hooks that blocked or failed."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from hooks.models import HookRun

SHORT_REASON_CHARS = 80

# Only the stubs know it as generic.
if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[HookRun]
else:
    _ModelAdmin = admin.ModelAdmin


@admin.register(HookRun)
class HookRunAdmin(_ModelAdmin):
    """Show the record; nobody adds to it or takes from it by hand."""

    list_display = (
        "created_at",
        "outcome",
        "hook_name",
        "trigger",
        "room_id",
        "short_reason",
        "duration_ms",
        "organization_id",
    )
    list_filter = ("outcome", "trigger")
    search_fields = ("hook_name", "room_id", "event_id", "reason")
    search_help_text = _("Hook, room, event or reason")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    list_per_page = 50
    show_full_result_count = False

    @admin.display(description=_("reason"))
    def short_reason(self, row: HookRun) -> str:
        """Return the start of the reason; the row's own page has all of it."""
        return Truncator(row.reason).chars(SHORT_REASON_CHARS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: rows are written by the engine's owner."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: HookRun | None = None) -> bool:
        """Refuse: a record that can be edited proves nothing."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: HookRun | None = None) -> bool:
        """Refuse: what a hook stopped stays on record."""
        return False
