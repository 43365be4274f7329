"""The pages of what is to be said later: scheduled here or by the kit, listed, canceled."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rooms import models
from rooms.admin.base import ScopedAdmin, signed_in
from rooms.admin.contents import full_text, preview
from rooms.domain.content import TextContent
from rooms.domain.enums import ChannelCategory
from rooms.domain.scheduled import ScheduledSend, check_moment
from rooms.services.scheduled_sends import cancel_by_hand, schedule_by_hand


class ScheduleForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """What a person has to say to schedule a text."""

    text = forms.CharField(label=_("text"), widget=forms.Textarea(attrs={"rows": 4}))
    channel = forms.CharField(
        label=_("channel"),
        required=False,
        help_text=_("Id of the one channel that gets it; every channel of the room if left empty"),
    )
    at = forms.SplitDateTimeField(label=_("when"), widget=AdminSplitDateTime())

    class Meta:
        model = models.ScheduledSend
        fields: ClassVar = ["room", "at"]

    def clean_at(self) -> object:
        """Refuse a moment that is over."""
        at = self.cleaned_data["at"]
        try:
            check_moment(at, now=timezone.now())
        except ValueError as error:
            raise ValidationError(str(error)) from error
        return at

    def clean_room(self) -> models.Room:
        """Refuse a room in which nothing is said any more."""
        room: models.Room = self.cleaned_data["room"]
        if not room.to_domain().accepts_events:
            raise ValidationError(
                _("The room is %(status)s."), params={"status": room.get_status_display()}
            )
        return room

    def clean(self) -> dict[str, Any]:
        """Refuse a channel that messages of the room do not go out by."""
        cleaned = self.cleaned_data
        room, channel_id = cleaned.get("room"), cleaned.get("channel")
        if room is not None and channel_id:
            found = room.bindings.filter(
                channel_id=channel_id, category=ChannelCategory.TRANSPORT.value
            )
            if not found.exists():
                self.add_error("channel", _("No such channel is attached to the room."))
        return cleaned


@admin.register(models.ScheduledSend)
class ScheduledSendAdmin(ScopedAdmin[models.ScheduledSend]):
    """Read what is to be said when, add a text, and cancel what still waits."""

    list_display = (
        "at",
        "room_link",
        "said",
        "visibility",
        "state",
        "created_by",
        "event_link",
        "error",
    )
    list_display_links = ("at",)
    list_filter = ("state",)
    search_fields = ("id__exact", "room__id__exact", "event_id__exact", "created_by", "error")
    search_help_text = _("A whole id of a room, an event or a scheduled send, a name, or an error")
    date_hierarchy = "at"
    ordering = ("-at", "-id")
    actions = ("cancel",)
    form = ScheduleForm
    autocomplete_fields = ("room",)
    add_fieldsets = ((None, {"fields": ("room", "channel", "text", "at")}),)
    fieldsets = (
        (None, {"fields": ("room_link", "channel_id", "visibility", "whole_text", "at")}),
        (_("What became of it"), {"fields": ("state", "event_link", "error")}),
        (_("Origin"), {"fields": ("id", "participant_id", "created_by", "created_at", "metadata")}),
    )
    readonly_fields = ("room_link", "event_link", "whole_text")

    @admin.display(description=_("text"))
    def said(self, row: models.ScheduledSend) -> str:
        """Return the beginning of what is to be said."""
        return preview(row.content)

    @admin.display(description=_("text"))
    def whole_text(self, row: models.ScheduledSend) -> str:
        """Return what is to be said."""
        return full_text(row.content)

    def has_change_permission(
        self, request: HttpRequest, obj: models.ScheduledSend | None = None
    ) -> bool:
        """Refuse: whoever wants it otherwise cancels it and schedules anew."""
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: models.ScheduledSend | None = None
    ) -> bool:
        """Refuse: what was asked for stays to be read."""
        return False

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        """Tell whether this user may cancel what others have scheduled."""
        return super().has_change_permission(request)

    def get_fieldsets(self, request: HttpRequest, obj: models.ScheduledSend | None = None) -> Any:
        """Return what is asked for a new one, or what there is to read."""
        return self.add_fieldsets if obj is None else self.fieldsets

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[object, object]", request: HttpRequest, **kwargs: Any
    ) -> "forms.ModelChoiceField[models.Room] | None":
        """Take only rooms that are open to the user."""
        if db_field.name == "room":
            kwargs["queryset"] = models.Room.objects.visible_to(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: models.ScheduledSend, form: Any, change: bool
    ) -> None:
        """Schedule the text, in the framework's name."""
        actor = signed_in(request)
        scheduled = ScheduledSend(
            room_id=obj.room_id,
            content=TextContent(body=form.cleaned_data["text"]),
            at=obj.at,
            visibility=form.cleaned_data["channel"] or "all",
            created_by=actor.get_username(),
        )
        obj.pk = schedule_by_hand(scheduled=scheduled, actor=actor).pk

    @admin.action(description=_("Cancel"), permissions=["cancel"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[models.ScheduledSend]) -> None:
        """Cancel those of the chosen that nobody has said and nobody is about to."""
        ids = list(queryset.values_list("pk", flat=True))
        count = len(cancel_by_hand(scheduled_ids=ids, actor=signed_in(request)))
        text = ngettext(
            "%(count)d scheduled send was canceled.",
            "%(count)d scheduled sends were canceled.",
            count,
        )
        self.message_user(
            request, text % {"count": count}, messages.SUCCESS if count else messages.WARNING
        )
