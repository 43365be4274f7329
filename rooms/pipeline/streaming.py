"""Answers shown while they are made: one source, many readers, one stored event (RFC §10.5)."""

import asyncio
import logging
from collections.abc import AsyncIterator

from rooms.answer_stream import AnswerStream
from rooms.domain.binding import ChannelBinding
from rooms.domain.context import RoomContext
from rooms.domain.event import RoomEvent
from rooms.pipeline import permissions, visibility
from rooms.pipeline.parts import Parts
from rooms.pipeline.waiting import return_at_commit

logger = logging.getLogger("roomkit.core.streaming")


class LiveAnswer:
    """Feeds the text of one answer to every target that can show it growing.

    The event's id is minted before the first delta, so that what readers saw and what is stored
    are the same event. Readers start with the first delta: an empty answer is shown to nobody.
    """

    def __init__(
        self, parts: Parts, placeholder: RoomEvent, context: RoomContext, *, shows: bool = True
    ) -> None:
        """Make an answer without text; with `shows=False` nobody sees it before it is stored."""
        self._parts = parts
        self._shows_at_all = shows
        self._placeholder = placeholder
        self._context = context
        self._streams: dict[str, AnswerStream] = {}
        self._shows: list[asyncio.Task[object]] = []
        self._has_begun = False
        self.text = ""

    @property
    def channel_ids(self) -> tuple[str, ...]:
        """The channels that are showing the text."""
        return tuple(self._streams)

    async def consume(self, deltas: AsyncIterator[str]) -> None:
        """Read the source to its end, passing each delta on at once."""
        async for delta in deltas:
            if delta:
                await self._begin()
                self.text += delta
                for stream in self._streams.values():
                    stream.feed(delta)

    def end(self, event: RoomEvent | None) -> None:
        """End the readers' streams with the stored event (None: take the text back)."""
        for stream in self._streams.values():
            stream.finish(event)

    async def fail(self, error: BaseException) -> None:
        """Tell the readers that no more text will come."""
        await self._begin()
        for stream in self._streams.values():
            stream.fail(error)

    async def shown(self) -> None:
        """Wait until every reader has been shown the end."""
        if self._shows:
            await asyncio.wait(self._shows)

    async def _begin(self) -> None:
        if self._has_begun or not self._shows_at_all:
            return
        self._has_begun = True
        for binding in await self._targets():
            stream = AnswerStream()
            self._streams[binding.channel_id] = stream
            self._shows.append(self._parts.tasks.spawn(self._show(binding, stream)))

    async def _targets(self) -> list[ChannelBinding]:
        source = self._context.get_binding(self._placeholder.source.channel_id)
        seen = self._placeholder.model_copy(
            update={
                "visibility": visibility.intersect(
                    source.visibility if source else "all",
                    self._placeholder.visibility,
                    self._context.bindings,
                )
            }
        )
        return [
            binding
            for binding in permissions.plan_targets(seen, source, self._context.bindings)
            if permissions.wants_deliver(binding) and await self._streams_to(binding)
        ]

    async def _streams_to(self, binding: ChannelBinding) -> bool:
        channel = self._parts.channels.get(binding.channel_id)
        return channel is not None and await channel.streams_to(binding.room_id)

    async def _show(self, binding: ChannelBinding, stream: AnswerStream) -> None:
        channel = self._parts.channels.require(binding.channel_id)
        try:
            with return_at_commit():
                await channel.deliver_stream(stream, self._placeholder, binding, self._context)
        except Exception:  # a reader's failure must not stop the answer (RFC §10.5)
            logger.warning(
                "streamed delivery failed",
                exc_info=True,
                extra={"room_id": binding.room_id, "channel_id": binding.channel_id},
            )
