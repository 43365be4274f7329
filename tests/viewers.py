"""An answer, somebody who watches it grow, and a pen that writes it bit by bit."""

import asyncio
from collections.abc import AsyncIterator

from rooms import ChannelBinding, ChannelOutput, RoomContext, RoomEvent
from rooms.testing.rig import StreamingRecorder, streamed

ANSWER = streamed("It ", "shipped ", "yesterday.")
WHOLE = "It shipped yesterday."


class Viewer(StreamingRecorder):
    """Notes the id it was told before the first delta."""

    def __init__(self, channel_id: str = "viewer") -> None:
        super().__init__(channel_id)
        self.announced: list[str] = []

    async def deliver_stream(
        self,
        text_stream: AsyncIterator[str],
        event: RoomEvent,
        binding: ChannelBinding,
        context: RoomContext,
    ) -> ChannelOutput:
        """Note the id, then read."""
        self.announced.append(event.id)
        return await super().deliver_stream(text_stream, event, binding, context)


class Pen:
    """Writes an answer as the test lets it."""

    def __init__(self) -> None:
        self._deltas: asyncio.Queue[str | None] = asyncio.Queue()

    def write(self, delta: str) -> None:
        """Write a little more."""
        self._deltas.put_nowait(delta)

    def lay_down(self) -> None:
        """End the answer."""
        self._deltas.put_nowait(None)

    async def __aiter__(self) -> AsyncIterator[str]:
        while (delta := await self._deltas.get()) is not None:
            yield delta
