"""Who sent a message, as a participant of the room: one person, one record (RFC §7.5)."""

import logging
from dataclasses import dataclass

from rooms.channel import Channel
from rooms.domain.commit import RoomAddress, RoomSnapshot
from rooms.domain.enums import EventType, IdentificationStatus
from rooms.domain.frozen import utc_now
from rooms.domain.identity import Identity
from rooms.domain.message import InboundMessage
from rooms.domain.participant import Participant

logger = logging.getLogger("roomkit.identity")


@dataclass(frozen=True, kw_only=True)
class Sender:
    """What is known about a sender before the room lock.

    Attributes:
        address: The sender id as the channel authenticated it.
        conversation: Where to answer if that is not the sender, as in a group.
        status: UNKNOWN leaves no participant record.
    """

    address: str
    channel_id: str
    channel_type: str
    conversation: str | None = None
    status: IdentificationStatus = IdentificationStatus.UNKNOWN
    identity: Identity | None = None
    display_name: str | None = None
    candidates: tuple[str, ...] = ()
    resolved_by: str = "auto"


@dataclass(frozen=True)
class Seat:
    """A sender's place in the room: its participant id, the row to write, what there is to tell."""

    participant_id: str | None
    participant: Participant | None = None
    news: EventType | None = None


def known_participant(snapshot: RoomSnapshot, sender: Sender) -> Participant | None:
    """Return the participant a sender is, by identity, then id, then address."""
    people = snapshot.context.participants
    identity_id = sender.identity.id if sender.identity else None
    if identity_id is not None:
        for person in people:
            if identity_id in (person.identity_id, person.id):
                return person
    by_id = snapshot.context.get_participant(sender.address)
    return by_id or _by_address(snapshot, sender)


def seat(snapshot: RoomSnapshot, sender: Sender) -> Seat:
    """Decide the participant row of a sender against the room as it is under the lock."""
    known = known_participant(snapshot, sender)
    if known is None:
        return _new_seat(snapshot.context.room.id, sender)
    changed = _on_channel(known, sender)
    news = None
    if sender.identity is not None and known.identification is not IdentificationStatus.IDENTIFIED:
        changed = identify(changed, sender.identity, resolved_by=sender.resolved_by)
        news = EventType.PARTICIPANT_IDENTIFIED
    return Seat(known.id, None if changed == known else changed, news)


def conversation_of(message: InboundMessage, channel: Channel) -> str:
    """Return the address that a message is answered at.

    It is the sender's, unless the message names another under the channel's recipient key: a group
    is one conversation, whoever writes, and another than what its members write in private.
    """
    return str(message.metadata.get(channel.recipient_key or "") or message.sender_id)


def address_of(room_id: str, sender: Sender, participant_id: str | None) -> RoomAddress:
    """Return the address row that lets the router find this room again.

    In a group it is the group's, which is nobody's own.
    """
    return RoomAddress(
        room_id=room_id,
        channel_id=sender.channel_id,
        channel_type=sender.channel_type,
        address=sender.conversation or sender.address,
        participant_id=None if sender.conversation else participant_id,
    )


def identify(person: Participant, identity: Identity, *, resolved_by: str) -> Participant:
    """Return a participant who is known to be `identity`; the id stays."""
    return person.model_copy(
        update={
            "identification": IdentificationStatus.IDENTIFIED,
            "identity_id": identity.id,
            "candidates": None,
            "display_name": identity.display_name or person.display_name,
            "resolved_at": utc_now(),
            "resolved_by": resolved_by,
        }
    )


def reach_through(person: Participant, channel_id: str) -> Participant:
    """Return a participant who is also connected via `channel_id`; the primary stays."""
    if channel_id in person.connected_via:
        return person
    if channel_id != person.channel_id:
        logger.warning(
            "participant %s of channel %s writes through channel %s",
            person.id,
            person.channel_id,
            channel_id,
            extra={"room_id": person.room_id, "channel_id": channel_id},
        )
    first = person.connected_via or [person.channel_id]
    return person.model_copy(update={"connected_via": list(dict.fromkeys([*first, channel_id]))})


def _by_address(snapshot: RoomSnapshot, sender: Sender) -> Participant | None:
    for row in snapshot.addresses:
        same = (row.channel_type, row.address) == (sender.channel_type, sender.address)
        if same and row.participant_id is not None:
            return snapshot.context.get_participant(row.participant_id)
    return None


def _on_channel(known: Participant, sender: Sender) -> Participant:
    return reach_through(known, sender.channel_id)


def _new_seat(room_id: str, sender: Sender) -> Seat:
    if sender.status is IdentificationStatus.UNKNOWN:
        return Seat(None)
    person = Participant(
        id=sender.identity.id if sender.identity else sender.address,
        room_id=room_id,
        channel_id=sender.channel_id,
        connected_via=[sender.channel_id],
        display_name=sender.display_name or sender.address,
        identification=IdentificationStatus.PENDING,
        candidates=list(sender.candidates) or None,
    )
    if sender.identity is not None:
        person = identify(person, sender.identity, resolved_by=sender.resolved_by)
    return Seat(person.id, person, EventType.PARTICIPANT_JOINED)
