"""Makes rooms old and many without saying everything in them: rows copied by the database."""

from collections.abc import Sequence

from django.db import connection, transaction
from django.db import models as fields
from django.db.models import F

from rooms import models

BATCH = 1000

# A room's last event again and again, under ids, keys and places of their own.
FILL = """
WITH RECURSIVE step(number) AS (
    SELECT 1 UNION ALL SELECT number + 1 FROM step WHERE number < %s
)
INSERT INTO {table} ({columns})
SELECT {values} FROM {table} AS event CROSS JOIN step
 WHERE event.room_id = %s
   AND event.index = (SELECT next_index - 1 FROM {rooms} WHERE id = event.room_id)
"""
OWN = {
    "id": "event.id || '-' || step.number",
    "index": "event.index + step.number",
    "idempotency_key": "'filled-' || event.index || '-' || step.number",
}
PARTS = (models.ChannelBinding, models.Participant, models.RoomAddress, models.Event)


def fill_room(room_id: str, *, more: int) -> None:
    """Let a room have that many more events."""
    columns = [str(field.column) for field in models.Event._meta.concrete_fields]
    quoted = {column: connection.ops.quote_name(column) for column in columns}
    statement = FILL.format(
        table=models.Event._meta.db_table,
        rooms=models.Room._meta.db_table,
        columns=", ".join(quoted.values()),
        values=", ".join(OWN.get(column, f"event.{quoted[column]}") for column in columns),
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [more, room_id])
        models.Room.objects.filter(pk=room_id).update(
            event_count=F("event_count") + more, next_index=F("next_index") + more
        )


def copy_room(room_id: str, copies: Sequence[str]) -> None:
    """Make rooms like this one, with the same channels, people and events."""
    room = models.Room.objects.get(pk=room_id)
    _insert([_copy(room, id=copy) for copy in copies])
    for model in PARTS:
        rows = list(model.objects.filter(room_id=room_id))
        _insert([_copy(row, **_own(row, copy)) for copy in copies for row in rows])


def settle() -> None:
    """Let the database learn what the tables hold now, as it does by itself after a while."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _own(row: fields.Model, copy: str) -> dict[str, object]:
    """Return what a copied row must have of its own; a number is given by the database."""
    return {"room_id": copy, "pk": f"{row.pk}-{copy}" if isinstance(row, models.Event) else None}


def _copy(row: fields.Model, **changes: object) -> fields.Model:
    copied = type(row)(
        **{field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    )
    for name, value in changes.items():
        setattr(copied, name, value)
    return copied


def _insert(rows: Sequence[fields.Model]) -> None:
    if rows:
        type(rows[0])._default_manager.bulk_create(rows, batch_size=BATCH)
