"""Answers enter the pipeline again, one level deeper (RFC §10.3)."""

from rooms.domain.enums import ChannelDirection
from rooms.domain.event import RoomEvent
from rooms.domain.job import DeliveryFinish
from rooms.pipeline import visibility
from rooms.pipeline.draft import Draft, Origin, Passed, SideEffects
from rooms.pipeline.lanes import Lanes
from rooms.pipeline.parts import Parts
from rooms.pipeline.passage import Passage
from rooms.pipeline.questions import question_of
from rooms.pipeline.streaming import LiveAnswer
from rooms.pipeline.work import Work

DEPTH_LIMIT = "event_chain_depth_limit"
LOOP_CAP = "reentry_loop_cap"


def reply_key(event_id: str, channel_id: str, segment: int) -> str:
    """Name an answer so that doing the same job twice stores it once."""
    return f"reply:{event_id}:{channel_id}:{segment}"


class Answers:
    """Stamps answers with what only the framework may say, and commits them."""

    def __init__(self, parts: Parts, passage: Passage, lanes: Lanes) -> None:
        self._parts = parts
        self._passage = passage
        self._lanes = lanes

    async def commit(
        self,
        work: Work,
        answer: RoomEvent,
        *,
        segment: int,
        side_effects: SideEffects,
        finishes: tuple[DeliveryFinish, ...] = (),
        live: LiveAnswer | None = None,
    ) -> Passed:
        """Store one answer to `work.event`, with its side effects and the end of its job.

        If the database does not answer it is tried again: the answer's key keeps it from being
        stored twice.
        """
        event = self.stamp(work, answer, segment=segment)
        draft = Draft(
            event=event,
            origin=Origin.RESPONSE,
            cascade=work.cascade,
            side_effects=side_effects,
            finishes=finishes,
            owner_epoch=work.row.owner_epoch if work.row else None,
            blocked_code=self._limit_reached(work, event.chain_depth),
            question=question_of(work),
            live=live,
        )
        work.cascade.passes += 1
        passed = await self._lanes.persist(work, lambda: self._passage.run(draft))
        if finishes and passed.event is not None and not passed.replayed:
            work.ended = True
        if draft.blocked_code == DEPTH_LIMIT and not passed.replayed:
            await self._tell_depth(draft.event)
        return passed

    def stamp(self, work: Work, answer: RoomEvent, *, segment: int) -> RoomEvent:
        """Return `answer` with room, source, depth, links, scope and key set by the framework."""
        trigger = work.event
        channel = self._parts.channels.get(work.binding.channel_id)
        source = answer.source.model_copy(
            update={
                "channel_id": work.binding.channel_id,
                "channel_type": work.binding.channel_type,
                "direction": ChannelDirection.OUTBOUND,
                "provider": answer.source.provider
                or (channel.provider_name if channel else None)
                or str(work.binding.channel_type),
            }
        )
        return answer.model_copy(
            update={
                "room_id": trigger.room_id,
                "source": source,
                "chain_depth": self._depth(trigger, answer),
                "parent_event_id": trigger.id,
                "thread_root_id": trigger.thread_root_id,
                "correlation_id": answer.correlation_id or trigger.correlation_id or trigger.id,
                "visibility": visibility.intersect(
                    trigger.response_visibility or visibility.Visibility.ALL,
                    answer.visibility,
                    work.context.bindings,
                ),
                "idempotency_key": reply_key(trigger.id, work.binding.channel_id, segment),
            }
        )

    def _depth(self, trigger: RoomEvent, answer: RoomEvent) -> int:
        return max(answer.chain_depth, trigger.chain_depth + 1)

    def _limit_reached(self, work: Work, depth: int) -> str | None:
        if depth >= self._parts.limits.max_chain_depth:
            return DEPTH_LIMIT
        if work.cascade.passes >= self._parts.limits.max_passes:
            return LOOP_CAP
        return None

    async def _tell_depth(self, event: RoomEvent) -> None:
        await self._parts.news.emit(
            "chain_depth_exceeded",
            room_id=event.room_id,
            channel_id=event.source.channel_id,
            event_id=event.id,
            depth=event.chain_depth,
        )
