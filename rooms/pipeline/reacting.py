"""Asking an agent: its reaction, its answer in one piece or as a stream, its side effects."""

import asyncio
import logging
from bisect import bisect_left
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from operator import attrgetter

from hooks.results import Observation
from rooms.channel import Channel
from rooms.domain.binding import ChannelBinding
from rooms.domain.content import TextContent
from rooms.domain.delivery import DeliveryOutcome
from rooms.domain.enums import ChannelDirection
from rooms.domain.errors import StoreUnavailableError
from rooms.domain.event import EventSource, RoomEvent
from rooms.domain.output import ChannelOutput
from rooms.pipeline import visibility
from rooms.pipeline.answers import DEPTH_LIMIT, Answers, reply_key
from rooms.pipeline.conclusions import Conclusions
from rooms.pipeline.draft import Passed, SideEffects
from rooms.pipeline.parts import Parts
from rooms.pipeline.streaming import LiveAnswer
from rooms.pipeline.turns import Turn, TurnEnds, done, side_effects_of
from rooms.pipeline.work import LostRow, Work
from rooms.telemetry import Attr, SpanKind

logger = logging.getLogger("roomkit.core.agents")


class Reactor:
    """Runs REACT jobs; each ends with one commit that also completes its row."""

    def __init__(
        self, parts: Parts, answers: Answers, ends: TurnEnds, conclusions: Conclusions
    ) -> None:
        self._parts = parts
        self._answers = answers
        self._ends = ends
        self._conclusions = conclusions

    async def react(self, work: Work) -> None:
        """Ask one agent about one event and commit whatever it says."""
        if await self._answered_before(work):
            await self._ends.complete(work, SideEffects())
            await self._conclusions.check(work)
            return
        turn = await self._present(work)
        channel = self._parts.channels.get(work.binding.channel_id)
        if turn is None or channel is None or work.crashes_processes:
            await self._ends.give_up(work)
            await self._conclusions.check(work)
            return
        work.attempts += 1
        await self._mark_begun(work)
        telemetry = self._parts.telemetry
        span = telemetry.span(
            SpanKind.DELIVERY,
            "react",
            parent_id=work.cascade.span_id,
            room_id=work.event.room_id,
            channel_id=channel.channel_id,
        )
        with span as span_id:
            try:
                await self._take(turn, await self._ask(channel, turn))
            except (StoreUnavailableError, LostRow):
                raise  # no failure of the agent's: it is asked again, here or elsewhere
            except Exception as error:  # RFC §10.2: an agent's failure leaves the room healthy
                facts = {Attr.ERROR_TYPE.value: type(error).__name__}
                telemetry.end_span(span_id, status="error", attributes=facts)
                await self._ends.fail(turn, error)

    async def _mark_begun(self, work: Work) -> None:
        """Say that the agent is at it: the round of its question need not wait for the answer."""
        if work.broadcast is None:
            await self._ends.begin(work)
            await self._conclusions.check(work)

    async def _answered_before(self, work: Work) -> bool:
        """Tell whether a process that died has committed the answer already."""
        if work.row is None or work.broadcast is not None:
            return False
        key = reply_key(work.event.id, work.binding.channel_id, 0)
        return await self._parts.store.check_idempotency(work.event.room_id, key)

    async def _present(self, work: Work) -> Turn | None:
        """Return the agent's binding and its view of the room as they are now."""
        snapshot = await self._parts.store.load_snapshot(work.event.room_id)
        if snapshot is None:
            return None
        binding = snapshot.context.get_binding(work.binding.channel_id)
        if binding is None:
            return None
        whole = await self._parts.context_of(snapshot.context.room, snapshot.context)
        earlier = _history_for(work.event, whole.recent_events, binding)
        shown = visibility.reader_history(earlier, binding)
        seen = [self._parts.media.show(event) for event in shown]
        return Turn(work, binding, whole.model_copy(update={"recent_events": seen}))

    async def _ask(self, channel: Channel, turn: Turn) -> ChannelOutput:
        event = turn.work.event
        content = self._parts.transcoder.transcode(event.content, channel.capabilities())
        shown = event.model_copy(update={"content": content}) if content else event
        shown = self._parts.media.show(shown)
        return await channel.on_event(shown, turn.binding, turn.context)

    async def _take(self, turn: Turn, output: ChannelOutput) -> None:
        work = turn.work
        effects = side_effects_of(output, work.event.room_id, turn.binding.channel_id)
        stream = output.response_stream
        work.settle(work.result(DeliveryOutcome.SENT))
        if stream is not None and not turn.binding.muted:
            await self._stream(turn, stream, output.response_metadata, effects)
        elif output.response_events:
            await self._commit_all(turn, output.response_events, effects)
        else:
            await _close_unread(stream)
            await self._ends.complete(work, effects, turn.context)

    async def _commit_all(self, turn: Turn, events: list[RoomEvent], effects: SideEffects) -> None:
        """Commit the answers in order; the last carries side effects and the end of the job."""
        work = turn.work
        await self._let_others_be_told(work)
        effects = self._note_depth(work, effects)
        *first, last = enumerate(events)
        for segment, event in first:
            await self._answers.commit(work, event, segment=segment, side_effects=SideEffects())
        segment, event = last
        passed = await self._answers.commit(
            work, event, segment=segment, side_effects=effects, finishes=done(work)
        )
        await self._end_unstored(turn, passed, effects)

    async def _stream(
        self,
        turn: Turn,
        deltas: AsyncIterator[str],
        metadata: dict[str, object],
        effects: SideEffects,
    ) -> None:
        work = turn.work
        answer = _empty_answer(work, metadata)
        placeholder = self._answers.stamp(work, answer, segment=0)
        shows = turn.binding.can_write and self._may_speak(work)
        live = LiveAnswer(self._parts, placeholder, turn.context, shows=shows)
        error = await _read(live, deltas)
        # A channel may complete the metadata while it streams, with the usage for instance.
        answer = answer.model_copy(update={"metadata": dict(metadata)})
        if live.text:
            await self._commit_streamed(turn, answer, live, effects)
        else:
            await self._ends.complete(work, effects, turn.context)
        await live.shown()
        if error is not None:
            await self._ends.report(turn, error, partial=live.text)

    async def _commit_streamed(
        self, turn: Turn, answer: RoomEvent, live: LiveAnswer, effects: SideEffects
    ) -> None:
        work = turn.work
        await self._let_others_be_told(work)
        effects = self._note_depth(work, effects)
        whole = answer.model_copy(update={"content": TextContent(body=live.text)})
        passed = await self._answers.commit(
            work, whole, segment=0, side_effects=effects, finishes=done(work), live=live
        )
        await self._end_unstored(turn, passed, effects)

    async def _end_unstored(self, turn: Turn, passed: Passed, effects: SideEffects) -> None:
        """End the job of an answer whose commit did not, for it was refused or there already."""
        if passed.event is None:
            await self._ends.discard(turn, effects, code=passed.reason or "refused")
        elif passed.replayed:
            with suppress(LostRow):  # a commit of which only the reply was lost has ended it too
                await self._ends.complete(turn.work, effects, turn.context)

    async def _let_others_be_told(self, work: Work) -> None:
        """Wait, within limits, until AFTER_BROADCAST of the question was fired."""
        if work.broadcast is None:
            return
        try:
            async with asyncio.timeout(self._parts.limits.answer_grace):
                await work.broadcast.told.wait()
        except TimeoutError:
            logger.info("answer goes ahead of slow targets", extra={"event_id": work.event.id})

    def _may_speak(self, work: Work) -> bool:
        """Tell whether an answer at this depth would be delivered."""
        return work.event.chain_depth + 1 < self._parts.limits.max_chain_depth

    def _note_depth(self, work: Work, effects: SideEffects) -> SideEffects:
        if self._may_speak(work):
            return effects
        note = Observation(
            room_id=work.event.room_id,
            type=f"{DEPTH_LIMIT.removesuffix('_limit')}_exceeded",
            channel_id=work.binding.channel_id,
            data={"depth": work.event.chain_depth + 1},
        )
        return SideEffects(
            tasks=effects.tasks,
            observations=(*effects.observations, note),
            metadata_patch=effects.metadata_patch,
        )


def _empty_answer(work: Work, metadata: dict[str, object]) -> RoomEvent:
    """Return the answer before its first word; its id stays."""
    return RoomEvent(
        room_id=work.event.room_id,
        source=EventSource(
            channel_id=work.binding.channel_id,
            channel_type=work.binding.channel_type,
            direction=ChannelDirection.OUTBOUND,
        ),
        content=TextContent(body=""),
        metadata=dict(metadata),
    )


async def _read(live: LiveAnswer, deltas: AsyncIterator[str]) -> Exception | None:
    """Show the stream to its end; a failure is returned, what was shown is kept."""
    try:
        await live.consume(deltas)
    except Exception as error:  # RFC §10.5: a broken stream must not lose its first half
        logger.warning("answer stream failed", exc_info=True)
        await live.fail(error)
        return error
    return None


async def _close_unread(stream: AsyncIterator[str] | None) -> None:
    """Close a stream nobody may hear, before it has asked its provider for anything."""
    closer = getattr(stream, "aclose", None)
    if closer is not None:
        await closer()


def _history_for(
    trigger: RoomEvent, events: Sequence[RoomEvent], reader: ChannelBinding
) -> list[RoomEvent]:
    """Return what is history for an answer: it came before, or the reader said it.

    `events` are in the order of their indexes, so that only what came later is looked at.
    """
    position = bisect_left(events, trigger.index, key=attrgetter("index"))
    said_since = [
        event
        for event in events[position:]
        if event.source.channel_id == reader.channel_id and event.id != trigger.id
    ]
    return [*events[:position], *said_since]
