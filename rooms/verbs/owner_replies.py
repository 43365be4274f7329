"""What the person who owns a room says in it."""

from hooks.triggers import HookTrigger
from rooms.domain.commit import CommitOutcome, CommitUnit, EventWrite, OwnerChange, RoomSnapshot
from rooms.domain.content import EventContent
from rooms.domain.enums import (
    ChannelDirection,
    ChannelType,
    EventStatus,
    EventType,
    OwnerKind,
    ParticipantRole,
)
from rooms.domain.errors import (
    NotOwnerError,
    RoomClosedError,
    RoomNotFoundError,
    StaleReplyError,
)
from rooms.domain.event import SYSTEM_CHANNEL_ID, EventSource, RoomEvent
from rooms.domain.participant import Participant
from rooms.domain.room import Room
from rooms.pipeline.direct import Direct
from rooms.pipeline.parts import Parts
from rooms.pipeline.records import Records, participant_record
from rooms.pipeline.waiting import return_at_commit
from rooms.stores.base import EventFilter
from rooms.verbs.boundaries import is_boundary

MOST_NEWER = 100
"""How many newer messages are shown at once to somebody who has not seen them."""


class OwnerReplies:
    """Lets one person speak to the customer: whoever owns the room and has read it to its end."""

    def __init__(self, parts: Parts, direct: Direct, records: Records) -> None:
        self._parts = parts
        self._direct = direct
        self._records = records

    async def send(
        self,
        room_id: str,
        content: EventContent,
        *,
        user_id: str,
        last_seen_index: int,
        display_name: str | None,
    ) -> RoomEvent:
        """Store and broadcast one message of the room's owner.

        Raises:
            RoomNotFoundError: If there is no such room.
            RoomClosedError: If the room takes no more events.
            NotOwnerError: If the user does not own it.
            StaleReplyError: If there are messages that the user has not seen.
        """
        async with self._parts.locks.locked(room_id):
            snapshot = await self._check(room_id, user_id, last_seen_index)
            joined = _newcomer(snapshot, user_id, display_name)
            record = participant_record(EventType.PARTICIPANT_JOINED, joined) if joined else None
            await self._raise_epoch(snapshot.context.room, joined, record)
            # Whoever waited for deliveries here would keep everybody else out of the room.
            with return_at_commit():
                event = await self._direct.send_as(_build(room_id, content, user_id))
        if record is not None:
            await self._records.tell(HookTrigger.ON_PARTICIPANT_JOINED, record)
        return event

    async def _check(self, room_id: str, user_id: str, last_seen_index: int) -> RoomSnapshot:
        snapshot = await self._parts.store.load_snapshot(room_id)
        if snapshot is None:
            raise RoomNotFoundError(room_id)
        room = snapshot.context.room
        if not room.accepts_events:
            raise RoomClosedError(room_id, room.status.value)
        if room.owner_kind is not OwnerKind.HUMAN or room.owner_id != user_id:
            raise NotOwnerError(room_id, user_id, _name_owner(room))
        if newer := await self._newer(room, user_id, last_seen_index):
            raise StaleReplyError(room_id, newer)
        return snapshot

    async def _newer(self, room: Room, user_id: str, last_seen_index: int) -> list[RoomEvent]:
        """Return what others have said that the user has not seen."""
        if last_seen_index >= room.latest_index:
            return []
        found = await self._parts.store.list_events(
            room.id,
            limit=MOST_NEWER,
            after_index=last_seen_index,
            event_filter=EventFilter(types=(EventType.MESSAGE,)),
        )
        return [event for event in found if _is_news(event, user_id)]

    async def _raise_epoch(
        self, room: Room, joined: Participant | None, record: RoomEvent | None
    ) -> None:
        """Make stale whatever was thought up before a person spoke.

        That the message itself follows in a transaction of its own does no harm: the owner is the
        same before and after.
        """
        unit = CommitUnit(
            room_id=room.id,
            events=(EventWrite(event=record),) if record else (),
            participants=(joined,) if joined else (),
            owner_change=OwnerChange(kind=room.owner_kind, owner_id=room.owner_id),
            owner_epoch=room.owner_epoch,
            at=self._parts.clock.now(),
            touches_activity=False,
        )
        [committed] = await self._parts.store.commit([unit])
        if committed.outcome is not CommitOutcome.COMMITTED:
            owner = _name_owner(committed.room or room)
            raise NotOwnerError(room.id, room.owner_id or "", owner)


def _build(room_id: str, content: EventContent, user_id: str) -> RoomEvent:
    """Return the message: from no channel of the room, so that it goes out by all of them."""
    return RoomEvent(
        room_id=room_id,
        source=EventSource(
            channel_id=SYSTEM_CHANNEL_ID,
            channel_type=ChannelType.SYSTEM,
            direction=ChannelDirection.OUTBOUND,
            participant_id=user_id,
        ),
        content=content,
        addressed_to=[],
    )


def _newcomer(snapshot: RoomSnapshot, user_id: str, display_name: str | None) -> Participant | None:
    """Return the user as a participant, if the room does not know them yet."""
    if snapshot.context.get_participant(user_id) is not None:
        return None
    return Participant(
        id=user_id,
        room_id=snapshot.context.room.id,
        channel_id=SYSTEM_CHANNEL_ID,
        display_name=display_name,
        role=ParticipantRole.AGENT,
        connected_via=[SYSTEM_CHANNEL_ID],
    )


def _is_news(event: RoomEvent, user_id: str) -> bool:
    is_own = event.source.participant_id == user_id
    is_shown = event.status is not EventStatus.BLOCKED and not is_boundary(event)
    return is_shown and not is_own


def _name_owner(room: Room) -> str:
    return f"user {room.owner_id!r}" if room.owner_kind is OwnerKind.HUMAN else str(room.owner_kind)
