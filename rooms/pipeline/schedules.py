"""Saying at its moment what was scheduled, once, whoever does it and wherever they die."""

import asyncio
import logging

from rooms.domain.enums import ChannelType, EventStatus
from rooms.domain.errors import RoomKitError, StoreUnavailableError
from rooms.domain.event import SYSTEM_CHANNEL_ID, EventSource, RoomEvent
from rooms.domain.scheduled import ScheduledEnd, ScheduledSend, ScheduledState
from rooms.pipeline.committing import BLOCKED_REASON
from rooms.pipeline.direct import Direct, Utterance
from rooms.pipeline.draft import ProcessTimeoutError
from rooms.pipeline.parts import Parts
from rooms.pipeline.waiting import return_at_commit

logger = logging.getLogger("roomkit.core.worker")


class Schedules:
    """Takes scheduled sends whose moment has come and says them.

    Each is said under a key of its own: one that is taken again, because its process died before it
    could tell, is found on the timeline and not said twice.
    """

    def __init__(self, parts: Parts, direct: Direct) -> None:
        self._parts = parts
        self._direct = direct

    async def send_due(self, *, limit: int = 50) -> int:
        """Say what is due; return how many were tried.

        Raises:
            StoreUnavailableError: If the database does not answer.
        """
        due = await self._parts.store.lease_scheduled(seconds=self._lease_s, limit=limit)
        await asyncio.gather(*(self._take(scheduled) for scheduled in due))
        return len(due)

    @property
    def _lease_s(self) -> float:
        """How long it is nobody else's: longer than it may take until its commit."""
        return 2 * self._parts.limits.process_timeout

    async def _take(self, scheduled: ScheduledSend) -> None:
        try:
            end = await self._try(scheduled)
            await self._parts.store.end_scheduled(scheduled.id, end)
        except (StoreUnavailableError, ProcessTimeoutError):
            facts = {"room_id": scheduled.room_id, "scheduled_id": scheduled.id}
            logger.warning("scheduled send put off", exc_info=True, extra=facts)

    async def _try(self, scheduled: ScheduledSend) -> ScheduledEnd:
        try:
            with return_at_commit():
                event = await self._say(scheduled)
        except (StoreUnavailableError, ProcessTimeoutError):
            raise
        except (RoomKitError, PermissionError) as refusal:
            return await self._find_end(scheduled, str(refusal))
        except Exception as error:  # one that cannot be said must not stop the others
            facts = {"room_id": scheduled.room_id, "scheduled_id": scheduled.id}
            logger.exception("scheduled send failed", extra=facts)
            return await self._find_end(scheduled, f"{type(error).__name__}: {error}")
        return _end_of(event)

    async def _say(self, scheduled: ScheduledSend) -> RoomEvent:
        if scheduled.channel_id is None:
            return await self._direct.send_as(_build_announcement(scheduled))
        return await self._direct.send(
            Utterance(
                room_id=scheduled.room_id,
                channel_id=scheduled.channel_id,
                content=scheduled.content,
                participant_id=scheduled.participant_id,
                metadata=scheduled.metadata,
                visibility=scheduled.visibility,
                idempotency_key=scheduled.idempotency_key,
            )
        )

    async def _find_end(self, scheduled: ScheduledSend, error: str) -> ScheduledEnd:
        """Say what became of one that cannot be said: it may have been, by one who died of it."""
        stored = await self._parts.store.find_event_by_key(
            scheduled.idempotency_key, room_id=scheduled.room_id
        )
        if stored is not None:
            return _end_of(stored)
        return ScheduledEnd(state=ScheduledState.FAILED, error=error)


def _build_announcement(scheduled: ScheduledSend) -> RoomEvent:
    """Build what the framework itself says; agents are not asked about it."""
    source = EventSource(
        channel_id=SYSTEM_CHANNEL_ID,
        channel_type=ChannelType.SYSTEM,
        participant_id=scheduled.participant_id,
    )
    return RoomEvent(
        room_id=scheduled.room_id,
        source=source,
        content=scheduled.content,
        visibility=scheduled.visibility,
        addressed_to=[],
        metadata=scheduled.metadata,
        idempotency_key=scheduled.idempotency_key,
    )


def _end_of(event: RoomEvent) -> ScheduledEnd:
    if event.status is not EventStatus.BLOCKED:
        return ScheduledEnd(state=ScheduledState.SENT, event_id=event.id)
    reason = event.metadata.get(BLOCKED_REASON)
    said = f"blocked by {event.blocked_by}" + (f": {reason}" if reason else "")
    return ScheduledEnd(state=ScheduledState.FAILED, event_id=event.id, error=said)
