"""The pages of deliveries: what is on its way, what failed, and trying again."""

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rooms import models
from rooms.admin.base import RecordAdmin, signed_in
from rooms.admin.provider_messages import pass_over_replaced, with_reports
from rooms.domain.provider_message import MessageStatus
from rooms.models.delivery import DeliveryQuerySet
from rooms.permissions import RoomPermission, has_permission
from rooms.services.deliveries import retry_deliveries

CONFIRMED = "confirmed"


@admin.register(models.Delivery)
class DeliveryAdmin(RecordAdmin[models.Delivery]):
    """Read what was sent to whom, and try again what failed."""

    list_display = (
        "id",
        "room_link",
        "event_link",
        "channel_id",
        "kind",
        "state",
        "reported",
        "attempts",
        "due_at",
        "error_code",
    )
    list_filter = ("state", "kind")
    search_fields = (
        "id__exact",
        "room__id__exact",
        "event__id__exact",
        "channel_id__exact",
        "provider_message_id__exact",
        "error_code__exact",
        "error_message",
    )
    search_help_text = _("Words of an error, or a whole id: room, event, channel, provider's id")
    ordering = ("-due_at", "-id")
    actions = ("try_again",)
    fieldsets = (
        (None, {"fields": ("room_link", "event_link", "channel_id", "kind", "state", "reported")}),
        (_("Attempts"), {"fields": ("attempts", "due_at", "error_code", "error_message")}),
        (_("Fallback"), {"fields": ("fallback_for", "follow_up_at")}),
        (
            _("Details"),
            {
                "classes": ("collapse",),
                "fields": (
                    "id",
                    "event_index",
                    "owner_epoch",
                    "lease_owner",
                    "lease_until",
                    "provider_message_id",
                    "traceparent",
                ),
            },
        ),
    )
    readonly_fields = ("room_link", "event_link", "reported")

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Delivery]:
        """Return the rows this user may see, with what the providers report of them."""
        return with_reports(super().get_queryset(request))

    @admin.display(description=_("reported"))
    def reported(self, row: models.Delivery) -> str | None:
        """Return how far the provider says the message came."""
        status: str | None = getattr(row, "reported", None)
        return status and MessageStatus(status).name.capitalize()

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Return the page of the list, with reports on what was sent last."""
        page = super().get_changelist_instance(request)
        pass_over_replaced(page.result_list)
        return page

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> models.Delivery | None:
        """Return one delivery, with reports on what was sent last."""
        row = super().get_object(request, object_id, from_field)
        pass_over_replaced([row] if row else [])
        return row

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Tell whether this user may try deliveries again."""
        return has_permission(request.user, RoomPermission.RETRY_DELIVERY)

    @admin.action(description=_("Try again"), permissions=["retry"])
    def try_again(
        self, request: HttpRequest, queryset: QuerySet[models.Delivery]
    ) -> TemplateResponse | None:
        """Ask once, then make those of the chosen deliveries due that did not surely arrive."""
        chosen = models.Delivery.objects.filter(pk__in=queryset.values("pk"))
        if CONFIRMED not in request.POST:
            return self._ask(request, chosen)
        repeatable = list(chosen.repeatable().values_list("pk", flat=True))
        retried = retry_deliveries(delivery_ids=repeatable, actor=signed_in(request))
        count = len(retried)
        text = ngettext(
            "%(count)d delivery will be tried again.",
            "%(count)d deliveries will be tried again.",
            count,
        )
        self.message_user(
            request, text % {"count": count}, messages.SUCCESS if count else messages.WARNING
        )
        return None

    def _ask(self, request: HttpRequest, chosen: DeliveryQuerySet) -> TemplateResponse:
        failed, unknown = chosen.failed().count(), chosen.unknown().count()
        return TemplateResponse(
            request,
            "rooms/admin/try_again.html",
            {
                **self.admin_site.each_context(request),
                "title": _("Try deliveries again?"),
                "opts": self.opts,
                "failed": failed,
                "unknown": unknown,
                "others": chosen.count() - failed - unknown,
                # What was chosen goes round once more as it came; "all of them" stays that.
                "checkbox": ACTION_CHECKBOX_NAME,
                "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
                "select_across": request.POST.get("select_across", "0"),
                "confirmed": CONFIRMED,
            },
        )
