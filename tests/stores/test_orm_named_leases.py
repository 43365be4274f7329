"""A lease by name that others take and give back between two statements of who asks for it.

On SQLite there is one writer at a time, so nothing of this can happen there.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections

from rooms.services.named_leases import acquire_lease, release_lease

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("committed_database")]

NAME = "lock:+15550001"
HOUR = 3600.0


class Rival:
    """Another process, which has the lease for the moment in which somebody inserts the row."""

    def __init__(self, thread: ThreadPoolExecutor, *, stays: bool) -> None:
        self._thread = thread
        self._stays = stays

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if not sql.startswith("INSERT"):
            return execute(sql, params, many, context)
        self._thread.submit(acquire_lease, name=NAME, owner="rival", seconds=HOUR).result()
        try:
            return execute(sql, params, many, context)
        finally:
            if not self._stays:
                self._thread.submit(release_lease, name=NAME, owner="rival").result()


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    if connection.vendor != "postgresql":
        pytest.skip("one writer at a time")
    with ThreadPoolExecutor(1) as thread:
        yield thread
        thread.submit(connections.close_all).result()


@pytest.mark.parametrize("stays", [True, False], ids=["the rival stays", "the rival is gone"])
def test_lease_that_another_had_in_between_is_not_taken(
    thread: ThreadPoolExecutor, *, stays: bool
) -> None:
    with connection.execute_wrapper(Rival(thread, stays=stays)):
        assert not acquire_lease(name=NAME, owner="me", seconds=HOUR)
    assert acquire_lease(name=NAME, owner="me", seconds=HOUR) is not stays
