"""The status bus: what agents say of their work, to each other and to who watches (RFC §19.8)."""

import inspect
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol
from weakref import WeakKeyDictionary

from pydantic import Field

from channels_app.ai.host import AgentHost
from hooks.triggers import HookTrigger
from rooms.domain.errors import RoomNotFoundError
from rooms.domain.frozen import Frozen, utc_now
from rooms.domain.json import JsonObject
from rooms.pipeline.waiting import return_at_commit
from rooms.realtime import EphemeralEvent, EphemeralEventType
from rooms.stores.base import ConversationStore

KEPT_PER_ROOM = 500
"""How many of the newest statuses of a room are kept."""


class StatusEntry(Frozen):
    """What an agent said of its work.

    Attributes:
        status: In words, or a code of the site's own.
    """

    room_id: str
    agent_id: str
    status: str
    metadata: JsonObject = {}
    posted_at: datetime = Field(default_factory=utc_now)


StatusCallback = Callable[[StatusEntry], Awaitable[None] | None]
"""Called with each status, in order; may be a coroutine function."""

Unsubscribe = Callable[[], Awaitable[None]]


class Statuses(Protocol):
    """Where statuses are kept: of each room the newest."""

    async def add(self, entry: StatusEntry) -> None:
        """Insert a status."""

    async def latest(self, room_id: str, agent_id: str) -> StatusEntry | None:
        """Return an agent's newest status in a room, or None."""

    async def recent(self, room_id: str, *, limit: int) -> list[StatusEntry]:
        """Return a room's newest statuses, oldest first."""


class MemoryStatuses(Statuses):
    """Keeps statuses in this process."""

    def __init__(self) -> None:
        self._by_room: dict[str, deque[StatusEntry]] = {}

    async def add(self, entry: StatusEntry) -> None:
        """Insert a status."""
        kept = self._by_room.setdefault(entry.room_id, deque(maxlen=KEPT_PER_ROOM))
        kept.append(entry)

    async def latest(self, room_id: str, agent_id: str) -> StatusEntry | None:
        """Return an agent's newest status in a room, or None."""
        newest_first = reversed(self._by_room.get(room_id, ()))
        return next((entry for entry in newest_first if entry.agent_id == agent_id), None)

    async def recent(self, room_id: str, *, limit: int) -> list[StatusEntry]:
        """Return a room's newest statuses, oldest first."""
        kept = [*self._by_room.get(room_id, ())]
        return kept[max(0, len(kept) - limit) :]


Maker = Callable[[ConversationStore], Statuses | None]

_makers: list[Maker] = []
_kept: "WeakKeyDictionary[ConversationStore, Statuses]" = WeakKeyDictionary()


def register_maker(maker: Maker) -> None:
    """Offer a place to keep statuses beside stores of a kind; None passes on others."""
    if maker not in _makers:
        _makers.append(maker)


def statuses_beside(rooms: ConversationStore) -> Statuses:
    """Return where statuses are kept beside these rooms; the same object each time."""
    if rooms not in _kept:
        made = (maker(rooms) for maker in _makers)
        _kept[rooms] = next((kept for kept in made if kept is not None), None) or MemoryStatuses()
    return _kept[rooms]


class StatusBus:
    """Posts statuses of agents and tells who has subscribed, in every process of the site.

    Args:
        kit: Whose rooms the agents work in.
    """

    def __init__(self, kit: AgentHost) -> None:
        self._kit = kit
        self._kept = statuses_beside(kit.store)

    async def post(
        self, room_id: str, agent_id: str, status: str, metadata: JsonObject | None = None
    ) -> StatusEntry:
        """Keep a status, tell who watches the room, and fire ON_STATUS_POSTED.

        Raises:
            RoomNotFoundError: If there is no such room.
        """
        snapshot = await self._kit.store.load_snapshot(room_id)
        if snapshot is None:
            raise RoomNotFoundError(room_id)
        entry = StatusEntry(
            room_id=room_id,
            agent_id=agent_id,
            status=status,
            metadata=metadata or {},
            posted_at=self._kit.clock.now(),
        )
        await self._kept.add(entry)
        await self._kit.realtime.publish(_topic(room_id), _told(entry))
        with return_at_commit():
            await self._kit.hook_engine.run_async_hooks(
                room_id, HookTrigger.ON_STATUS_POSTED, entry, snapshot.context
            )
        return entry

    async def subscribe(self, room_id: str, callback: StatusCallback) -> Unsubscribe:
        """Call `callback` with every later status of a room; await what is returned to end that."""

        async def hear(event: EphemeralEvent) -> None:
            pending = callback(StatusEntry.model_validate(event.data))
            if inspect.isawaitable(pending):
                await pending

        subscription = await self._kit.realtime.subscribe(_topic(room_id), hear)

        async def unsubscribe() -> None:
            await self._kit.realtime.unsubscribe(subscription)

        return unsubscribe

    async def get_latest(self, room_id: str, agent_id: str) -> StatusEntry | None:
        """Return an agent's newest status in a room, or None."""
        return await self._kept.latest(room_id, agent_id)

    async def recent(self, room_id: str, *, limit: int = 20) -> list[StatusEntry]:
        """Return a room's newest statuses, oldest first."""
        return await self._kept.recent(room_id, limit=limit)


def _topic(room_id: str) -> str:
    return f"status:{room_id}"


def _told(entry: StatusEntry) -> EphemeralEvent:
    return EphemeralEvent(
        room_id=entry.room_id,
        type=EphemeralEventType.CUSTOM,
        user_id=entry.agent_id,
        channel_id=entry.agent_id,
        data=entry.model_dump(mode="json"),
    )
