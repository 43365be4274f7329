"""The pages of webhooks: what came, what became of it, and handling again what failed."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from channels_app.models import WebhookReceipt
from channels_app.services.receipts import retry_receipts
from rooms.admin.base import RecordAdmin, signed_in
from rooms.admin.filters import OrganizationFilter
from rooms.permissions import RoomPermission, has_permission

SHOWN_BYTES = 20_000


@admin.register(WebhookReceipt)
class WebhookReceiptAdmin(RecordAdmin[WebhookReceipt]):
    """Read what vendors posted, and have it handled again once the cause of a failure is gone."""

    list_display = (
        "id",
        "received_at",
        "channel_id",
        "provider",
        "state",
        "attempts",
        "due_at",
        "error",
    )
    list_filter = ("state", OrganizationFilter)
    search_fields = ("channel_id__exact", "provider", "lane__exact", "error")
    search_help_text = _("A whole id of a channel, a sender's address, or words of an error")
    ordering = ("-id",)
    actions = ("handle_again",)
    fields = (
        "channel_id",
        "provider",
        "lane",
        "state",
        "error",
        "attempts",
        "received_at",
        "due_at",
        "url",
        "headers",
        "text",
        "organization_id",
    )
    readonly_fields = ("text",)

    @admin.display(description=_("body"))
    def text(self, receipt: WebhookReceipt) -> str:
        """Return the beginning of the body; what is no text is shown as far as it goes."""
        return bytes(receipt.body[:SHOWN_BYTES]).decode(errors="replace")

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Tell whether this user may have webhooks handled again."""
        return has_permission(request.user, RoomPermission.RETRY_DELIVERY)

    @admin.action(description=_("Handle again"), permissions=["retry"])
    def handle_again(self, request: HttpRequest, queryset: QuerySet[WebhookReceipt]) -> None:
        """Make those of the chosen webhooks due that were given up."""
        chosen = list(queryset.values_list("pk", flat=True))
        count = retry_receipts(receipt_ids=chosen, actor=signed_in(request))
        text = ngettext(
            "%(count)d webhook will be handled again.",
            "%(count)d webhooks will be handled again.",
            count,
        )
        self.message_user(
            request, text % {"count": count}, messages.SUCCESS if count else messages.WARNING
        )
