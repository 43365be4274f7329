"""Asking an agent: its reaction, its answer in one piece or as a stream, its side effects."""

import logging
from bisect import bisect_left
from collections.abc import Sequence
from functools import partial
from operator import attrgetter

from rooms.channel import Channel
from rooms.domain.binding import ChannelBinding
from rooms.domain.context import Asking
from rooms.domain.delivery import DeliveryOutcome
from rooms.domain.errors import StoreUnavailableError
from rooms.domain.event import RoomEvent
from rooms.domain.output import ChannelOutput
from rooms.domain.policies import ReplyTiming
from rooms.pipeline import visibility
from rooms.pipeline.answers import reply_key
from rooms.pipeline.conclusions import Conclusions
from rooms.pipeline.draft import SideEffects
from rooms.pipeline.edits import DELETED
from rooms.pipeline.parts import Parts
from rooms.pipeline.questions import Questions
from rooms.pipeline.replies import PARKED, Replies, end_of, facts_of
from rooms.pipeline.reply_timing import ReplyTimings
from rooms.pipeline.stopping import Stopped, StopReasons, StopWatch
from rooms.pipeline.streamed_turns import StreamedTurns, close_stream
from rooms.pipeline.turns import AskAgain, Turn, TurnEnds, side_effects_of
from rooms.pipeline.work import LostRow, Work
from rooms.telemetry import Attr, SpanKind

logger = logging.getLogger("roomkit.core.agents")


class Reactor:
    """Runs REACT jobs; each ends with one commit that also completes its row."""

    def __init__(  # noqa: PLR0913 - one argument a collaborator
        self,
        parts: Parts,
        *,
        replies: Replies,
        streams: StreamedTurns,
        ends: TurnEnds,
        conclusions: Conclusions,
        questions: Questions,
        timings: ReplyTimings,
        reasons: StopReasons,
    ) -> None:
        self._parts = parts
        self._replies = replies
        self._streams = streams
        self._ends = ends
        self._conclusions = conclusions
        self._questions = questions
        self._timings = timings
        self._reasons = reasons

    async def react(self, work: Work) -> None:
        """Ask one agent about one event and commit whatever it says."""
        while True:
            try:
                return await self._react(work)
            except AskAgain:
                logger.info("a turn gave way to nothing, and is taken again", extra=work.log_facts)

    async def _react(self, work: Work) -> None:
        segment = await self._find_segment(work)
        if segment is None:
            await self._ends.complete(work, SideEffects())
            await self._conclusions.check(work)
            return
        timing = self._timings.of(work)
        if not await self._timings.lets_ask(work, timing):
            return
        turn = await self._present(work, segment, timing)
        channel = self._parts.channels.get(work.binding.channel_id)
        if turn is None or channel is None or work.crashes_processes:
            await self._ends.give_up(work)
            await self._conclusions.check(work)
            return
        if await self._questions.is_taken_back(work):
            await self._ends.discard(work, SideEffects(), turn.context, code=DELETED)
            await self._conclusions.check(work)
            return
        work.attempts += 1
        await self._mark_begun(work)
        await self._take_turn(turn, channel)

    async def _take_turn(self, turn: Turn, channel: Channel) -> None:
        work, telemetry = turn.work, self._parts.telemetry
        span = telemetry.span(
            SpanKind.DELIVERY,
            "react",
            parent_id=work.cascade.span_id,
            room_id=work.event.room_id,
            channel_id=channel.channel_id,
        )
        with span as span_id:
            try:
                if work.unsaid is not None:
                    await self._replies.go_on(turn, work.unsaid)
                    return
                output = await turn.watch.guard(self._ask(channel, turn))
                await self._take(turn, output)
            except Stopped as stop:
                reason = stop.halt.reason
                await self._ends.discard(work, SideEffects(), turn.context, code=reason)
            except (StoreUnavailableError, LostRow, AskAgain):
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

    async def _find_segment(self, work: Work) -> int | None:
        """Return which piece of the answer comes next; None when all is stored already.

        The pieces before it were stored when the turn was parked; the last piece may have been
        stored by a process that died.
        """
        if work.row is None or work.broadcast is not None:
            return 0
        if work.unsaid is not None:
            return work.unsaid.segment
        store, room_id, segment = self._parts.store, work.event.room_id, 0
        while True:
            key = reply_key(work.event.id, work.binding.channel_id, segment)
            if not await store.check_idempotency(room_id, key):
                return segment
            piece = await store.find_event_by_key(key, room_id=room_id)
            if piece is None or not piece.metadata.get(PARKED):
                return None
            segment += 1

    async def _present(self, work: Work, segment: int, timing: ReplyTiming) -> Turn | None:
        """Return the agent's binding and its view of the room as they are now."""
        snapshot = await self._parts.store.load_snapshot(work.event.room_id)
        if snapshot is None:
            return None
        binding = snapshot.context.get_binding(work.binding.channel_id)
        if binding is None:
            return None
        room = snapshot.context.room
        await self._questions.refresh(work, room)
        whole = await self._parts.context_of(room, snapshot.context)
        earlier = _history_for(work.event, whole.recent_events, binding)
        shown = visibility.reader_history(earlier, binding)
        seen = [self._parts.media.show(event) for event in shown]
        epoch = work.row.owner_epoch if work.row else room.owner_epoch
        find = partial(self._reasons.find, work, epoch=epoch, timing=timing)
        watch = StopWatch(self._parts.clock, find)
        asking = Asking(
            delivery_id=work.row.id if work.row else None,
            owner_epoch=epoch,
            segment=segment,
            stop_reason=watch.look,
            # A process that commits a question and asks at once does not write down that it began.
            is_repeated=work.row is not None and work.broadcast is None,
        )
        context = whole.model_copy(update={"recent_events": seen, "asking": asking})
        return Turn(work, binding, context, epoch=epoch, segment=segment, watch=watch)

    async def _ask(self, channel: Channel, turn: Turn) -> ChannelOutput:
        event = turn.work.event
        content = self._parts.transcoder.transcode(event.content, channel.capabilities())
        shown = event.model_copy(update={"content": content}) if content else event
        shown = self._parts.media.show(shown)
        return await channel.on_event(shown, turn.binding, turn.context)

    async def _take(self, turn: Turn, output: ChannelOutput) -> None:
        work, stream = turn.work, output.response_stream
        work.settle(work.result(DeliveryOutcome.SENT))
        if stream is not None and not turn.binding.muted:
            await self._streams.run(turn, output, stream)
            return
        await close_stream(stream)  # nobody may hear it, so its provider is asked for nothing
        effects = side_effects_of(output, work.event.room_id, turn.binding.channel_id)
        if output.response_events:
            events = _with_facts(output)
            await self._replies.commit(turn, events, effects, state=end_of(output))
        elif turn.watch.halt is not None:  # the agent was told, and has said nothing
            code = turn.watch.halt.reason
            await self._ends.discard(work, effects, turn.context, code=code)
        else:
            await self._ends.complete(work, effects, turn.context, state=end_of(output))
        await self._ends.report_outcome(turn, output)


def _with_facts(output: ChannelOutput) -> list[RoomEvent]:
    """Return the answers of an output; the last says what there is to say of the turn."""
    *first, last = output.response_events
    facts = facts_of(output) if output.response_outcome is not None else {}
    metadata = {**last.metadata, **facts}
    return [*first, last.model_copy(update={"metadata": metadata})]


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
