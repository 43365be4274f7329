"""The statement that reads whole snapshots as JSON, spelled for each database that can."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.db import models as fields

from rooms import models


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How a database spells JSON; `{}` stands for a column or an expression.

    Attributes:
        json: A column that holds JSON.
        moment: A column that holds a time in UTC.
        text: A text as a JSON string.
        rows: An array of the values of a subquery.
        result: The whole, as the text the driver hands over.
    """

    object: str
    json: str
    moment: str
    text: str
    rows: str
    result: str


DIALECTS: Mapping[str, Dialect] = {
    "postgresql": Dialect(
        object="json_build_object({})",
        json="{}",
        moment="{}",
        text="to_json({})",
        rows="COALESCE((SELECT json_agg(item.value) FROM ({}) AS item), '[]'::json)",
        result="({})::text",
    ),
    "sqlite": Dialect(
        object="json_object({})",
        json="json({})",
        moment="({} || '+00:00')",
        text="json_quote({})",
        rows="json((SELECT json_group_array(json(item.value)) FROM ({}) AS item))",
        result="{}",
    ),
}

LEASE = ("lease_owner", "lease_token", "lease_until")
TIMERS = ("inactive_after_seconds", "closed_after_seconds", "last_activity_at")
# Value fields that a column spells otherwise.
ROOM_FIELDS = {
    "organization_id": "NULLIF(room.organization_id, '')",
    "latest_index": "room.next_index - 1",
}
PARTICIPANT_FIELDS = {"id": "item.participant_id"}


def build_statement(vendor: str) -> str:
    """Build the statement; `{room_ids}` in it is the list of placeholders."""
    result, table = _snapshot(DIALECTS[vendor]), models.Room._meta.db_table
    return f"SELECT room.id, {result} FROM {table} AS room WHERE room.id IN ({{room_ids}})"  # noqa: S608


@cache
def build_entry_statement(room_ids: str, keys: str) -> str:
    """Build PostgreSQL's statement for those who enter: (place, snapshot, known_id).

    Args:
        room_ids: The placeholder of an array of ids.
        keys: The placeholder of an array of as many idempotency keys, NULL for none.
    """
    room, event = models.Room._meta.db_table, models.Event._meta.db_table
    return (
        f"SELECT asked.place, {_snapshot(DIALECTS['postgresql'])} AS snapshot, "  # noqa: S608
        f"(SELECT event.id FROM {event} AS event WHERE event.room_id = asked.room_id "
        "AND event.idempotency_key = asked.key) AS known_id "
        f"FROM unnest({room_ids}, {keys}) WITH ORDINALITY AS asked(room_id, key, place) "
        f"JOIN {room} AS room ON room.id = asked.room_id"
    )


def _snapshot(dialect: Dialect) -> str:
    """Return a whole snapshot as one expression."""
    context = {
        "room": _room(dialect),
        "bindings": _rows(dialect, models.ChannelBinding, order="attached_at, channel_id"),
        "participants": _rows(
            dialect, models.Participant, order="joined_at, participant_id", **PARTICIPANT_FIELDS
        ),
    }
    snapshot = {
        "context": build_object(dialect, context),
        "addresses": _rows(dialect, models.RoomAddress, order="id"),
        "detached": _detached(dialect),
    }
    return dialect.result.format(build_object(dialect, snapshot))


@cache
def build_room_statement(dialect: Dialect, *, count: int) -> str:
    """Build the statement that reads so many rooms alone: each as JSON, and its lease's token."""
    result = dialect.result.format(_room(dialect))
    places = ", ".join(["%s"] * count)
    table = models.Room._meta.db_table
    return f"SELECT {result}, room.lease_token FROM {table} AS room WHERE room.id IN ({places})"  # noqa: S608


def _room(dialect: Dialect) -> str:
    columns = spell_columns(dialect, models.Room, "room")
    timers = {name: columns.pop(name) for name in TIMERS}
    for hidden in ("next_index", *LEASE):
        del columns[hidden]
    return build_object(
        dialect, {**columns, **ROOM_FIELDS, "timers": build_object(dialect, timers)}
    )


def _rows(dialect: Dialect, model: type[fields.Model], *, order: str, **renamed: str) -> str:
    columns = {**spell_columns(dialect, model, "item"), **renamed}
    return _array(dialect, model, value=build_object(dialect, columns), order=order)


def _detached(dialect: Dialect) -> str:
    value = dialect.text.format("item.channel_id")
    return _array(dialect, models.DetachTombstone, value=value, order="id")


def _array(dialect: Dialect, model: type[fields.Model], *, value: str, order: str) -> str:
    return dialect.rows.format(
        f"SELECT {value} AS value FROM {model._meta.db_table} AS item "  # noqa: S608
        f"WHERE item.room_id = room.id ORDER BY {order}"
    )


def spell_columns(dialect: Dialect, model: type[fields.Model], alias: str) -> dict[str, str]:
    """Return every column of a model as an expression of its JSON form."""
    return {
        str(field.column): _form(dialect, field).format(f'{alias}."{field.column}"')
        for field in model._meta.concrete_fields
    }


def _form(dialect: Dialect, field: "fields.Field[object, object]") -> str:
    if isinstance(field, fields.JSONField):
        return dialect.json
    return dialect.moment if isinstance(field, fields.DateTimeField) else "{}"


def build_object(dialect: Dialect, members: Mapping[str, str]) -> str:
    """Return an object with these members, each an expression of its JSON form."""
    listed = ", ".join(f"'{name}', {expression}" for name, expression in members.items())
    return dialect.object.format(listed)
