"""Writes of single events; the pipeline itself appends by `commit`."""

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from rooms import models
from rooms.domain.delivery import merge_results
from rooms.domain.errors import DuplicateIndexError
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.services.media_files import erase_files_of_events
from rooms.services.refusals import explain_refusal
from rooms.services.rooms import lock_room
from rooms.services.turns import ask_replaced


def add_event(*, event: RoomEvent) -> models.Event:
    """Insert an event at its own index and let the room's counters follow.

    Raises:
        RoomNotFoundError: If the room does not exist.
        DuplicateIndexError: If the place is taken.
        ValueError: If the id or the idempotency key is taken.
    """
    try:
        with transaction.atomic():
            room = lock_room(room_id=event.room_id)
            return _insert(models.Event.from_domain(event), room)
    except IntegrityError as error:
        raise explain_refusal(error, events=[event]) from error


def append_event(*, room_id: str, event: RoomEvent) -> models.Event:
    """Insert an event at the room's next index, whatever room and index it names.

    Raises:
        RoomNotFoundError: If the room does not exist.
        ValueError: If the id or the idempotency key is taken.
    """
    with transaction.atomic():
        index = lock_room(room_id=room_id).next_index
        return add_event(event=event.model_copy(update={"room_id": room_id, "index": index}))


@transaction.atomic
def update_event(*, event: RoomEvent) -> models.Event:
    """Replace a stored event's content, source, metadata and results.

    Raises:
        LookupError: If it does not exist.
    """
    # Room first, event second: the order in which a commit locks them.
    known = models.Event.objects.filter(pk=event.id).values_list("room_id", flat=True).first()
    room = models.Room.objects.locked().filter(pk=known).first()
    row = models.Event.objects.select_for_update().filter(pk=event.id).first()
    if room is None or row is None:
        raise LookupError(f"no event {event.id!r}: only stored events can be updated")
    columns = models.Event.changeable_columns(event)
    if columns["content"] != row.content:
        build_revision(row, changed_by=None).save()
    for name, value in columns.items():
        setattr(row, name, value)
    row.save(update_fields=list(columns))
    _make_history_newer(room)
    return row


@transaction.atomic
def delete_event(*, room_id: str, event_id: str, cascade_replies: bool) -> list[str]:
    """Delete an event for good, then its thread's replies; return the ids, root first."""
    room = models.Room.objects.locked().filter(pk=room_id).first()
    events = models.Event.objects.filter(room_id=room_id)
    ids = list(events.filter(pk=event_id).values_list("pk", flat=True))
    if room is None or not ids:
        return []
    if cascade_replies:
        replies = events.filter(thread_root_id=event_id).exclude(pk=event_id)
        ids += replies.order_by("index").values_list("pk", flat=True)
    ask_replaced(room_id=room_id, doomed=ids)
    events.filter(pk__in=ids).delete()
    erase_files_of_events(event_ids=ids)
    _make_history_newer(room)
    return ids


@transaction.atomic
def record_delivery_results(*, event_id: str, results: JsonObject) -> None:
    """Merge per-channel results into an event; an unknown event changes nothing.

    An earlier `provider_result` stays where there is no later one.
    """
    row = models.Event.objects.select_for_update().filter(pk=event_id).first()
    if row is None:
        return
    row.delivery_results = merge_results(row.delivery_results, results)
    row.save(update_fields=["delivery_results"])


def mark_processed(*, event_id: str) -> bool:
    """Tell once per event that none of its jobs still waits for the end of its first attempt."""
    untried = models.Delivery.objects.untried().filter(event_id=OuterRef("pk"))
    events = models.Event.objects.filter(pk=event_id, processed_at__isnull=True)
    if not events.exclude(Exists(untried)).update(processed_at=timezone.now()):
        return False
    # If this comes to nothing the rows stay marked, and are passed over for the event's sake.
    models.Delivery.objects.filter(event_id=event_id, owes_round=True).update(owes_round=False)
    return True


def build_revision(row: models.Event, *, changed_by: str | None) -> models.EventRevision:
    """Build the row that keeps what an event said until now."""
    return models.EventRevision(
        event_id=row.id, content=row.content, changed_by=changed_by, changed_at=timezone.now()
    )


def _make_history_newer(room: models.Room) -> None:
    room.history_version += 1
    room.save(update_fields=["history_version"])


def _insert(row: models.Event, room: models.Room) -> models.Event:
    if models.Event.objects.filter(room_id=row.room_id, index=row.index).exists():
        raise DuplicateIndexError(row.room_id, row.index)
    row.save(force_insert=True)
    room.next_index = max(room.next_index, row.index + 1)
    room.event_count += 1
    room.save(update_fields=["next_index", "event_count"])
    return row
