"""The open connections of a push channel: which room each belongs to, and how it behaves."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from channels_app.channels.stream_frames import SendFn, StreamSendFn
from rooms.domain.event import RoomEvent

logger = logging.getLogger("roomkit.channels.websocket")

P = TypeVar("P")

SEND_TIMEOUT_S = 5.0
MAX_FAILURES = 3


@dataclass(eq=False)
class Connection:
    """One client.

    Attributes:
        own_send_fn: Called with what other processes took in through the same channel.
        room_id: None until the channel's only room is known.
        named_room: Whether the room was given at registration rather than inferred.
        failures: Sends in a row that failed or took too long.
    """

    id: str
    send_fn: SendFn
    stream_send_fn: StreamSendFn | None = None
    room_id: str | None = None
    own_send_fn: SendFn | None = None
    named_room: bool = False
    failures: int = 0


class ConnectionRegistry:
    """Connections by id, each in one room; drops those that fail three times in a row.

    Attributes:
        send_timeout_s: How long one send may take, in seconds.
        on_change: Called with each room into which or from which a connection went.
    """

    def __init__(
        self, channel_id: str, *, on_change: Callable[[str | None], None] = lambda room_id: None
    ) -> None:
        self.send_timeout_s = SEND_TIMEOUT_S
        self.on_change = on_change
        self._channel_id = channel_id
        self._by_id: dict[str, Connection] = {}
        self._by_room: dict[str | None, dict[str, Connection]] = {}
        self._rooms: set[str] = set()

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Connection]:
        return iter(self._by_id.values())

    def __contains__(self, connection: Connection) -> bool:
        return self._by_id.get(connection.id) is connection

    @property
    def rooms(self) -> list[str]:
        """The rooms that have a connection."""
        return [room_id for room_id in self._by_room if room_id is not None]

    def add(self, connection: Connection) -> None:
        """Take a connection in; one with the same id is replaced.

        Raises:
            ValueError: If it names no room and the channel is attached to several.
        """
        connection.named_room = connection.room_id is not None
        if not connection.named_room:
            connection.room_id = self._only_room(connection.id)
        self.remove(connection.id)
        self._by_id[connection.id] = connection
        self._enter(connection)

    def remove(self, connection_id: str) -> None:
        """Let a connection go; an unknown id is fine."""
        connection = self._by_id.pop(connection_id, None)
        if connection is not None:
            self._leave(connection)

    def clear(self) -> None:
        """Let every connection go."""
        for connection_id in list(self._by_id):
            self.remove(connection_id)

    def learn_room(self, room_id: str) -> None:
        """Know that the channel is attached to a room; the first one takes the roomless in."""
        if room_id in self._rooms:
            return
        self._rooms.add(room_id)
        if len(self._rooms) == 1:
            for connection in list(self._by_room.get(None, {}).values()):
                self._move(connection, room_id)

    def forget_room(self, room_id: str) -> None:
        """Know that the channel left a room; connections that named no room wait for the next."""
        self._rooms.discard(room_id)
        for connection in list(self._by_room.get(room_id, {}).values()):
            if not connection.named_room:
                self._move(connection, None)

    def is_watched(self, room_id: str) -> bool:
        """Tell whether a room has a connection."""
        return room_id in self._by_room

    def in_room(self, room_id: str) -> list[Connection]:
        """Return the connections of a room, the roomless too while no room is known."""
        found = list(self._by_room.get(room_id, {}).values())
        if not self._rooms:
            found += self._by_room.get(None, {}).values()
        return found

    def streaming_in(self, room_id: str) -> list[Connection]:
        """Return the connections of a room that take answers in the making."""
        return [each for each in self.in_room(room_id) if each.stream_send_fn]

    async def push(self, event: RoomEvent, connections: Iterable[Connection]) -> None:
        """Send an event to some connections at once; never fails as a whole."""
        sends = [self.attempt(each, each.send_fn, event) for each in connections]
        if len(sends) == 1:
            await sends[0]
        else:
            await asyncio.gather(*sends)

    async def attempt(
        self, connection: Connection, send_fn: Callable[[str, P], Awaitable[None]], payload: P
    ) -> None:
        """Make one send; failures stay here, and too many of them drop the connection."""
        try:
            async with asyncio.timeout(self.send_timeout_s):
                await send_fn(connection.id, payload)
        except Exception as error:  # one client must never hold up a delivery
            self._count_failure(connection, error)
        else:
            connection.failures = 0

    def _only_room(self, connection_id: str) -> str | None:
        if len(self._rooms) > 1:
            raise ValueError(
                f"channel {self._channel_id!r} is attached to {len(self._rooms)} rooms: register "
                f"connection {connection_id!r} with room_id=…"
            )
        return next(iter(self._rooms), None)

    def _move(self, connection: Connection, room_id: str | None) -> None:
        self._leave(connection)
        connection.room_id = room_id
        self._enter(connection)

    def _enter(self, connection: Connection) -> None:
        self._by_room.setdefault(connection.room_id, {})[connection.id] = connection
        self.on_change(connection.room_id)

    def _leave(self, connection: Connection) -> None:
        members = self._by_room[connection.room_id]
        del members[connection.id]
        if not members:
            del self._by_room[connection.room_id]
        self.on_change(connection.room_id)

    def _count_failure(self, connection: Connection, error: Exception) -> None:
        connection.failures += 1
        facts = {"channel_id": self._channel_id, "connection_id": connection.id}
        logger.debug("send to connection failed", extra=facts, exc_info=error)
        if connection.failures >= MAX_FAILURES and connection in self:
            self.remove(connection.id)
            logger.warning("connection dropped after repeated failures", extra=facts)
