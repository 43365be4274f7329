"""The pages of sources: which process runs each one, and how it is doing."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from rooms import models
from rooms.admin.base import RecordAdmin
from rooms.admin.filters import OrganizationFilter

QR, PAIR_CODE = "qr", "pair_code"
"""What a source shows in its metadata while a phone has to be linked to it."""

LOOK_EVERY_S = 10


@admin.register(models.SourceState)
class SourceStateAdmin(RecordAdmin[models.SourceState]):
    """See whether messages are being fetched, and why not."""

    list_display = (
        "channel_id",
        "status",
        "connected_at",
        "last_message_at",
        "messages_received",
        "error",
        "node",
    )
    list_filter = ("status", OrganizationFilter)
    search_fields = ("channel_id__exact", "node__exact", "error")
    search_help_text = _("A whole id of a channel or process, or words of an error")
    ordering = ("channel_id",)
    readonly_fields = ("pairing",)
    fieldsets = (
        (None, {"fields": ("channel_id", "organization_id", "status", "error", "node", "pairing")}),
        (_("Messages"), {"fields": ("connected_at", "last_message_at", "messages_received")}),
        (_("Details"), {"fields": ("metadata", "cursor")}),
    )

    @admin.display(description=_("link a phone"))
    def pairing(self, row: models.SourceState) -> str:
        """Show what a phone is linked by, while the source waits for that."""
        if code := row.metadata.get(PAIR_CODE):
            return format_html("<strong>{}</strong>", code)
        code = row.metadata.get(QR)
        return draw_qr(str(code)) if code else ""

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **more: Any) -> Any:
        """Show one source; while a phone has to be linked, the page follows what links it."""
        response: HttpResponse = super().change_view(request, object_id, *args, **more)
        row = self.get_object(request, object_id)
        if row is not None and {QR, PAIR_CODE} & row.metadata.keys():
            response.headers["Refresh"] = str(LOOK_EVERY_S)
        return response


def draw_qr(text: str) -> SafeString:
    """Return a text as a picture for phones; as it is where no package draws one."""
    try:
        # It comes with the extra of the only sources that need it.
        import segno  # noqa: PLC0415
    except ImportError:
        return format_html("<code>{}</code>", text)
    # Made of squares, whatever the text is.
    return SafeString(segno.make_qr(text).svg_inline(scale=5, light="white"))
