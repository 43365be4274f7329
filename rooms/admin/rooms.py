"""The pages of rooms: who is there, what was said last, what is on its way."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.functional import cached_property
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from rooms import models
from rooms.admin.answering import AnsweringPanel
from rooms.admin.base import ScopedAdmin, signed_in
from rooms.admin.contents import pretty, preview
from rooms.admin.filters import OrganizationFilter
from rooms.admin.inlines import NewestInline
from rooms.services.rooms import configure_room

LISTS_OF_A_ROOM = (
    ("event", _("events")),
    ("delivery", _("deliveries")),
    ("participant", _("participants")),
    ("roomaddress", _("addresses")),
    ("scheduledsend", _("scheduled sends")),
    ("task", _("tasks")),
    ("observation", _("observations")),
    ("readmarker", _("read markers")),
)


class BindingInline(NewestInline[models.ChannelBinding, models.Room]):
    """The channels of a room."""

    model = models.ChannelBinding
    verbose_name_plural = _("channels")
    fields = ("channel_id", "channel_type", "category", "access", "muted", "output_muted")
    readonly_fields = fields
    ordering = ("attached_at", "id")


class ParticipantInline(NewestInline[models.Participant, models.Room]):
    """The people of a room, the last ones to come first."""

    model = models.Participant
    fields = ("participant_id", "display_name", "role", "status", "channel_id", "joined_at")
    readonly_fields = fields
    ordering = ("-joined_at", "-id")


class EventInline(NewestInline[models.Event, models.Room]):
    """The end of the timeline."""

    model = models.Event
    verbose_name_plural = _("latest events")
    fields = ("index", "type", "status", "source_channel_id", "text", "created_at")
    readonly_fields = fields
    ordering = ("-index",)

    @admin.display(description=_("text"))
    def text(self, row: models.Event) -> str:
        """Return the beginning of what was said."""
        return preview(row.content)


class DeliveryInline(NewestInline[models.Delivery, models.Room]):
    """What was last sent, or still has to be."""

    model = models.Delivery
    verbose_name_plural = _("latest deliveries")
    fields = ("event_index", "channel_id", "kind", "state", "attempts", "due_at", "error_code")
    readonly_fields = fields
    ordering = ("-event_index", "-id")


@admin.register(models.Room)
class RoomAdmin(ScopedAdmin[models.Room]):
    """Find and read rooms; set when they fall asleep and whom agents answer.

    Rooms are made and closed by the kit, so that hooks and channels hear of it.
    """

    list_display = (
        "id",
        "organization_id",
        "status",
        "owner_kind",
        "event_count",
        "last_activity_at",
        "created_at",
    )
    list_filter = ("status", "owner_kind", "agent_activation", OrganizationFilter)
    search_fields = ("id", "participants__display_name", "addresses__address")
    search_help_text = _("Room, name of a person or address")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    change_form_template = "rooms/admin/room.html"
    inlines = (BindingInline, ParticipantInline, EventInline, DeliveryInline)
    readonly_fields = (
        "id",
        "organization_id",
        "status",
        "owner_kind",
        "owner_id",
        "owner_epoch",
        "event_count",
        "next_index",
        "history_version",
        "lease_owner",
        "lease_until",
        "last_activity_at",
        "paused_at",
        "closed_at",
        "created_at",
        "updated_at",
        "pretty_metadata",
        "everything",
    )
    fieldsets = (
        (None, {"fields": ("id", "organization_id", "status", "everything")}),
        (_("Answering"), {"fields": ("agent_activation", "agent_response_policy")}),
        (_("Timers"), {"fields": ("inactive_after_seconds", "closed_after_seconds")}),
        (_("Owner"), {"fields": ("owner_kind", "owner_id", "owner_epoch")}),
        (
            _("Moments"),
            {"fields": ("created_at", "updated_at", "last_activity_at", "paused_at", "closed_at")},
        ),
        (
            _("Details"),
            {
                "classes": ("collapse",),
                "fields": (
                    "event_count",
                    "next_index",
                    "history_version",
                    "lease_owner",
                    "lease_until",
                    "pretty_metadata",
                ),
            },
        ),
    )

    @admin.display(description=_("all of its"))
    def everything(self, room: models.Room) -> str:
        """Link to the lists that are cut short below."""
        return format_html_join(
            " · ",
            "{}",
            (
                (self.link_to_list(model_name, text, room=room.pk),)
                for model_name, text in LISTS_OF_A_ROOM
            ),
        )

    @admin.display(description=_("metadata"))
    def pretty_metadata(self, room: models.Room) -> str:
        """Return the metadata, an entry a line."""
        return pretty(room.metadata)

    @cached_property
    def answering(self) -> AnsweringPanel:
        """Return the panel with the buttons that change who answers."""
        return AnsweringPanel(self)

    def get_urls(self) -> list[URLPattern]:
        """Return the pages of the model, and where the panel's buttons post to."""
        return [*self.answering.urls(), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        """Show a room, with who answers in it."""
        room = self.get_object(request, object_id)
        panel = self.answering.describe(request, room) if room else None
        told = {**(extra_context or {}), "answering": panel}
        return super().change_view(request, object_id, form_url, told)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: a room needs its channels and hooks; the kit makes it."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Room | None = None) -> bool:
        """Refuse: the kit deletes rooms, and tells who has to know."""
        return False

    def get_inline_instances(
        self, request: HttpRequest, obj: models.Room | None = None
    ) -> "list[InlineModelAdmin[Any, Any]]":
        """Return the tables to read, but not while a form is taken.

        Saving would look for the rows that the form showed, and new ones came meanwhile.
        """
        return [] if request.method == "POST" else super().get_inline_instances(request, obj)

    def save_model(
        self, request: HttpRequest, obj: models.Room, form: "ModelForm[models.Room]", change: bool
    ) -> None:
        """Write what was set, and nothing else: the counters belong to the pipeline."""
        changes = {name: getattr(obj, name) for name in form.changed_data}
        if changes:
            configure_room(room_id=obj.pk, actor=signed_in(request), changes=changes)
