"""The page of addresses that want no more webhooks, where they can be opened again."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from channels_app.models import ClosedEndpoint
from channels_app.services.closed_endpoints import reopen_endpoints
from rooms.admin.base import RecordAdmin, signed_in
from rooms.admin.filters import OrganizationFilter
from rooms.permissions import RoomPermission, has_permission


@admin.register(ClosedEndpoint)
class ClosedEndpointAdmin(RecordAdmin[ClosedEndpoint]):
    """Read which addresses answered 410 Gone, and have them posted to again."""

    list_display = ("host", "closed_at", "room_id", "digest")
    list_filter = (OrganizationFilter,)
    search_fields = ("host", "room_id__exact")
    ordering = ("-closed_at",)
    actions = ("open_again",)
    fields = ("host", "closed_at", "room_id", "digest", "organization_id")

    def has_reopen_permission(self, request: HttpRequest) -> bool:
        """Tell whether this user may have an address posted to again."""
        return has_permission(request.user, RoomPermission.MANAGE_CHANNELS)

    @admin.action(description=_("Post to it again"), permissions=["reopen"])
    def open_again(self, request: HttpRequest, queryset: QuerySet[ClosedEndpoint]) -> None:
        """Open the chosen addresses; what was refused meanwhile is retried by hand."""
        chosen = list(queryset.values_list("pk", flat=True))
        count = reopen_endpoints(digests=chosen, actor=signed_in(request))
        text = ngettext(
            "%(count)d address is posted to again.",
            "%(count)d addresses are posted to again.",
            count,
        )
        self.message_user(request, text % {"count": count}, messages.SUCCESS)
