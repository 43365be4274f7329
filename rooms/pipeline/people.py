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
from rooms.domain.sender import answers_us

logger = logging.getLogger("roomkit.identity")


@dataclass(frozen=True, kw_only=True)
class Sender:
    """What is known about a sender before the room lock.

    Attributes:
        address: The sender id as the channel authenticated it.
        conversation: Where to answer if that is not the sender, as in a group.
        aliases: Further addresses of the same sender; None if there can be none.
        is_proved: False for somebody who was checked and may be another.
        is_guest: Whether they answer what was sent to somebody else, whose the room is.
        status: UNKNOWN leaves no participant record.
    """

    address: str
    channel_id: str
    channel_type: str
    conversation: str | None = None
    aliases: tuple[str, ...] | None = None
    is_proved: bool = True
    is_guest: bool = False
    status: IdentificationStatus = IdentificationStatus.UNKNOWN
    identity: Identity | None = None
    display_name: str | None = None
    candidates: tuple[str, ...] = ()
    resolved_by: str = "auto"

    @property
    def addresses(self) -> tuple[str, ...]:
        """All addresses of the sender, the one that counts most first."""
        return tuple(dict.fromkeys([self.address, *(self.aliases or ())]))


@dataclass(frozen=True)
class Seat:
    """A sender's place in the room: its participant id, the row to write, what there is to tell.

    `is_disputed` says that somebody else has the place that the sender claims.
    """

    participant_id: str | None
    participant: Participant | None = None
    news: EventType | None = None
    is_disputed: bool = False


def known_participant(snapshot: RoomSnapshot, sender: Sender) -> Participant | None:
    """Return the participant a sender is, by identity, then id, then address."""
    people = snapshot.context.participants
    identity_id = sender.identity.id if sender.identity else None
    if identity_id is not None:
        for person in people:
            if identity_id in (person.identity_id, person.id):
                return person
    by_id = map(snapshot.context.get_participant, sender.addresses)
    return next(filter(None, by_id), None) or _by_address(snapshot, sender)


def seat(snapshot: RoomSnapshot, sender: Sender) -> Seat:
    """Decide the participant row of a sender against the room as it is under the lock."""
    known = known_participant(snapshot, sender)
    if known is None:
        return _new_seat(snapshot.context.room.id, sender)
    is_identified = known.identification is IdentificationStatus.IDENTIFIED
    if is_identified and not sender.is_proved and sender.identity is None:
        # Whoever only says to be somebody does not speak as that person.
        return Seat(None, is_disputed=True)
    changed = _on_channel(known, sender)
    news = None
    if sender.identity is not None and not is_identified:
        changed = identify(changed, sender.identity, resolved_by=sender.resolved_by)
        news = EventType.PARTICIPANT_IDENTIFIED
    return Seat(known.id, None if changed == known else changed, news)


def conversation_of(message: InboundMessage, channel: Channel) -> str:
    """Return the address that a message is answered at.

    It is the sender's, unless the message names another under the channel's recipient key: a group
    is one conversation, whoever writes, and another than what its members write in private.
    """
    return str(message.metadata.get(channel.recipient_key or "") or message.sender_id)


def is_guest(message: InboundMessage, channel: Channel, snapshot: RoomSnapshot) -> bool:
    """Tell whether somebody answers in a room what its channel has sent to another.

    Whoever got a mail forwarded can; their next mail is about something else, and its answers would
    go to the other.
    """
    binding = snapshot.context.get_binding(channel.channel_id)
    recipient = binding.metadata.get(channel.recipient_key or "") if binding else None
    if not recipient or not answers_us(message.metadata):
        return False
    known = {row.address for row in snapshot.addresses if row.channel_id == channel.channel_id}
    return str(recipient).casefold() != message.sender_id.casefold() and (
        message.sender_id not in known
    )


def new_addresses(
    snapshot: RoomSnapshot, sender: Sender, participant_id: str | None
) -> tuple[RoomAddress, ...]:
    """Return the address rows that let the router find this room again, as far as they are new.

    In a group it is the group's, which is nobody's own. Whoever is not proved to have an address
    takes it from nobody, and guests are not led here again.
    """
    if sender.is_guest:
        return ()
    written = [sender.conversation] if sender.conversation else sender.addresses
    rows = [
        RoomAddress(
            room_id=snapshot.context.room.id,
            channel_id=sender.channel_id,
            channel_type=sender.channel_type,
            address=address,
            participant_id=None if sender.conversation else participant_id,
        )
        for address in written
    ]
    known = {row.address for row in snapshot.addresses if row.channel_id == sender.channel_id}
    if not sender.is_proved:
        rows = [row for row in rows if row.address not in known]
    return tuple(row for row in rows if row not in snapshot.addresses)


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
    who = {(row.channel_type, row.address): row.participant_id for row in snapshot.addresses}
    ids = (who.get((sender.channel_type, address)) for address in sender.addresses)
    known = next(filter(None, ids), None)
    return snapshot.context.get_participant(known) if known else None


def _on_channel(known: Participant, sender: Sender) -> Participant:
    return reach_through(known, sender.channel_id)


def _new_seat(room_id: str, sender: Sender) -> Seat:
    is_unknown = sender.status is IdentificationStatus.UNKNOWN
    if is_unknown and sender.aliases is None:
        return Seat(None)
    person = Participant(
        id=sender.identity.id if sender.identity else sender.address,
        room_id=room_id,
        channel_id=sender.channel_id,
        connected_via=[sender.channel_id],
        display_name=sender.display_name or sender.address,
        identification=sender.status if is_unknown else IdentificationStatus.PENDING,
        candidates=list(sender.candidates) or None,
    )
    if sender.identity is not None:
        person = identify(person, sender.identity, resolved_by=sender.resolved_by)
    return Seat(person.id, person, EventType.PARTICIPANT_JOINED)
