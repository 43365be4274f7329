"""Shapes the kit passes through without knowing the packages above that make them."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, runtime_checkable

from rooms.domain.event import RoomEvent

SendFn = Callable[[str, RoomEvent], Awaitable[None]]
"""Sends one event to one connection: `(connection_id, event)`."""

StreamSendFn = Callable[[str, Any], Awaitable[None]]
"""Sends one stream message to one connection: `(connection_id, message)`."""


@runtime_checkable
class AcceptsConnections(Protocol):
    """A channel that keeps a registry of live connections."""

    def register_connection(
        self,
        connection_id: str,
        send_fn: SendFn,
        *,
        stream_send_fn: StreamSendFn | None = None,
        room_id: str | None = None,
    ) -> None:
        """Add or replace a connection."""

    def unregister_connection(self, connection_id: str) -> None:
        """Forget a connection; an unknown one is ignored."""
