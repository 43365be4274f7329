"""Writing many rows with one statement, where the ORM would build a CASE of all of them."""

from collections.abc import Sequence

from django.db import connection, models


def update_rows(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write the named columns of rows of one model, found by primary key."""
    if not rows:
        return
    meta = type(rows[0])._meta
    columns = {field.attname: field for field in meta.concrete_fields}
    fields = [*(columns[name] for name in names), columns[str(meta.pk.attname)]]
    quoted = [connection.ops.quote_name(str(field.column)) for field in fields]
    statement = (
        f"UPDATE {connection.ops.quote_name(meta.db_table)} "  # noqa: S608 - names of our models
        f"SET {', '.join(f'{column} = %s' for column in quoted[:-1])} WHERE {quoted[-1]} = %s"
    )
    parameters = [
        [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(statement, parameters)
