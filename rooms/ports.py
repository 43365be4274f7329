"""Shapes the kit passes through without knowing the packages above that make them."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, runtime_checkable

from rooms.domain.breaker import (
    Admission,
    BreakerEdge,
    BreakerPolicy,
    BreakerState,
    BreakerWord,
)
from rooms.domain.event import RoomEvent
from rooms.domain.policies import RateLimit

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


class SharedState(Protocol):
    """What the processes of one site must know of each other to behave as one.

    Circuit breakers per channel, token buckets per channel and limit, and who is connected.
    Nothing here is the truth about a conversation: all of it may be lost and grows again.
    """

    async def admit(self, channel_id: str, policy: BreakerPolicy) -> Admission | None:
        """Return leave to try the channel once, or None when the attempt must fail fast.

        Of all processes only one gets leave to probe a breaker that has been open long enough.
        """

    async def report(self, admission: Admission, word: BreakerWord) -> BreakerEdge | None:
        """Take what came of an attempt; whoever's word opens or closes the breaker learns so."""

    async def renew_probe(self, admission: Admission) -> bool:
        """Keep the probe's place for another `probe_seconds`; tell whether it was still held."""

    async def breaker_states(self) -> dict[str, BreakerState]:
        """Return the state of every breaker that was ever asked, by channel id."""

    async def reset_breaker(self, channel_id: str) -> None:
        """Drop a channel's breaker; the next one starts closed."""

    async def take_turn(self, channel_id: str, limit: RateLimit) -> float:
        """Take a token of every limit that is set, or none.

        Returns:
            0.0 when taken, else after how many seconds asking again may help.
        """

    async def reset_limits(self, channel_id: str) -> None:
        """Drop a channel's buckets; the next ones start full."""

    async def announce(
        self, room_id: str, channel_id: str, node: str, *, streams: bool, ttl_seconds: float
    ) -> None:
        """Say that a process shows a room to somebody through a channel, for so long.

        Args:
            room_id: The room that is shown.
            channel_id: The channel it is shown through.
            node: The process; its next word for the same room and channel replaces this one.
            streams: Whether it can show an answer while it grows.
            ttl_seconds: When to forget it; say it again before.
        """

    async def withdraw(self, room_id: str, channel_id: str, node: str) -> None:
        """Say that a process shows a room to nobody through a channel any more."""

    async def is_watched(self, room_id: str, channel_id: str, *, streams: bool) -> bool:
        """Tell whether any process shows a room through a channel.

        Args:
            room_id: The room.
            channel_id: The channel.
            streams: Whether only those count that can show an answer while it grows.
        """

    async def close(self) -> None:
        """Give back what belongs to the running event loop."""
