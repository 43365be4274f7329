"""Functions of tools that use the database."""

import pytest
from django.db import connection

from channels_app.ai.tools import threads
from channels_app.ai.tools.function import tool
from channels_app.stores.tool_threads import tended_connections
from rooms.models import Room
from rooms.testing.factories import make_room
from tests.ai.tools.turns import a_tool_context


@pytest.mark.usefixtures("committed_database")
async def test_function_may_use_models_and_leaves_no_connection_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    used = []

    @tool
    def count_rooms() -> int:
        Room.from_domain(make_room("room")).save()
        used.append(connection._connections[connection._alias])  # type: ignore[attr-defined]
        return Room.objects.count()

    monkeypatch.setattr(threads, "_cares", [tended_connections])

    assert await count_rooms.run({}, a_tool_context()) == "1"
    assert [each.connection for each in used] == [None]
