"""A kit in memory that stands in for the process's own, with one chat room in it."""

from collections.abc import AsyncIterator

import pytest

from channels_app.channels.websocket import WebSocketChannel
from rooms import runtime
from rooms.domain.enums import ChannelCategory
from rooms.kit import RoomKit
from rooms.stores.memory import InMemoryStore
from rooms.testing.rig import ScriptedAgent
from tests.web.chat_socket import AGENT, CHANNEL, ROOM, VISITOR


@pytest.fixture
async def kit(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RoomKit]:
    made = RoomKit(InMemoryStore())
    made.register_channel(WebSocketChannel(CHANNEL))
    made.register_channel(ScriptedAgent(AGENT))
    monkeypatch.setattr(runtime, "_kit", made)
    yield made
    await made.close()


@pytest.fixture
async def room(kit: RoomKit) -> str:
    """A room in which the visitor takes part."""
    await kit.create_room(ROOM)
    await kit.attach_channel(ROOM, CHANNEL)
    await kit.attach_channel(ROOM, AGENT, category=ChannelCategory.INTELLIGENCE)
    await kit.ensure_participant(ROOM, CHANNEL, VISITOR)
    return ROOM
