"""The statement that reads the last messages of many rooms as JSON."""

from functools import cache

from rooms import models
from rooms.domain.enums import EventType
from rooms.stores.orm.snapshot_sql import Dialect, build_object, spell_columns

FROM_THE_START = -1
"""The index before the first."""

# Columns of the source, which is an object of its own, and one that no value has.
SOURCE, RAW_PAYLOAD = "source_", "raw_payload"
HIDDEN = "processed_at"


@cache
def build_tails_statement(dialect: Dialect, *, count: int) -> str:
    """Build the statement for so many callers; it gives (place, tail), newest event first.

    Its parameters are those of each caller: the place, the room's id, the last index that is not
    wanted and how many events are. Each room is a query of its own, so that PostgreSQL plans long
    rooms as such and not as the average one; JSON is built of what the limit has left.
    """
    last = (
        f"SELECT * FROM {models.Event._meta.db_table} "  # noqa: S608 - our names
        f"WHERE room_id = %s AND type = '{EventType.MESSAGE.value}' AND \"index\" > %s "
        'ORDER BY "index" DESC LIMIT %s'
    )
    events = dialect.rows.format(f"SELECT {_event(dialect)} AS value FROM ({last}) AS item")  # noqa: S608
    tail = dialect.result.format(build_object(dialect, {"events": events}))
    return " UNION ALL ".join([f"SELECT %s, {tail}"] * count)


def _event(dialect: Dialect) -> str:
    columns = spell_columns(dialect, models.Event, "item")
    del columns[HIDDEN]
    source = {
        name.removeprefix(SOURCE): columns.pop(name)
        for name in [*columns]
        if name.startswith(SOURCE) or name == RAW_PAYLOAD
    }
    return build_object(dialect, {**columns, "source": build_object(dialect, source)})
