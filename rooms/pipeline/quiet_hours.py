"""Quiet hours: what nobody has asked for waits until morning, as a row and not in memory."""

from datetime import datetime, timedelta

from rooms.domain.binding import ChannelBinding
from rooms.domain.context import RoomContext
from rooms.domain.delivery import DeliveryError
from rooms.domain.enums import ChannelDirection, ChannelType, EventType, ParticipantRole
from rooms.domain.event import RoomEvent
from rooms.domain.job import DeliveryState
from rooms.domain.quiet_hours import TIME_ZONE, QuietHours
from rooms.pipeline.conclusions import Conclusions
from rooms.pipeline.consent import is_notice
from rooms.pipeline.outbox import Outbox
from rooms.pipeline.parts import Parts
from rooms.pipeline.resuming import Resuming
from rooms.pipeline.work import Work

QUIET_HOURS = "quiet_hours"
"""The error code of a delivery that waits for the end of the quiet hours."""

MACHINES = frozenset({ChannelType.AI, ChannelType.SYSTEM})
STAFF = frozenset({ParticipantRole.AGENT, ParticipantRole.BOT})


class Morning:
    """Lets what was held back in a room go, once a person has written there."""

    def __init__(self, parts: Parts, resuming: Resuming) -> None:
        self._parts = parts
        self._resuming = resuming

    async def greet(self, event: RoomEvent) -> None:
        """Make the held deliveries of an event's room due if a person wrote it."""
        if self._parts.contact.quiet_hours is None or event.type is not EventType.MESSAGE:
            return
        snapshot = await self._parts.store.load_snapshot(event.room_id)
        if snapshot is not None and is_by_a_person(event, snapshot.context):
            await self.release(event.room_id)

    async def release(self, room_id: str) -> None:
        """Make the held deliveries of a room due, and see that they are done."""
        jobs = await self._parts.store.release_deliveries(room_id, error_code=QUIET_HOURS)
        if jobs:
            self._resuming.resume(jobs)


class Night:
    """Holds back what is to go out in quiet hours and is no answer."""

    def __init__(
        self, parts: Parts, *, outbox: Outbox, conclusions: Conclusions, morning: Morning
    ) -> None:
        self._parts = parts
        self._outbox = outbox
        self._conclusions = conclusions
        self._morning = morning

    async def holds_back(self, work: Work) -> bool:
        """Tell whether a delivery has to wait; its row then says until when.

        A message of the person may be stored while that is written and find nothing to let go; so
        it is looked for once more.
        """
        hours = self._parts.contact.quiet_hours
        if hours is None or work.row is None or is_notice(work.event):
            return False
        end = self._end(hours, work.binding)
        if end is None or await self._is_answer(work, hours):
            return False
        await self._put_off(work, end)
        if await self._is_answer(work, hours):
            await self._morning.release(work.event.room_id)
        return True

    def _end(self, hours: QuietHours, binding: ChannelBinding) -> datetime | None:
        if not hours.concern(str(binding.channel_type)):
            return None
        return hours.end_after(self._parts.clock.now(), binding.metadata.get(TIME_ZONE))

    async def _is_answer(self, work: Work, hours: QuietHours) -> bool:
        """Tell whether a person has written in the room just now, by whatever channel."""
        snapshot = await self._parts.store.load_snapshot(work.event.room_id)
        if snapshot is None:
            return False
        context = snapshot.context
        since = self._parts.clock.now() - timedelta(minutes=hours.answer_minutes)
        recent = await self._parts.recent.of(context.room, context.bindings)
        return any(event.created_at > since and is_by_a_person(event, context) for event in recent)

    async def _put_off(self, work: Work, end: datetime) -> None:
        problem = DeliveryError(
            code=QUIET_HOURS,
            message=f"held back until {end:%Y-%m-%d %H:%M} UTC, or until the person writes",
        )
        # In seconds: this process's clock is not the one that the database compares with.
        due_in_s = (end - self._parts.clock.now()).total_seconds()
        waiting = [
            finish.model_copy(update={"due_in_s": due_in_s})
            for finish in work.finish(DeliveryState.WAITING, error=problem)
        ]
        await self._outbox.note(work, tuple(waiting))
        work.put_off = True
        await self._conclusions.check(work)


def is_by_a_person(event: RoomEvent, context: RoomContext) -> bool:
    """Tell whether a customer wrote an event: no machine, and nobody who works here."""
    source = event.source
    if source.direction is not ChannelDirection.INBOUND or source.channel_type in MACHINES:
        return False
    person = context.get_participant(source.participant_id or "")
    return person is None or person.role not in STAFF
