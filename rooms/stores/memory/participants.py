"""People in rooms."""

from rooms.domain.errors import ParticipantNotFoundError
from rooms.domain.participant import Participant
from rooms.stores.memory.copies import private_copies, private_copy
from rooms.stores.memory.tables import Tables


class ParticipantTable:
    """Writes and lists participants."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def add_participant(self, participant: Participant) -> Participant:
        """Insert or replace a participant."""
        record = self._tables.record(participant.room_id)
        # Who was looked up before a merge is stored after it.
        identity = self._tables.identities.get(participant.identity_id or "")
        if identity and identity.organization_id in (None, record.room.organization_id):
            living = self._tables.living_id(identity.id)
            participant = participant.model_copy(update={"identity_id": living})
        record.participants[participant.id] = private_copy(participant)
        return private_copy(participant)

    def get_participant(self, room_id: str, participant_id: str) -> Participant | None:
        """Return a participant or None."""
        record = self._tables.rooms.get(room_id)
        return private_copy(record.participants.get(participant_id)) if record else None

    def update_participant(self, participant: Participant) -> Participant:
        """Write a participant. Raises: ParticipantNotFoundError: If it does not exist."""
        record = self._tables.rooms.get(participant.room_id)
        if record is None or participant.id not in record.participants:
            raise ParticipantNotFoundError(participant.room_id, participant.id)
        return self.add_participant(participant)

    def list_participants(self, room_id: str) -> list[Participant]:
        """Return a room's participants in joining order."""
        record = self._tables.rooms.get(room_id)
        people = record.participants.values() if record else ()
        return private_copies(sorted(people, key=lambda person: (person.joined_at, person.id)))
