"""The pages of people in rooms, their addresses, and how far channels have read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from rooms import models
from rooms.admin.base import RecordAdmin


@admin.register(models.Participant)
class ParticipantAdmin(RecordAdmin[models.Participant]):
    """Read who takes part; the kit changes it, and the timeline says so."""

    list_display = (
        "participant_id",
        "room_link",
        "display_name",
        "role",
        "status",
        "identification",
        "channel_id",
        "joined_at",
    )
    list_filter = ("role", "status", "identification")
    search_fields = ("room__id", "participant_id", "display_name", "identity_id", "external_id")
    search_help_text = _("Room, participant, name, identity or external id")
    ordering = ("-id",)
    readonly_fields = ("room_link", "identity_link")
    fieldsets = (
        (None, {"fields": ("room_link", "participant_id", "display_name", "role", "status")}),
        (
            _("Who it is"),
            {"fields": ("identification", "identity_link", "resolved_at", "resolved_by")},
        ),
        (_("How they came"), {"fields": ("channel_id", "connected_via", "joined_at")}),
        (
            _("Details"),
            {"classes": ("collapse",), "fields": ("external_id", "candidates", "metadata")},
        ),
    )

    @admin.display(description=_("identity"))
    def identity_link(self, participant: models.Participant) -> str:
        """Link to the person across rooms; a resolver may know people who have no page here."""
        return self.link_to("identity", participant.identity_id)


@admin.register(models.RoomAddress)
class RoomAddressAdmin(RecordAdmin[models.RoomAddress]):
    """Read which addresses have written in which rooms: the router looks here."""

    list_display = ("address", "room_link", "channel_type", "channel_id", "participant_id")
    search_fields = ("room__id", "address", "participant_id")
    search_help_text = _("Room, address or participant")
    ordering = ("-id",)


@admin.register(models.ReadMarker)
class ReadMarkerAdmin(RecordAdmin[models.ReadMarker]):
    """Read how far channels have read."""

    list_display = ("channel_id", "room_link", "index", "updated_at")
    search_fields = ("room__id", "channel_id")
    search_help_text = _("Room or channel")
    ordering = ("-id",)
