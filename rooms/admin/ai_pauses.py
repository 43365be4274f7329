"""The page of where no agent is asked: pause an agent or all of them, and lift it again."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from asgiref.sync import async_to_sync
from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_protect

from rooms import models
from rooms.admin.base import UnlockedAdmin, signed_in
from rooms.admin.filters import OrganizationFilter
from rooms.domain.errors import RoomNotFoundError
from rooms.permissions import RoomPermission, has_permission
from rooms.runtime import get_kit

# Only the stubs know it as generic.
if TYPE_CHECKING:
    _Form = forms.ModelForm[models.AIPause]
else:
    _Form = forms.ModelForm


class PauseForm(_Form):
    """What to pause."""

    class Meta:
        model = models.AIPause
        fields = ("organization_id", "channel_id")
        help_texts = {
            "organization_id": _("In rooms of this organization; in all rooms if left empty"),
            "channel_id": _("Id of one agent; all agents if left empty"),
        }

    def clean(self) -> dict[str, Any]:
        """Refuse what is paused already."""
        given: dict[str, Any] = super().clean() or {}
        same = models.AIPause.objects.filter(
            organization_id=given.get("organization_id", ""),
            channel_id=given.get("channel_id", ""),
            room_id=None,
        )
        if same.exists():
            self.add_error(None, _("That is paused already."))
        return given


@admin.register(models.AIPause)
class AIPauseAdmin(UnlockedAdmin[models.AIPause]):
    """See what is paused; pause one agent or all of them at once, and resume them, by the kit."""

    form = PauseForm
    list_display = (
        "__str__",
        "organization_id",
        "room_link",
        "channel_id",
        "paused_by",
        "created_at",
    )
    list_filter = (OrganizationFilter,)
    search_fields = ("channel_id__exact", "room__id__exact", "organization_id__exact")
    search_help_text = _("A whole id: agent, room or organization")
    ordering = ("-created_at", "-id")
    fields = ("organization_id", "channel_id")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Tell whether this user may pause agents everywhere."""
        return has_permission(request.user, RoomPermission.PAUSE_AI_GLOBAL)

    def has_change_permission(
        self, request: HttpRequest, obj: models.AIPause | None = None
    ) -> bool:
        """Refuse: a pause is lifted or not."""
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: models.AIPause | None = None
    ) -> bool:
        """Tell whether this user may lift pauses."""
        return has_permission(request.user, RoomPermission.PAUSE_AI_GLOBAL)

    def save_model(
        self, request: HttpRequest, obj: models.AIPause, form: _Form, change: bool
    ) -> None:
        """Pause, with an audit entry, and tell those who listen."""
        async_to_sync(_pause)(obj, str(signed_in(request).pk))
        obj.pk = models.AIPause.objects.get(
            organization_id=obj.organization_id, room_id=None, channel_id=obj.channel_id
        ).pk

    @method_decorator(csrf_protect)
    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask whether to resume, and do it outside of a transaction."""
        # Django's own `delete_view` is this call inside one.
        delete = self._delete_view  # type: ignore[attr-defined]  # the stubs leave it out
        response: HttpResponse = delete(request, object_id, extra_context)
        return response

    def delete_model(self, request: HttpRequest, obj: models.AIPause) -> None:
        """Resume, with an audit entry, and tell those who listen."""
        async_to_sync(_resume)(obj, str(signed_in(request).pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[models.AIPause]) -> None:
        """Resume one after the other, each with its entry."""
        for row in list(queryset):
            self.delete_model(request, row)


async def _pause(row: models.AIPause, user_id: str) -> None:
    """Pause what a row names; on a server with an event loop that is where the kit lives."""
    await get_kit().pause_ai(
        channel_id=row.channel_id or None,
        organization_id=row.organization_id or None,
        user_id=user_id,
    )


async def _resume(row: models.AIPause, user_id: str) -> None:
    """Lift the pause that a row is; where its room was deleted meanwhile, it went with it."""
    with suppress(RoomNotFoundError):
        await get_kit().resume_ai(
            row.room_id,
            channel_id=row.channel_id or None,
            organization_id=row.organization_id or None,
            user_id=user_id,
        )
