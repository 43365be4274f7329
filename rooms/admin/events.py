"""The pages of the timeline: to read, never to write."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from rooms import models
from rooms.admin.base import RecordAdmin
from rooms.admin.contents import file_links, full_text, pretty, preview
from rooms.admin.inlines import NewestInline

# Long columns that a list does not show.
NOT_IN_LISTS = ("raw_payload", "channel_data", "delivery_results", "metadata")


class EventList(ChangeList):
    """A list that leaves in the database what it does not show."""

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: Any = None
    ) -> QuerySet[models.Event]:
        """Return the rows without their long columns."""
        rows: QuerySet[models.Event] = super().get_queryset(request, exclude_parameters)
        return rows.defer(*NOT_IN_LISTS)


class EventDeliveryInline(NewestInline[models.Delivery, models.Event]):
    """What became of an event, channel by channel."""

    model = models.Delivery
    fields = ("channel_id", "kind", "state", "attempts", "due_at", "error_code", "error_message")
    readonly_fields = fields
    ordering = ("channel_id", "id")


class EventRevisionInline(NewestInline[models.EventRevision, models.Event]):
    """What an event said before it was changed."""

    model = models.EventRevision
    fields = ("changed_at", "changed_by", "text")
    readonly_fields = fields
    ordering = ("-changed_at", "-id")

    @admin.display(description=_("text"))
    def text(self, row: models.EventRevision) -> str:
        """Return what it said."""
        return full_text(row.content)


@admin.register(models.Event)
class EventAdmin(RecordAdmin[models.Event]):
    """Read timelines, the newest event of each room first."""

    list_display = (
        "__str__",
        "room_link",
        "type",
        "status",
        "source_channel_id",
        "short_text",
        "visibility",
        "created_at",
    )
    list_filter = ("type", "status", "source_direction")
    search_fields = (
        "id__exact",
        "room__id__exact",
        "idempotency_key__exact",
        "correlation_id__exact",
        "source_provider_message_id__exact",
        "content__body",
    )
    search_help_text = _("Words of the text, or a whole id: event, room, key, provider's id")
    # The order of the timelines' own index; any other would sort the whole table.
    ordering = ("-room_id", "-index")
    inlines = (EventDeliveryInline, EventRevisionInline)
    fieldsets = (
        (None, {"fields": ("room_link", "index", "type", "status", "created_at", "text", "files")}),
        (
            _("Who may read it"),
            {"fields": ("visibility", "response_visibility", "addressed_to", "blocked_by")},
        ),
        (
            _("Where it comes from"),
            {
                "fields": (
                    "source_channel_id",
                    "source_channel_type",
                    "source_direction",
                    "source_participant_id",
                    "source_provider",
                    "parent_link",
                )
            },
        ),
        (
            _("Details"),
            {
                "classes": ("collapse",),
                "fields": (
                    "id",
                    "chain_depth",
                    "thread_root_id",
                    "processed_at",
                    "correlation_id",
                    "idempotency_key",
                    "source_external_id",
                    "source_provider_message_id",
                    "pretty_content",
                    "pretty_metadata",
                    "channel_data",
                    "delivery_results",
                ),
            },
        ),
        (
            _("What the provider sent"),
            {
                "classes": ("collapse",),
                "description": _("As it came in; it may hold personal data."),
                "fields": ("pretty_raw_payload",),
            },
        ),
    )
    readonly_fields = (
        "room_link",
        "parent_link",
        "text",
        "files",
        "pretty_content",
        "pretty_metadata",
        "pretty_raw_payload",
    )

    @admin.display(description=_("text"))
    def short_text(self, event: models.Event) -> str:
        """Return the beginning of what was said."""
        return preview(event.content)

    @admin.display(description=_("text"))
    def text(self, event: models.Event) -> str:
        """Return all that was said."""
        return full_text(event.content)

    @admin.display(description=_("files"))
    def files(self, event: models.Event) -> str:
        """Link to the files that were sent."""
        return file_links(event.content) or self.empty_value_display

    @admin.display(description=_("answer to"))
    def parent_link(self, event: models.Event) -> str:
        """Link to the event that this one answers."""
        return self.link_to("event", event.parent_event_id)

    @admin.display(description=_("content"))
    def pretty_content(self, event: models.Event) -> str:
        """Return the content, an entry a line."""
        return pretty(event.content)

    @admin.display(description=_("metadata"))
    def pretty_metadata(self, event: models.Event) -> str:
        """Return the metadata, an entry a line."""
        return pretty(event.metadata)

    @admin.display(description=_("raw payload"))
    def pretty_raw_payload(self, event: models.Event) -> str:
        """Return the provider's payload, an entry a line."""
        return pretty(event.raw_payload)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the list that leaves long columns alone."""
        return EventList


@admin.register(models.EventRevision)
class EventRevisionAdmin(RecordAdmin[models.EventRevision]):
    """Read what events said before they were edited or deleted."""

    list_display = ("id", "event_link", "short_text", "changed_by", "changed_at")
    search_fields = ("event__id__exact", "changed_by")
    search_help_text = _("Event (its whole id) or who changed it")
    ordering = ("-id",)
    fields = ("event_link", "changed_by", "changed_at", "text")
    readonly_fields = ("event_link", "text")

    @admin.display(description=_("text"))
    def short_text(self, row: models.EventRevision) -> str:
        """Return the beginning of what it said."""
        return preview(row.content)

    @admin.display(description=_("text"))
    def text(self, row: models.EventRevision) -> str:
        """Return what it said."""
        return full_text(row.content)
