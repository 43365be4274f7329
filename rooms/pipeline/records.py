"""Lifecycle records: what happened to a room, its channels and its people, on its own timeline.

Records have visibility `internal`: they take indexes but reach no channel and no history.
"""

from hooks.triggers import HookTrigger
from rooms.domain.commit import CommitOutcome, Committed, CommitUnit, EventWrite, StatusChange
from rooms.domain.content import SystemContent
from rooms.domain.context import RoomContext
from rooms.domain.enums import ChannelDirection, ChannelType, EventStatus, EventType
from rooms.domain.event import SYSTEM_CHANNEL_ID, EventSource, RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.participant import Participant
from rooms.pipeline.parts import Parts
from rooms.pipeline.visibility import Visibility
from rooms.pipeline.waiting import return_at_commit

PARTICIPANT_TRIGGERS = {
    EventType.PARTICIPANT_JOINED: HookTrigger.ON_PARTICIPANT_JOINED,
    EventType.PARTICIPANT_LEFT: HookTrigger.ON_PARTICIPANT_LEFT,
    EventType.PARTICIPANT_IDENTIFIED: HookTrigger.ON_PARTICIPANT_IDENTIFIED,
    EventType.PARTICIPANT_UPDATED: HookTrigger.ON_PARTICIPANT_UPDATED,
}


def build_record(room_id: str, event_type: EventType, code: str, data: JsonObject) -> RoomEvent:
    """Return the internal event that says `code` about a room."""
    return RoomEvent(
        room_id=room_id,
        type=event_type,
        status=EventStatus.DELIVERED,
        visibility=Visibility.INTERNAL,
        source=EventSource(
            channel_id=SYSTEM_CHANNEL_ID,
            channel_type=ChannelType.SYSTEM,
            direction=ChannelDirection.INBOUND,
        ),
        content=SystemContent(body=code, code=code, data=data),
    )


def participant_record(event_type: EventType, participant: Participant) -> RoomEvent:
    """Return the record of something that happened to a participant."""
    data = {
        "participant_id": participant.id,
        "channel_id": participant.channel_id,
        "display_name": participant.display_name,
        "identity_id": participant.identity_id,
        "status": participant.status.value,
    }
    return build_record(participant.room_id, event_type, event_type.value, data)


async def tell_participant(parts: Parts, record: RoomEvent, context: RoomContext) -> None:
    """Fire the hook that belongs to a participant record."""
    await parts.hooks.run_async_hooks(
        record.room_id, PARTICIPANT_TRIGGERS[record.type], record, context
    )


class Records:
    """Appends lifecycle records and fires their hooks."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def write(
        self,
        record: RoomEvent,
        *,
        participants: tuple[Participant, ...] = (),
        status_change: StatusChange | None = None,
        exempt_from_status: bool = False,
    ) -> Committed:
        """Append a record under the caller's room lock.

        A closed room takes only the records of its own moves (`exempt_from_status`).

        A record never counts as activity, so that pausing a room does not wake it.
        """
        unit = CommitUnit(
            room_id=record.room_id,
            events=(EventWrite(event=record),),
            participants=participants,
            status_change=status_change,
            exempt_from_status=exempt_from_status,
            at=self._parts.clock.now(),
            touches_activity=False,
        )
        [committed] = await self._parts.store.commit([unit])
        if committed.outcome is CommitOutcome.ROOM_CLOSED:
            await self._parts.news.emit(
                "room_refused_event", room_id=record.room_id, event_id=record.id
            )
        return committed

    async def tell(self, trigger: HookTrigger, record: RoomEvent) -> None:
        """Fire a lifecycle hook, off the room lock, with the room as it is now."""
        snapshot = await self._parts.store.load_snapshot(record.room_id)
        if snapshot is None:
            return
        with return_at_commit():
            await self._parts.hooks.run_async_hooks(
                record.room_id, trigger, record, snapshot.context
            )
