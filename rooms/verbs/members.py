"""People in rooms: join, leave, rename, identify."""

from rooms.domain.commit import CommitOutcome
from rooms.domain.enums import (
    EventType,
    ParticipantRole,
    ParticipantStatus,
)
from rooms.domain.errors import (
    IdentityNotFoundError,
    ParticipantNotFoundError,
    RoomClosedError,
    RoomNotFoundError,
)
from rooms.domain.event import RoomEvent
from rooms.domain.participant import Participant
from rooms.pipeline.parts import Parts
from rooms.pipeline.people import identify, reach_through
from rooms.pipeline.records import PARTICIPANT_TRIGGERS, Records, participant_record

ABSENT = frozenset({ParticipantStatus.LEFT, ParticipantStatus.BANNED})


class Members:
    """Keeps one record per person and room."""

    def __init__(self, parts: Parts, records: Records) -> None:
        self._parts = parts
        self._records = records

    async def add_member(
        self,
        room_id: str,
        participant_id: str,
        channel_id: str,
        *,
        display_name: str | None = None,
        role: ParticipantRole = ParticipantRole.MEMBER,
    ) -> Participant:
        """Let somebody join; for an ACTIVE member only a new channel is noted.

        Somebody who had left comes back with the same `joined_at`, at home on `channel_id`.

        Raises:
            RoomNotFoundError: If there is no such room.
            RoomClosedError: If the room takes no more events.
        """
        async with self._parts.locks.locked(room_id):
            known = await self._parts.store.get_participant(room_id, participant_id)
            if known is not None and known.status is ParticipantStatus.ACTIVE:
                return await self._reach(known, channel_id)
            person = known or Participant(
                id=participant_id,
                room_id=room_id,
                channel_id=channel_id,
                connected_via=[channel_id],
            )
            joined = person.model_copy(
                update={
                    "status": ParticipantStatus.ACTIVE,
                    "role": role,
                    "channel_id": channel_id,
                    "display_name": display_name or person.display_name,
                    "connected_via": list(dict.fromkeys([channel_id, *person.connected_via])),
                }
            )
            record = await self._commit(joined, EventType.PARTICIPANT_JOINED)
        return await self._tell(joined, record)

    async def remove_member(
        self,
        room_id: str,
        participant_id: str,
        status: ParticipantStatus = ParticipantStatus.LEFT,
    ) -> Participant:
        """Let somebody go (LEFT) or send them away (BANNED); the record stays.

        Raises:
            ParticipantNotFoundError: If nobody has this id.
            RoomClosedError: If the room takes no more events.
        """
        async with self._parts.locks.locked(room_id):
            person = await self._find(room_id, participant_id)
            if person.status is status:
                return person
            gone = person.model_copy(update={"status": ParticipantStatus(status)})
            record = await self._commit(gone, EventType.PARTICIPANT_LEFT)
        return await self._tell(gone, record)

    async def rename_member(
        self, room_id: str, participant_id: str, display_name: str
    ) -> Participant:
        """Change how somebody is called; the same name changes and tells nothing.

        Raises:
            ParticipantNotFoundError: If nobody has this id.
            RoomClosedError: If the room takes no more events.
        """
        async with self._parts.locks.locked(room_id):
            person = await self._find(room_id, participant_id)
            if person.display_name == display_name:
                return person
            renamed = person.model_copy(update={"display_name": display_name})
            record = await self._commit(renamed, EventType.PARTICIPANT_UPDATED)
        return await self._tell(renamed, record)

    async def ensure_participant(
        self,
        room_id: str,
        channel_id: str,
        participant_id: str,
        display_name: str | None = None,
    ) -> Participant:
        """Return a participant, making the record if there is none; tells nothing.

        Raises:
            RoomNotFoundError: If there is no such room.
        """
        async with self._parts.locks.locked(room_id):
            await self._check_room(room_id)
            known = await self._parts.store.get_participant(room_id, participant_id)
            if known is not None:
                return await self._reach(known, channel_id)
            return await self._parts.store.add_participant(
                Participant(
                    id=participant_id,
                    room_id=room_id,
                    channel_id=channel_id,
                    connected_via=[channel_id],
                    display_name=display_name,
                )
            )

    async def resolve_participant(
        self, room_id: str, participant_id: str, identity_id: str, resolved_by: str = "manual"
    ) -> Participant:
        """Say who a participant is.

        Raises:
            ParticipantNotFoundError: If nobody has this id.
            IdentityNotFoundError: If there is no such identity.
            RoomClosedError: If the room takes no more events.
        """
        async with self._parts.locks.locked(room_id):
            person = await self._find(room_id, participant_id)
            identity = await self._parts.store.find_living_identity(identity_id)
            if identity is None:
                raise IdentityNotFoundError(identity_id)
            known = identify(person, identity, resolved_by=resolved_by)
            record = await self._commit(known, EventType.PARTICIPANT_IDENTIFIED)
        return await self._tell(known, record)

    async def list_members(self, room_id: str, *, include_left: bool = False) -> list[Participant]:
        """Return the people of a room in joining order."""
        people = await self._parts.store.list_participants(room_id)
        return [p for p in people if include_left or p.status not in ABSENT]

    async def _reach(self, known: Participant, channel_id: str) -> Participant:
        reached = reach_through(known, channel_id)
        if reached == known:
            return known
        return await self._parts.store.update_participant(reached)

    async def _commit(self, person: Participant, event_type: EventType) -> RoomEvent:
        """Commit a person together with the record that says what happened."""
        record = participant_record(event_type, person)
        committed = await self._records.write(record, participants=(person,))
        if committed.outcome is CommitOutcome.ROOM_NOT_FOUND:
            raise RoomNotFoundError(person.room_id)
        if committed.outcome is CommitOutcome.ROOM_CLOSED:
            raise RoomClosedError(person.room_id, "closed")
        return record

    async def _tell(self, person: Participant, record: RoomEvent) -> Participant:
        """Fire the hook of a record, off the room lock."""
        await self._records.tell(PARTICIPANT_TRIGGERS[record.type], record)
        return person

    async def _find(self, room_id: str, participant_id: str) -> Participant:
        person = await self._parts.store.get_participant(room_id, participant_id)
        if person is None:
            raise ParticipantNotFoundError(room_id, participant_id)
        return person

    async def _check_room(self, room_id: str) -> None:
        if await self._parts.store.get_room(room_id) is None:
            raise RoomNotFoundError(room_id)
