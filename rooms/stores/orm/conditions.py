"""What a reader asked for, as a condition on event rows."""

from django.db.models import Q

from rooms.models.event import INTERNAL
from rooms.stores.base import EventFilter

LOOKUPS = {
    "source_channel_id": "source_channel_id",
    "source_channel_type": "source_channel_type",
    "participant_id": "source_participant_id",
    "correlation_id": "correlation_id",
    "parent_event_id": "parent_event_id",
    "created_after": "created_at__gt",
    "created_before": "created_at__lt",
}


def build_condition(
    visibility: str | None, event_filter: EventFilter | None, *, include_internal: bool
) -> Q:
    """Build the condition that an event is listed; a field that is None asks nothing."""
    condition = Q() if include_internal else ~Q(visibility=INTERNAL)
    if visibility is not None:
        condition &= Q(visibility=visibility)
    return condition & _build_filter(event_filter or EventFilter())


def _build_filter(asked: EventFilter) -> Q:
    given = dict(asked)
    condition = Q(
        **{lookup: given[name] for name, lookup in LOOKUPS.items() if given[name] is not None}
    )
    if asked.types is not None:
        condition &= Q(type__in=[wanted.value for wanted in asked.types])
    if asked.exclude_types:
        condition &= ~Q(type__in=[unwanted.value for unwanted in asked.exclude_types])
    if asked.top_level_only:
        condition &= Q(thread_root_id__isnull=True)
    return condition
