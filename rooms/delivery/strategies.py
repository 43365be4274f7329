"""When proactive content goes out: now, when the room is quiet, or gathered into one (RFC §23)."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from rooms.domain.content import CompositeContent, EventContent, TextContent, text_of
from rooms.domain.event import RoomEvent

logger = logging.getLogger("roomkit.core.delivery")

IDLE_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class DeliveryRequest:
    """One proactive delivery, with what a strategy may do about it.

    Attributes:
        content: What to say.
        send: Sends content now and returns the stored event.
        is_busy: Tells whether somebody is answering in the room.
        sleep: Waits for seconds.
    """

    room_id: str
    content: EventContent
    send: Callable[[EventContent], Awaitable[RoomEvent]]
    is_busy: Callable[[], bool]
    sleep: Callable[[float], Awaitable[None]]

    async def wait_for_idle(self, *, buffer: float, timeout: float) -> None:
        """Wait until the room has been quiet for `buffer` seconds, at most `timeout` seconds."""
        waited, quiet = 0.0, 0.0
        while waited < timeout and quiet < buffer:
            await self.sleep(IDLE_POLL_SECONDS)
            waited += IDLE_POLL_SECONDS
            quiet = 0.0 if self.is_busy() else quiet + IDLE_POLL_SECONDS


class DeliveryStrategy(ABC):
    """Decides when content goes out."""

    @abstractmethod
    async def deliver(self, request: DeliveryRequest) -> RoomEvent:
        """Send the content when it is time and return the event that carries it."""


class Immediate(DeliveryStrategy):
    """Sends at once."""

    async def deliver(self, request: DeliveryRequest) -> RoomEvent:
        """Send at once."""
        return await request.send(request.content)


class WaitForIdle(DeliveryStrategy):
    """Sends when nobody is answering; after `playback_timeout` seconds it sends anyway."""

    def __init__(self, buffer: float = 1.0, playback_timeout: float = 15.0) -> None:
        self.buffer = buffer
        self.playback_timeout = playback_timeout

    async def deliver(self, request: DeliveryRequest) -> RoomEvent:
        """Wait for a quiet moment, then send."""
        await request.wait_for_idle(buffer=self.buffer, timeout=self.playback_timeout)
        return await request.send(request.content)


class Queued(DeliveryStrategy):
    """Gathers contents per room while it waits for a quiet moment, and sends them as one.

    Texts are joined by `separator`; with anything else among them the parts go out side by side.
    A batch belongs to nobody: it goes out even if a caller gives up waiting for it.
    """

    def __init__(
        self, buffer: float = 1.0, playback_timeout: float = 15.0, separator: str = "\n\n"
    ) -> None:
        self.buffer = buffer
        self.playback_timeout = playback_timeout
        self.separator = separator
        self._gathering: dict[str, _Batch] = {}

    async def deliver(self, request: DeliveryRequest) -> RoomEvent:
        """Join the batch of the room, or open one; return once it was sent."""
        batch = self._gathering.get(request.room_id)
        if batch is None:
            batch = self._gathering[request.room_id] = _Batch()
            batch.sending = asyncio.ensure_future(self._send_when_quiet(request, batch))
            batch.sending.add_done_callback(_log_failure)
        batch.contents.append(request.content)
        return await asyncio.shield(batch.sending)

    async def _send_when_quiet(self, request: DeliveryRequest, batch: "_Batch") -> RoomEvent:
        try:
            await request.wait_for_idle(buffer=self.buffer, timeout=self.playback_timeout)
        finally:
            del self._gathering[request.room_id]
        return await request.send(self._join(batch.contents))

    def _join(self, contents: list[EventContent]) -> EventContent:
        if len(contents) == 1:
            return contents[0]
        if all(isinstance(content, TextContent) for content in contents):
            return TextContent(body=self.separator.join(map(text_of, contents)))
        return CompositeContent(parts=contents)


class _Batch:
    """What was gathered for one room, and the task that will send it."""

    sending: "asyncio.Future[RoomEvent]"

    def __init__(self) -> None:
        self.contents: list[EventContent] = []


def _log_failure(sending: "asyncio.Future[RoomEvent]") -> None:
    """Write a failure down, since perhaps nobody waits for it any more."""
    if not sending.cancelled() and sending.exception() is not None:
        logger.warning("queued delivery failed", exc_info=sending.exception())


STRATEGIES: dict[str, type[DeliveryStrategy]] = {
    "immediate": Immediate,
    "wait_for_idle": WaitForIdle,
    "queued": Queued,
}
