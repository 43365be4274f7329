"""Turns whose answers come as streams: shown while they grow, stored once, perhaps cut short."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

from rooms.domain.content import TextContent
from rooms.domain.enums import ChannelDirection
from rooms.domain.errors import StoreUnavailableError
from rooms.domain.event import EventSource, RoomEvent
from rooms.domain.job import DeliveryState
from rooms.domain.json import JsonObject
from rooms.domain.output import ChannelOutput
from rooms.pipeline.draft import SideEffects
from rooms.pipeline.parts import Parts
from rooms.pipeline.replies import FAILED, Replies, end_of, facts_of
from rooms.pipeline.stopping import Halt, Stopped
from rooms.pipeline.stream_modes import SentenceJudge, StreamMode, choose_mode
from rooms.pipeline.streaming import LiveAnswer
from rooms.pipeline.turns import AskAgain, Turn, TurnEnds, side_effects_of
from rooms.pipeline.work import LostRow, Work
from rooms.ports import ShownAnswer

logger = logging.getLogger("roomkit.core.agents")


@dataclass(frozen=True)
class _Streamed:
    """A turn with its output, the answer before its first word, and what readers see of it."""

    turn: Turn
    output: ChannelOutput
    answer: RoomEvent
    live: LiveAnswer

    @property
    def effects(self) -> SideEffects:
        """What the agent leaves behind; complete once the stream has ended."""
        turn = self.turn
        return side_effects_of(self.output, turn.work.event.room_id, turn.binding.channel_id)


class StreamedTurns:
    """Reads an agent's stream to its end, or as far as it may go, and stores what it said."""

    def __init__(self, parts: Parts, replies: Replies, ends: TurnEnds) -> None:
        self._parts = parts
        self._replies = replies
        self._ends = ends

    async def run(self, turn: Turn, output: ChannelOutput, deltas: AsyncIterator[str]) -> None:
        """Show and store one streamed answer; ends its job."""
        answer = self._replies.stamp(turn, _empty_answer(turn.work, output))
        mode = choose_mode(self._parts, turn.binding)
        source = deltas
        if mode is StreamMode.SENTENCE:
            source = SentenceJudge(self._parts, answer, turn.context).pass_on(deltas)
        streamed = _Streamed(turn, output, answer, self._make_live(turn, answer, mode))
        try:
            error = await self._tell(streamed, source)
        except (StoreUnavailableError, LostRow, AskAgain):
            streamed.live.end(None)  # it is made again, here or elsewhere
            raise
        finally:
            if source is not deltas:
                await close_stream(source)
            await close_stream(deltas)
        await streamed.live.over()
        if error is None:
            await self._ends.report_outcome(turn, output)
        else:
            partial = streamed.live.text
            category = "streaming" if partial else "generation"
            await self._ends.report(turn, error, partial=partial, category=category)

    def _make_live(self, turn: Turn, answer: RoomEvent, mode: StreamMode) -> LiveAnswer:
        row = turn.work.row
        shown = ShownAnswer(
            placeholder=answer, epoch=turn.epoch, delivery_id=row.id if row else None
        )
        shows = turn.binding.can_write and self._replies.may_speak(turn.work)
        return LiveAnswer(
            self._parts,
            shown,
            turn.context,
            shows=shows and mode is not StreamMode.HOLD,
            on_refusal=turn.watch.look_again,
        )

    async def _tell(self, streamed: _Streamed, source: AsyncIterator[str]) -> Exception | None:
        """Show the answer and store it; return why it broke, if it did."""
        live, watch, output = streamed.live, streamed.turn.watch, streamed.output
        try:
            error = await self._read(streamed, source)
        except Stopped as stop:
            await self._break_off(streamed, stop.halt)
            return None
        if watch.halt is not None:  # the agent was told, and has ended by itself
            await self._break_off(streamed, watch.halt)
            return None
        state = end_of(output) if error is None else DeliveryState.SENT
        facts = facts_of(output, FAILED if error is not None else None)
        await self._store(streamed, live.text, facts, state)
        return error

    async def _read(self, streamed: _Streamed, source: AsyncIterator[str]) -> Exception | None:
        """Show the stream to its end; a failure is returned, what was shown is kept."""
        try:
            await streamed.turn.watch.guard(streamed.live.consume(source))
        except Stopped:
            raise
        except Exception as error:  # RFC §10.5: a broken stream must not lose its first half
            logger.warning("answer stream failed", exc_info=True)
            await streamed.live.fail(error)
            return error
        return None

    async def _break_off(self, streamed: _Streamed, halt: Halt) -> None:
        """Keep what people were shown; whoever took the room over has stored that already."""
        turn, live = streamed.turn, streamed.live
        if live.shown and not halt.is_stale:
            facts = facts_of(streamed.output, halt.reason)
            await self._store(streamed, live.shown, facts, DeliveryState.SENT)
            return
        await self._ends.discard(turn.work, streamed.effects, turn.context, code=halt.reason)
        await live.end_with_stored()

    async def _store(
        self, streamed: _Streamed, text: str, facts: JsonObject, state: DeliveryState
    ) -> None:
        turn = streamed.turn
        if not text:
            await self._ends.complete(turn.work, streamed.effects, turn.context, state=state)
            return
        # An agent completes what it tells of its answer while it streams, such as the usage.
        changes = {"content": TextContent(body=text), "metadata": facts}
        whole = streamed.answer.model_copy(update=changes)
        await self._replies.commit(turn, [whole], streamed.effects, live=streamed.live, state=state)


def _empty_answer(work: Work, output: ChannelOutput) -> RoomEvent:
    """Return the answer before its first word; its id stays."""
    return RoomEvent(
        room_id=work.event.room_id,
        source=EventSource(
            channel_id=work.binding.channel_id,
            channel_type=work.binding.channel_type,
            direction=ChannelDirection.OUTBOUND,
        ),
        content=TextContent(body=""),
        metadata=dict(output.response_metadata),
    )


async def close_stream(stream: AsyncIterator[str] | None) -> None:
    """Close a stream nobody wants to hear any more, if it can be closed."""
    closer = getattr(stream, "aclose", None)
    if closer is not None:
        await closer()
