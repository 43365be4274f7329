"""What a store says to its database, statement by statement."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from django.db import connection

from rooms.stores.orm import OrmStore


@asynccontextmanager
async def count_statements(store: OrmStore) -> AsyncIterator[list[str]]:
    """Collect the statements of all threads of a store; BEGIN and COMMIT are not among them."""
    seen: list[str] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("BEGIN", "COMMIT")):
            seen.append(sql)
        return execute(sql, params, many, context)

    await store.threads.run_on_each(lambda: connection.execute_wrappers.append(note))
    yield seen
    await store.threads.run_on_each(lambda: connection.execute_wrappers.remove(note))
