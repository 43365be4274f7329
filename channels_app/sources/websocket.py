"""A feed over a WebSocket that we connect to."""

import logging
from collections.abc import Mapping
from typing import Any

from channels_app.sources.addresses import resolve_allowed
from channels_app.sources.base import BaseSourceProvider
from channels_app.sources.json_messages import Parser, Reader, json_parser
from channels_app.sources.packages import needed
from rooms.domain.source import SourceStatus
from rooms.ports import EmitCallback

logger = logging.getLogger("roomkit.channels.sources")

CONNECT_S = 10.0
MAX_BYTES = 1_000_000
# "Policy violation": the server does not want us (RFC 6455 §7.4.1); coming back at once is rude.
UNWANTED = 1008


class FeedClosed(ConnectionError):
    """The server has closed the connection and does not want another one soon."""


class WebSocketSource(BaseSourceProvider):
    """Takes what comes over a WebSocket as messages of a channel.

    What is sent while it is not connected is lost, since a WebSocket cannot ask for it; a feed that
    must lose nothing is better read by `SSESource`. Needs the extra `websocket`.

    Args:
        url: Such as `wss://feed.example.org/chat`.
        channel_id: Where the messages come in.
        headers: Sent with the handshake, such as `Authorization`.
        parser: Reads one frame; None reads `sender_id`, `text`, `external_id` and `metadata` from
            JSON.
        reconnect_delay: Seconds from the end of a connection to the next one.
        allow_private: Whether the feed may be unencrypted, and within our own network.

    Raises:
        ImportError: If websockets is not installed.
        ValueError: If the address is not `wss://`.
    """

    def __init__(
        self,
        url: str,
        channel_id: str,
        *,
        headers: Mapping[str, str] | None = None,
        parser: Parser | None = None,
        reconnect_delay: float = 1.0,
        allow_private: bool = False,
    ) -> None:
        super().__init__()
        self._library = needed("websockets.asyncio.client", extra="websocket")
        self._problems = needed("websockets.exceptions", extra="websocket")
        if not url.startswith("wss://") and not (allow_private and url.startswith("ws://")):
            raise ValueError(f"{url!r} is not wss://: say allow_private=True if ws:// is meant")
        self.channel_id = channel_id
        self._url = url
        self._headers = dict(headers or {})
        self._reconnect_delay = reconnect_delay
        self._allow_private = allow_private
        self._reader = Reader(
            parser or json_parser(channel_id), source=self.name, channel_id=channel_id
        )

    @property
    def name(self) -> str:
        """The name that events and logs show."""
        return "websocket"

    async def start(self, emit: EmitCallback) -> None:
        """Read the feed until stopped.

        Raises:
            OSError: If the server cannot be reached, or must not be.
            websockets.exceptions.InvalidHandshake: If it refuses.
        """

        async def connect() -> float:
            return await self._read_feed(emit)

        await self._keep_connected(connect)

    async def _read_feed(self, emit: EmitCallback) -> float:
        """Read until the connection ends; return after how many seconds to come back."""
        async with self._library.connect(
            self._url,
            additional_headers=self._headers,
            open_timeout=CONNECT_S,
            max_size=MAX_BYTES,
            proxy=None,
            **await self._destination(),
        ) as socket:
            self._set_status(SourceStatus.CONNECTED)
            try:
                async for frame in socket:
                    await self._take(frame, emit)
            except self._problems.ConnectionClosedError as error:
                self._note_end(error)
        return self._reconnect_delay

    async def _destination(self) -> dict[str, Any]:
        """Return what keeps the connection to the address that was checked."""
        return {} if self._allow_private else {"host": await resolve_allowed(self._url)}

    async def _take(self, frame: str | bytes, emit: EmitCallback) -> None:
        message = self._reader.read(frame)
        self._set_fact("malformed", self._reader.counted)
        if message is not None:
            await self._deliver(emit, message)

    def _note_end(self, error: Any) -> None:
        code = error.rcvd.code if error.rcvd else None
        if code == UNWANTED:
            raise FeedClosed(f"the server closed the connection with {code}: {error.rcvd.reason}")
        facts = {"source": self.name, "channel_id": self.channel_id, "code": code}
        logger.info("feed was cut", extra=facts)
