"""What ties a push channel's rooms to the other processes of the site."""

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any
from urllib.parse import quote

from channels_app.channels.connections import ConnectionRegistry
from rooms.domain.json import JsonObject
from rooms.ports import SharedState
from rooms.realtime.bus import Bus

logger = logging.getLogger("roomkit.channels.websocket")

PRESENCE_TTL_S = 30.0
PRESENCE_EVERY_S = 10.0

ReceiveInRoom = Callable[[str, JsonObject], Awaitable[None]]


class RoomLinks:
    """Listens to each room that has connections here, and lets the others know that it does.

    Does nothing until it is given a bus that other processes share: alone, a channel reaches all
    its connections itself.
    """

    def __init__(
        self, channel_id: str, connections: ConnectionRegistry, receive: ReceiveInRoom
    ) -> None:
        self._channel_id = channel_id
        self._connections = connections
        self._receive = receive
        self._bus: Bus | None = None
        self._shared: SharedState | None = None
        self._node = ""
        self._subscriptions: dict[str, str] = {}
        self._announced: dict[str, bool] = {}
        self._changing: dict[str, asyncio.Task[None]] = {}
        self._renewing: asyncio.Task[None] | None = None

    def use(self, *, bus: Bus, shared: SharedState, node: str) -> None:
        """Take what the processes share."""
        self._bus = bus if bus.is_shared else None
        self._shared, self._node = shared, node
        for room_id in self._connections.rooms:
            self.follow(room_id)

    @property
    def is_shared(self) -> bool:
        """Whether other processes may show the same rooms."""
        return self._bus is not None

    def follow(self, room_id: str | None) -> None:
        """Note that a room's connections changed; listening and presence follow in a moment."""
        if self._bus is None:
            return
        if room_id is None:
            logger.debug("a connection without a room hears only this process")
        elif room_id not in self._changing and not self._is_settled(room_id):
            self._changing[room_id] = _spawn(self._settle(room_id, self._bus))

    async def ready(self, room_id: str) -> None:
        """Wait until everything that is said in a room from now on arrives here."""
        change = self._changing.get(room_id)
        if change is not None:
            await asyncio.shield(change)

    async def publish(self, room_id: str, message: JsonObject) -> None:
        """Tell the other processes that have connections in a room."""
        if self._bus is not None:
            own = self._subscriptions.get(room_id)
            await self._bus.publish(_topic(self._channel_id, room_id), message, skip=own)

    async def are_streamed_to(self, room_id: str) -> bool:
        """Tell whether any other process shows answers in the making in a room."""
        if self._bus is None or self._shared is None:
            return False
        return await self._shared.is_watched(room_id, self._channel_id, streams=True)

    async def close(self) -> None:
        """Leave every room that has no connections any more, and stop renewing."""
        if self._renewing is not None:
            self._renewing.cancel()
        if self._changing:
            await asyncio.wait(self._changing.values())

    # -- one room

    def _is_settled(self, room_id: str) -> bool:
        is_heard = room_id in self._subscriptions
        return is_heard == self._connections.is_watched(room_id) and (
            self._announced.get(room_id) == self._presence(room_id)
        )

    def _presence(self, room_id: str) -> bool | None:
        """Return whether the room's connections take streams, None where there are none."""
        if not self._connections.is_watched(room_id):
            return None
        return bool(self._connections.streaming_in(room_id))

    async def _settle(self, room_id: str, bus: Bus) -> None:
        try:
            while not self._is_settled(room_id):
                await self._listen(room_id, bus)
                await self._announce(room_id)
        except Exception:  # whoever connects next tries again
            logger.exception("room not linked", extra={"room_id": room_id})
        finally:
            del self._changing[room_id]

    async def _listen(self, room_id: str, bus: Bus) -> None:
        if self._connections.is_watched(room_id):
            if room_id not in self._subscriptions:
                self._subscriptions[room_id] = await bus.subscribe(
                    _topic(self._channel_id, room_id), partial(self._receive, room_id)
                )
        elif room_id in self._subscriptions:
            await bus.unsubscribe(self._subscriptions.pop(room_id))

    async def _announce(self, room_id: str) -> None:
        """Say what the room's connections take; only after listening, so that it is true."""
        streams = self._presence(room_id)
        if self._shared is None or self._announced.get(room_id) == streams:
            return
        if streams is None:
            del self._announced[room_id]
            await self._shared.withdraw(room_id, self._channel_id, self._node)
            return
        self._announced[room_id] = streams
        await self._say_present(self._shared, room_id, streams=streams)
        if self._renewing is None or self._renewing.done():
            self._renewing = _spawn(self._renew(self._shared))

    async def _renew(self, shared: SharedState) -> None:
        while self._announced:
            await asyncio.sleep(PRESENCE_EVERY_S)
            for room_id, streams in list(self._announced.items()):
                if room_id in self._announced:  # it may have been left meanwhile
                    await self._say_present(shared, room_id, streams=streams)

    async def _say_present(self, shared: SharedState, room_id: str, *, streams: bool) -> None:
        await shared.announce(
            room_id, self._channel_id, self._node, streams=streams, ttl_seconds=PRESENCE_TTL_S
        )


def _topic(channel_id: str, room_id: str) -> str:
    return f"room:{quote(channel_id, safe='')}:{quote(room_id, safe='')}"


def _spawn(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    # An empty context, so that the task never inherits a held room lock or somebody's span.
    return asyncio.get_running_loop().create_task(work, context=contextvars.Context())
