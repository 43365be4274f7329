"""The pages of messages under their providers' ids: how far each one has come."""

from collections.abc import Iterable

from django.contrib import admin
from django.db.models import Case, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from rooms import models
from rooms.admin.base import RecordAdmin
from rooms.domain.progress import Progress
from rooms.domain.provider_message import NEGATIVE, RANKS, MessageStatus

FAILURES = [status.value for status in NEGATIVE]


@admin.register(models.ProviderMessage)
class ProviderMessageAdmin(RecordAdmin[models.ProviderMessage]):
    """Find a message by what its provider calls it, and read what became of it."""

    list_display = (
        "provider_message_id",
        "room_link",
        "event_link",
        "channel_id",
        "direction",
        "address",
        "status",
        "status_at",
        "error_code",
    )
    list_filter = ("status", "direction")
    search_fields = (
        "provider_message_id__exact",
        "room__id__exact",
        "event__id__exact",
        "channel_id__exact",
        "address__exact",
        "error_code__exact",
    )
    search_help_text = _("A whole id or address: provider's id, room, event, channel, address")
    ordering = ("-noted_at", "-id")
    fieldsets = (
        (None, {"fields": ("provider_message_id", "room_link", "event_link", "channel_id")}),
        (_("Way"), {"fields": ("direction", "address", "noted_at")}),
        (_("Report"), {"fields": ("status", "status_at", "error_code", "error_message")}),
    )
    readonly_fields = ("room_link", "event_link")


def with_reports(deliveries: QuerySet[models.Delivery]) -> QuerySet[models.Delivery]:
    """Add to deliveries, as `reported`, what their provider reports: of several parts the worst."""
    rank = Case(
        *(When(status=status.value, then=Value(value)) for status, value in RANKS.items()),
        default=Value(-1),
        output_field=IntegerField(),
    )
    parts = models.ProviderMessage.objects.filter(
        event_id=OuterRef("event_id"), channel_id=OuterRef("channel_id"), direction="outbound"
    )
    worst = parts.annotate(rank=rank).order_by("rank", "pk").values("status")[:1]
    return deliveries.annotate(reported=Subquery(worst))


def pass_over_replaced(deliveries: Iterable[models.Delivery]) -> None:
    """Correct `reported` of deliveries whose failed messages were sent again, for all at once.

    Few have failed, so only of those is it read which of their messages others took the place of.
    """
    failed = [row for row in deliveries if getattr(row, "reported", None) in FAILURES]
    if not failed:
        return
    event_ids = {row.event_id for row in failed}
    events = models.Event.objects.filter(pk__in=event_ids)
    results = dict(events.values_list("pk", "delivery_results"))
    sent = list(models.ProviderMessage.objects.filter(event__in=event_ids, direction="outbound"))
    for row in failed:
        given_up = Progress.read(results.get(row.event_id, {}), row.channel_id).given_up
        statuses = [
            MessageStatus(message.status)
            for message in sent
            if (message.event_id, message.channel_id) == (row.event_id, row.channel_id)
            and message.provider_message_id not in given_up
        ]
        if statuses:
            worst = min(statuses, key=lambda status: RANKS.get(status, -1))
            vars(row)["reported"] = worst.value
