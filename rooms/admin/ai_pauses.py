"""The page of where no agent is asked: pause an agent or all of them, and lift it again."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from rooms import models
from rooms.admin.base import ScopedAdmin, signed_in
from rooms.admin.filters import OrganizationFilter
from rooms.domain.ownership import AIPause
from rooms.permissions import RoomPermission, has_permission
from rooms.services.ownership import add_ai_pause, remove_ai_pause

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
class AIPauseAdmin(ScopedAdmin[models.AIPause]):
    """See what is paused; pause one agent or all of them at once, and resume them."""

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
        """Pause, with an audit entry."""
        pause = _as_value(obj, signed_in(request))
        add_ai_pause(pause=pause)
        obj.pk = models.AIPause.objects.at(pause).get().pk

    def delete_model(self, request: HttpRequest, obj: models.AIPause) -> None:
        """Resume, with an audit entry."""
        remove_ai_pause(pause=_as_value(obj, signed_in(request)))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[models.AIPause]) -> None:
        """Resume one after the other, each with its entry."""
        for row in list(queryset):
            self.delete_model(request, row)


def _as_value(row: models.AIPause, actor: AbstractBaseUser) -> AIPause:
    """Return the place of a row, with who changes it."""
    return AIPause(
        organization_id=row.organization_id or None,
        room_id=row.room_id,
        channel_id=row.channel_id or None,
        by=str(actor.pk),
    )
