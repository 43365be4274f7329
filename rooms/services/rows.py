"""Writing many rows with one prepared statement, without what the ORM does for each query."""

from collections.abc import Sequence
from functools import cache
from typing import TypeAlias

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

Row = models.Model
AnyField: TypeAlias = "models.Field[object, object]"


def insert_rows(rows: Sequence[Row]) -> None:
    """Insert rows of one model whose primary keys are set."""
    if rows:
        model = type(rows[0])
        _execute_many(_insert_statement(model), rows, _fields(model))


def update_rows(rows: Sequence[Row], names: Sequence[str]) -> None:
    """Write the named columns of rows of one model, found by primary key."""
    if rows:
        model = type(rows[0])
        columns = {field.attname: field for field in _fields(model)}
        fields = [*(columns[name] for name in names), columns[str(model._meta.pk.attname)]]
        _execute_many(_update_statement(model, tuple(names)), rows, fields)


@cache
def _fields(model: type[Row]) -> tuple[AnyField, ...]:
    return tuple(model._meta.concrete_fields)


@cache
def _insert_statement(model: type[Row]) -> str:
    columns = [_quoted(str(field.column)) for field in _fields(model)]
    places = ", ".join(["%s"] * len(columns))
    table = _quoted(model._meta.db_table)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608 - our names


@cache
def _update_statement(model: type[Row], names: tuple[str, ...]) -> str:
    columns = {field.attname: _quoted(str(field.column)) for field in _fields(model)}
    table, key = _quoted(model._meta.db_table), columns[str(model._meta.pk.attname)]
    assignments = ", ".join(f"{columns[name]} = %s" for name in names)
    return f"UPDATE {table} SET {assignments} WHERE {key} = %s"  # noqa: S608 - our names


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _execute_many(statement: str, rows: Sequence[Row], fields: Sequence[AnyField]) -> None:
    # The proxy would be looked up once per value.
    database = connections[DEFAULT_DB_ALIAS]
    parameters = [
        [field.get_db_prep_save(getattr(row, field.attname), database) for field in fields]
        for row in rows
    ]
    with database.cursor() as cursor:
        cursor.executemany(statement, parameters)
