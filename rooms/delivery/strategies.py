"""When proactive content goes out: now, when the room is quiet, or gathered into one (RFC §23)."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from rooms.domain.content import EventContent, TextContent, text_of
from rooms.domain.event import RoomEvent

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
    """Gathers texts per room while it waits for a quiet moment, and sends them as one."""

    def __init__(
        self, buffer: float = 1.0, playback_timeout: float = 15.0, separator: str = "\n\n"
    ) -> None:
        self.buffer = buffer
        self.playback_timeout = playback_timeout
        self.separator = separator
        self._gathering: dict[str, tuple[list[str], asyncio.Future[RoomEvent]]] = {}

    async def deliver(self, request: DeliveryRequest) -> RoomEvent:
        """Join the batch of the room, or open one and send it when the room is quiet."""
        gathered = self._gathering.get(request.room_id)
        if gathered is not None:
            texts, sent = gathered
            texts.append(text_of(request.content))
            return await asyncio.shield(sent)
        texts, sent = [text_of(request.content)], asyncio.get_running_loop().create_future()
        self._gathering[request.room_id] = (texts, sent)
        try:
            await request.wait_for_idle(buffer=self.buffer, timeout=self.playback_timeout)
        finally:
            del self._gathering[request.room_id]
        return await self._send(request, texts, sent)

    async def _send(
        self, request: DeliveryRequest, texts: list[str], sent: "asyncio.Future[RoomEvent]"
    ) -> RoomEvent:
        whole = request.content if len(texts) == 1 else TextContent(body=self.separator.join(texts))
        try:
            event = await request.send(whole)
        except Exception as error:
            sent.set_exception(error)
            sent.exception()  # the batch's opener raises it; joiners see it too
            raise
        sent.set_result(event)
        return event


STRATEGIES: dict[str, type[DeliveryStrategy]] = {
    "immediate": Immediate,
    "wait_for_idle": WaitForIdle,
    "queued": Queued,
}
