"""Answers shown while they are made: one source, many readers, one stored event (RFC §10.5)."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

from rooms.answer_stream import AnswerStream
from rooms.domain.binding import ChannelBinding
from rooms.domain.content import TextContent
from rooms.domain.context import RoomContext
from rooms.domain.event import RoomEvent
from rooms.pipeline import permissions, visibility
from rooms.pipeline.parts import Parts
from rooms.pipeline.waiting import return_at_commit
from rooms.ports import ShownAnswer

logger = logging.getLogger("roomkit.core.streaming")


class LiveAnswer:
    """Feeds the text of one answer to every target that can show it growing.

    The event's id is minted before the first delta, so that what readers saw and what is stored
    are the same event. Readers start with the first delta: an empty answer is shown to nobody.

    Nothing is shown before all processes can know of it, so that whoever takes the room over can
    store exactly what was shown. What comes while that is noted is shown with the next text.

    Attributes:
        text: All that the source has said.
        shown: What readers were shown of it.
    """

    def __init__(
        self,
        parts: Parts,
        answer: ShownAnswer,
        context: RoomContext,
        *,
        shows: bool = True,
        on_refusal: Callable[[], Awaitable[None]],
    ) -> None:
        """Make an answer without text.

        Args:
            parts: The collaborators of the pipeline.
            answer: The answer before its first word.
            context: The room as the agent saw it.
            shows: False shows it to nobody before it is stored.
            on_refusal: Called when text may not be shown: somebody has taken the room over, or
                nobody knows whether somebody has.
        """
        self._parts = parts
        self._shows_at_all = shows
        self._answer = answer
        self._context = context
        self._on_refusal = on_refusal
        self._targets: list[ChannelBinding] | None = None
        self._streams: dict[str, AnswerStream] = {}
        self._shows: list[asyncio.Task[object]] = []
        self._unshown: list[str] = []
        self._showing: asyncio.Task[None] | None = None
        self.text = ""
        self.shown = ""

    @property
    def channel_ids(self) -> tuple[str, ...]:
        """The channels that are showing the text."""
        return tuple(self._streams)

    async def consume(self, deltas: AsyncIterator[str]) -> None:
        """Read the source to its end, passing each delta on at once."""
        try:
            async for delta in deltas:
                if delta:
                    self._take(delta)
        except asyncio.CancelledError:
            self._unshown.clear()
            raise
        finally:
            if self._showing is not None:
                await asyncio.wait({self._showing})

    def end(self, event: RoomEvent | None) -> None:
        """End the readers' streams with the stored event (None: take the text back)."""
        for stream in self._streams.values():
            stream.finish(event)

    async def end_with_stored(self) -> None:
        """End the streams with what whoever took the room over has stored of the text.

        That was stored together with the change of owner. If nothing was, the text is taken back.
        """
        stored = self._streams and await self._parts.store.get_event(self._answer.placeholder.id)
        self.end(stored or None)

    async def fail(self, error: BaseException) -> None:
        """Tell the readers that no more text will come."""
        await self._find_targets()
        self._start_streams()
        for stream in self._streams.values():
            stream.fail(error)

    async def over(self) -> None:
        """Wait until every reader has been shown the end; nobody need know of the text then."""
        if self._shows:
            await asyncio.wait(self._shows)
        if self.shown:
            placeholder = self._answer.placeholder
            await self._parts.shared.conceal(placeholder.room_id, placeholder.id)

    # -- showing what is new

    def _take(self, delta: str) -> None:
        self.text += delta
        if not self._shows_at_all:
            return
        self._unshown.append(delta)
        if self._showing is None or self._showing.done():
            self._showing = asyncio.create_task(self._show_all())

    async def _show_all(self) -> None:
        try:
            await self._show_unshown()
        except Exception:  # readers that cannot be shown words get the stored answer (RFC §10.5)
            logger.exception("answer is not shown", extra={"event_id": self._answer.placeholder.id})
            self._shows_at_all = False

    async def _show_unshown(self) -> None:
        targets = await self._find_targets()
        while targets and self._unshown:
            text = "".join(self._unshown)
            self._unshown.clear()
            if not await self._may_show(self.shown + text):
                self._unshown.insert(0, text)
                await self._on_refusal()
                return
            self.shown += text
            self._start_streams()
            for stream in self._streams.values():
                stream.feed(text)

    async def _may_show(self, text: str) -> bool:
        content = TextContent(body=text)
        grown = self._answer.placeholder.model_copy(update={"content": content})
        return await self._parts.shared.show(self._answer.model_copy(update={"placeholder": grown}))

    # -- readers

    def _start_streams(self) -> None:
        if self._streams:
            return
        for binding in self._targets or ():
            stream = AnswerStream()
            self._streams[binding.channel_id] = stream
            self._shows.append(self._parts.tasks.spawn(self._show(binding, stream)))

    async def _find_targets(self) -> list[ChannelBinding]:
        if self._targets is None:
            self._targets = await self._plan_targets() if self._shows_at_all else []
        return self._targets

    async def _plan_targets(self) -> list[ChannelBinding]:
        placeholder = self._answer.placeholder
        source = self._context.get_binding(placeholder.source.channel_id)
        seen = placeholder.model_copy(
            update={
                "visibility": visibility.intersect(
                    source.visibility if source else "all",
                    placeholder.visibility,
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
        placeholder = self._answer.placeholder
        try:
            with return_at_commit():
                await channel.deliver_stream(stream, placeholder, binding, self._context)
        except Exception:  # a reader's failure must not stop the answer (RFC §10.5)
            logger.warning(
                "streamed delivery failed",
                exc_info=True,
                extra={"room_id": binding.room_id, "channel_id": binding.channel_id},
            )
