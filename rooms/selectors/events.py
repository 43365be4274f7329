"""Reads of timelines."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from rooms import models
from rooms.domain.enums import EventStatus


@dataclass(frozen=True, kw_only=True)
class Page:
    """Which stretch of a timeline to read; both indexes are exclusive.

    With `before_index` the page ends just below it, and `offset` counts from that end.
    """

    offset: int = 0
    limit: int = 50
    after_index: int | None = None
    before_index: int | None = None
    newest_first: bool = False

    def __post_init__(self) -> None:
        if self.after_index is not None and self.before_index is not None:
            raise ValueError(
                f"after_index={self.after_index} and before_index={self.before_index} exclude each "
                "other: give one of them"
            )

    @property
    def is_read_backwards(self) -> bool:
        """Whether the page is counted from the newer end."""
        return self.newest_first or self.before_index is not None


def get_event(*, event_id: str) -> models.Event | None:
    """Return an event or None."""
    return models.Event.objects.filter(pk=event_id).first()


def list_events(*, room_id: str, page: Page, where: Q) -> list[models.Event]:
    """Return a page of a room's events for which `where` holds."""
    events = models.Event.objects.filter(where, room_id=room_id)
    if page.after_index is not None:
        events = events.filter(index__gt=page.after_index)
    if page.before_index is not None:
        events = events.filter(index__lt=page.before_index)
    events = events.order_by("-index" if page.is_read_backwards else "index")
    found = list(events[page.offset : page.offset + page.limit])
    return found[::-1] if page.is_read_backwards and not page.newest_first else found


def load_tail(*, room_id: str, limit: int, after_index: int | None) -> list[models.Event]:
    """Return the last `limit` messages, oldest first; only those after an index if given."""
    events = models.Event.objects.messages().filter(room_id=room_id)
    if after_index is not None:
        events = events.filter(index__gt=after_index)
    return list(events.order_by("-index")[:limit])[::-1]


def count_events(*, room_id: str) -> int:
    """Count the stored rows exactly."""
    return models.Event.objects.filter(room_id=room_id).count()


def has_key(*, room_id: str, key: str) -> bool:
    """Tell whether an event with this key is stored in the room."""
    return models.Event.objects.with_key(key).filter(room_id=room_id).exists()


def find_event_by_key(
    *, key: str, room_id: str | None, channel_id: str | None
) -> models.Event | None:
    """Return the newest event with this key in a room and from a source channel, if given."""
    events = models.Event.objects.with_key(key)
    if room_id is not None:
        events = events.filter(room_id=room_id)
    if channel_id is not None:
        events = events.filter(source_channel_id=channel_id)
    return events.order_by("-created_at", "-id").first()


def find_events_by_keys(places: Sequence[tuple[str, str]]) -> list[models.Event]:
    """Return the events at these places, each a (room id, key).

    Hardly ever is there one, so the ORM is asked to build rows only after a hit.
    """
    values = ", ".join(["(%s, %s)"] * len(places))
    statement = (
        f"SELECT id FROM {models.Event._meta.db_table} "  # noqa: S608 - our name
        f"WHERE (room_id, idempotency_key) IN (VALUES {values})"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [part for place in places for part in place])
        found = [event_id for (event_id,) in cursor.fetchall()]
    return list(models.Event.objects.filter(pk__in=found)) if found else []


def count_unread(*, room_id: str, channel_id: str) -> int:
    """Count the delivered messages of others after a channel's marker that are for people."""
    marker = models.ReadMarker.objects.filter(room_id=room_id, channel_id=channel_id)
    after = marker.values_list("index", flat=True).first()
    return (
        models.Event.objects.messages()
        .for_people()
        .filter(room_id=room_id, status=EventStatus.DELIVERED.value)
        .filter(index__gt=-1 if after is None else after)
        .exclude(source_channel_id=channel_id)
        .count()
    )
