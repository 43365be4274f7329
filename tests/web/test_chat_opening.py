"""One visitor has one conversation, whichever processes are asked for it at the same moment."""

import asyncio
from contextlib import AbstractAsyncContextManager

import pytest

from channels_app.channels.websocket import WebSocketChannel
from channels_app.chat.opening import open_chat
from channels_app.conf import ChatOptions
from rooms import InMemoryStore, RoomKit
from rooms.domain.enums import AnyChannelType
from rooms.locks.memory import InMemoryLockManager

OPTIONS = ChatOptions.model_validate({"CHANNEL": "web-chat", "AGENT": None})


class SharedNames(InMemoryLockManager):
    """Locks rooms in its own process, and names in all of them."""

    def __init__(self, names: InMemoryLockManager) -> None:
        super().__init__()
        self._names = names

    def locked_key(self, key: str) -> AbstractAsyncContextManager[None]:
        return self._names.locked(key)


class SlowStore(InMemoryStore):
    """Takes a moment to look for rooms, as a database does."""

    async def find_room_ids_by_address(
        self, channel_type: AnyChannelType, address: str, **options: object
    ) -> list[str]:
        found = await super().find_room_ids_by_address(channel_type, address, **options)  # type: ignore[arg-type]  # passed on as is
        await asyncio.sleep(0)
        return found


@pytest.fixture
async def processes() -> list[RoomKit]:
    store, names = SlowStore(), InMemoryLockManager()
    kits = [RoomKit(store, lock_manager=SharedNames(names)) for _ in range(2)]
    for kit in kits:
        kit.register_channel(WebSocketChannel("web-chat"))
    return kits


async def test_two_windows_at_two_processes_get_the_same_room(processes: list[RoomKit]) -> None:
    first, second = await asyncio.gather(
        *(open_chat(kit, "visitor-1", OPTIONS) for kit in processes)
    )

    assert first.id == second.id
