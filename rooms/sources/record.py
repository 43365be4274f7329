"""What becomes of a source, noted for everybody: news, numbers, and how far it has read."""

import asyncio
import logging
from typing import Any

from rooms.domain.errors import SourceLostError, StoreUnavailableError
from rooms.domain.json import JsonObject
from rooms.domain.source import SourceHealth, SourceState, SourceStatus
from rooms.framework_events import FrameworkEvents
from rooms.ports import Source
from rooms.resilience.clock import Clock
from rooms.stores.base import ConversationStore

logger = logging.getLogger("roomkit.core.sources")


class SourceRecord:
    """Keeps the state of one source that this process runs.

    Args:
        source: Whose status and health are noted.
        store: Where the state is kept.
        news: Told when it connects and when it loses its connection.
        clock: Tells when messages came.
        state: As it was before.
    """

    def __init__(
        self,
        source: Source,
        store: ConversationStore,
        *,
        news: FrameworkEvents,
        clock: Clock,
        state: SourceState,
    ) -> None:
        self._source = source
        self._store = store
        self._news = news
        self._clock = clock
        self._state = state
        self._saved = state
        self._verdict: tuple[SourceStatus, str] | None = None
        self._looking = asyncio.Lock()
        # A later state must not be overwritten by an earlier one.
        self._saving = asyncio.Lock()

    @property
    def cursor(self) -> JsonObject:
        """How far the source has read."""
        return self._state.cursor

    @property
    def is_connected(self) -> bool:
        """Whether it was connected when it was looked at last."""
        return self._state.status is SourceStatus.CONNECTED

    def count_message(self) -> None:
        """Note that a message was taken."""
        self._set(
            messages_received=self._state.messages_received + 1,
            last_message_at=self._clock.now(),
        )

    async def keep_cursor(self, cursor: JsonObject) -> None:
        """Keep how far the source has read.

        Raises:
            SourceLostError: If another process runs the source now.
            StoreUnavailableError: If it could not be kept.
        """
        self._set(cursor=cursor)
        await self._save()

    @property
    def status(self) -> SourceStatus:
        """Where the source stands."""
        return self._verdict[0] if self._verdict else self._source.status

    def begin(self) -> None:
        """Believe the source again: it is about to be started."""
        self._verdict = None

    async def fail(self, status: SourceStatus, error: str) -> None:
        """Note that the source has failed, whatever it says itself."""
        self._verdict = (status, error)
        await self.look()

    async def health(self) -> SourceHealth:
        """Return how the source is doing."""
        try:
            health = await self._source.healthcheck()
        except Exception:  # a source that cannot say how it is must not end for that
            logger.exception("source does not say how it is", extra=self._facts)
            health = SourceHealth(status=self._source.status, error="the health check failed")
        if self._verdict is None:
            return health
        status, error = self._verdict
        return health.model_copy(update={"status": status, "error": error})

    async def look(self) -> None:
        """Note how the source is doing, and tell when it has connected or lost its connection."""
        health = await self.health()
        async with self._looking:
            was_connected = self.is_connected
            self._note(health)
            await self._tell(was_connected)
        try:
            await self._save()
        except (StoreUnavailableError, SourceLostError):
            logger.warning("state of a source not noted", extra=self._facts, exc_info=True)

    def _note(self, health: SourceHealth) -> None:
        if health.status is SourceStatus.CONNECTED:
            before = self._state.connected_at if self.is_connected else self._clock.now()
            self._set(connected_at=health.connected_at or before)
        self._set(status=health.status, error=health.error, metadata=health.metadata)

    async def _tell(self, was_connected: bool) -> None:
        if self.is_connected and not was_connected:
            await self._news.emit("source_connected", **self._facts)
        elif was_connected and not self.is_connected:
            await self._news.emit("source_disconnected", **self._facts, error=self._state.error)

    async def _save(self) -> None:
        async with self._saving:
            state = self._state
            if state == self._saved:
                return
            if not await self._store.save_source_state(state):
                raise SourceLostError(state.channel_id)
            self._saved = state

    def _set(self, **changes: Any) -> None:
        self._state = self._state.model_copy(update=changes)

    @property
    def _facts(self) -> dict[str, str]:
        return {"channel_id": self._state.channel_id, "source": self._source.name}
