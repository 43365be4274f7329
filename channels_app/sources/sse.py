"""Server-sent events: a feed over HTTP that goes on where it was cut off (WHATWG HTML §9.2)."""

import logging
from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx

from channels_app.providers.base.guarded_http import GuardedTransport
from channels_app.sources.base import BaseSourceProvider
from channels_app.sources.json_messages import Parser, Reader, json_parser
from channels_app.sources.packages import needed
from rooms.domain.source import SourceStatus
from rooms.ports import EmitCallback

if TYPE_CHECKING:
    from httpx_sse import ServerSentEvent

logger = logging.getLogger("roomkit.channels.sources")

CONNECT_S = 10.0
# So long without a byte, and the line is taken for dead; servers send comments more often.
SILENCE_S = 300.0
FIRST_PAUSE_S = 3.0
LAST_EVENT_ID = "last_event_id"
CONTENT_TYPE = "text/event-stream"


class FeedRefused(ConnectionError):
    """The server does not serve the feed."""


class SSESource(BaseSourceProvider):
    """Takes the events of a feed as messages of a channel.

    After a cut it asks for what came after the last event that was stored. Needs the extra `sse`.

    Args:
        url: Of the feed, https unless `allow_private`.
        channel_id: Where the messages come in.
        headers: Sent with each request, such as `Authorization`.
        parser: Reads the data of an event; None reads `sender_id`, `text`, `external_id` and
            `metadata` from JSON.
        event_types: Only these events are read; None reads all.
        allow_private: Whether the feed may be unencrypted, and within our own network.

    Raises:
        ImportError: If httpx-sse is not installed.
    """

    def __init__(
        self,
        url: str,
        channel_id: str,
        *,
        headers: Mapping[str, str] | None = None,
        parser: Parser | None = None,
        event_types: Collection[str] | None = None,
        allow_private: bool = False,
    ) -> None:
        super().__init__()
        self._connect_sse = needed("httpx_sse", extra="sse").aconnect_sse
        self.channel_id = channel_id
        self._url = url
        self._headers = dict(headers or {})
        self._event_types = event_types
        self._allow_private = allow_private
        self._reader = Reader(
            parser or json_parser(channel_id), source=self.name, channel_id=channel_id
        )
        self._pause = FIRST_PAUSE_S

    @property
    def name(self) -> str:
        """The name that events and logs show."""
        return "sse"

    async def start(self, emit: EmitCallback) -> None:
        """Read the feed until stopped, or until the server answers that there is no more (204).

        Raises:
            FeedRefused: If the server answers with something else than a feed.
            httpx.HTTPError: If it cannot be reached.
        """

        async def connect() -> float | None:
            return await self._read_feed(emit)

        await self._keep_connected(connect)

    async def _read_feed(self, emit: EmitCallback) -> float | None:
        """Read until the line is cut; return after how many seconds to come back."""
        async with (
            self._client() as client,
            self._connect_sse(client, "GET", self._url, headers=self._request_headers()) as feed,
        ):
            if feed.response.status_code == HTTPStatus.NO_CONTENT:
                return None
            _check(feed.response)
            self._set_status(SourceStatus.CONNECTED)
            try:
                async for event in feed.aiter_sse():
                    await self._take(event, emit)
            except httpx.TransportError as error:
                facts = {"source": self.name, "channel_id": self.channel_id}
                logger.info("feed was cut", extra={**facts, "reason": type(error).__name__})
        return self._pause

    async def _take(self, event: "ServerSentEvent", emit: EmitCallback) -> None:
        if event.retry is not None:
            self._pause = event.retry / 1000
        if event.data and (self._event_types is None or event.event in self._event_types):
            await self._say(event, emit)
        if event.id and event.id != self._cursor.get(LAST_EVENT_ID):
            await self._keep_cursor({LAST_EVENT_ID: event.id})

    async def _say(self, event: "ServerSentEvent", emit: EmitCallback) -> None:
        message = self._reader.read(event.data)
        self._set_fact("malformed", self._reader.counted)
        if message is None:
            return
        if not message.external_id and event.id:
            message = message.model_copy(update={"external_id": event.id})
        await self._deliver(emit, message)

    def _request_headers(self) -> dict[str, str]:
        last = self._cursor.get(LAST_EVENT_ID)
        return {**self._headers, "Last-Event-ID": str(last)} if last else dict(self._headers)

    def _client(self) -> httpx.AsyncClient:
        transport = GuardedTransport(
            allow_private=self._allow_private, allow_http=self._allow_private
        )
        return httpx.AsyncClient(
            transport=transport,
            timeout=httpx.Timeout(CONNECT_S, read=SILENCE_S),
            follow_redirects=False,
        )


def _check(response: httpx.Response) -> None:
    if response.status_code != HTTPStatus.OK:
        place = response.headers.get("location")
        hint = f": it is at {place}" if place else ""
        raise FeedRefused(f"the feed was answered with {response.status_code}{hint}")
    kind: Any = response.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != CONTENT_TYPE:
        raise FeedRefused(f"the feed is {kind or 'of no type'}, not {CONTENT_TYPE}")
