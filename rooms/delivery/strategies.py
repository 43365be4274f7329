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


async def _nowhere() -> bool:
    """Know of no other process."""
    return False


@dataclass(frozen=True)
class DeliveryRequest:
    """One proactive delivery, with what a strategy may do about it.

    Attributes:
        content: What to say.
        send: Sends content now and returns the stored event.
        is_busy: Tells whether somebody writes in the room, or an agent answers in this process.
        sleep: Waits for seconds.
        channel_id: Whom it is for, as of `deliver`.
        is_busy_elsewhere: Tells whether an agent answers in another process.
    """

    room_id: str
    content: EventContent
    send: Callable[[EventContent], Awaitable[RoomEvent]]
    is_busy: Callable[[], bool]
    sleep: Callable[[float], Awaitable[None]]
    channel_id: str | None = None
    is_busy_elsewhere: Callable[[], Awaitable[bool]] = _nowhere

    async def wait_for_idle(self, *, buffer: float, timeout: float) -> None:
        """Wait until the room has been quiet for `buffer` seconds, at most `timeout` seconds."""
        waited, quiet = 0.0, 0.0
        while waited < timeout and quiet < buffer:
            await self.sleep(IDLE_POLL_SECONDS)
            waited += IDLE_POLL_SECONDS
            quiet = 0.0 if self.is_busy() else quiet + IDLE_POLL_SECONDS
            # It costs a look at the database, so only what would end the waiting is made sure of.
            if quiet >= buffer and await self.is_busy_elsewhere():
                quiet = 0.0


class DeliveryStrategy(ABC):
    """Decides when content goes out.

    Attributes:
        waits: Whether it may wait, so that somebody has to listen who writes meanwhile.
    """

    waits: bool = True

    @abstractmethod
    async def deliver(self, request: DeliveryRequest) -> RoomEvent:
        """Send the content when it is time and return the event that carries it."""


class Immediate(DeliveryStrategy):
    """Sends at once."""

    waits = False

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
    """Gathers contents while it waits for a quiet moment, and sends them as one.

    Each room has a batch for everybody, and one for each channel that something is for alone.

    Texts are joined by `separator`; with anything else among them the parts go out side by side.
    A batch belongs to nobody: it goes out even if a caller gives up waiting for it.
    """

    def __init__(
        self, buffer: float = 1.0, playback_timeout: float = 15.0, separator: str = "\n\n"
    ) -> None:
        self.buffer = buffer
        self.playback_timeout = playback_timeout
        self.separator = separator
        self._gathering: dict[tuple[str, str | None], _Batch] = {}

    async def deliver(self, request: DeliveryRequest) -> RoomEvent:
        """Join the batch of the room and channel, or open one; return once it was sent."""
        place = (request.room_id, request.channel_id)
        batch = self._gathering.get(place)
        if batch is None:
            batch = self._gathering[place] = _Batch()
            batch.sending = asyncio.ensure_future(self._send_when_quiet(request, batch))
            batch.sending.add_done_callback(_log_failure)
        batch.contents.append(request.content)
        return await asyncio.shield(batch.sending)

    async def _send_when_quiet(self, request: DeliveryRequest, batch: "_Batch") -> RoomEvent:
        try:
            await request.wait_for_idle(buffer=self.buffer, timeout=self.playback_timeout)
        finally:
            del self._gathering[request.room_id, request.channel_id]
        return await request.send(self._join(batch.contents))

    def _join(self, contents: list[EventContent]) -> EventContent:
        if len(contents) == 1:
            return contents[0]
        if all(isinstance(content, TextContent) for content in contents):
            return TextContent(body=self.separator.join(map(text_of, contents)))
        return CompositeContent(parts=contents)


class _Batch:
    """What was gathered for one place, and the task that will send it."""

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
