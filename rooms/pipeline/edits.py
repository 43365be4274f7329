"""Edit, delete and reaction: who may change which message, and into what (RFC §10.1 step 8).

All of it is decided from values the caller has loaded under the room lock, before any hook runs;
the change itself happens in the commit. A claim in the payload buys nothing: authority rests on the
participant the framework knows and on the channel type the framework set.
"""

from collections.abc import Sequence
from enum import StrEnum

from rooms.domain.commit import TargetChange
from rooms.domain.content import DeleteContent, EditContent, EventContent, ReactionContent
from rooms.domain.enums import (
    ChannelType,
    DeleteType,
    EventStatus,
    EventType,
    ParticipantRole,
    ParticipantStatus,
)
from rooms.domain.errors import RoomKitError
from rooms.domain.event import RoomEvent
from rooms.domain.participant import Participant

EDITED = "edited"
DELETED = "deleted"
REACTIONS = "reactions"

_GONE = frozenset({ParticipantStatus.LEFT, ParticipantStatus.BANNED})
_CHANGES = (EditContent, DeleteContent, ReactionContent)


class EditRefusal(StrEnum):
    """Why an edit, delete or reaction changes nothing and is not stored either."""

    TARGET_NOT_FOUND = "target_event_not_found"
    IDENTITY_REQUIRED = "identity_required_for_edit"
    NOT_ORIGINAL_AUTHOR = "not_original_author"
    NOT_AUTHORIZED = "not_authorized"


class EditRefused(RoomKitError):
    """An edit, delete or reaction was refused; `code` is one of `EditRefusal`."""

    def __init__(self, code: EditRefusal, message: str) -> None:
        super().__init__(message)
        self.code = code.value


def plan_target_change(
    event: RoomEvent, target: RoomEvent | None, participants: Sequence[Participant]
) -> TargetChange:
    """Return what `event` does to its target.

    Claims that rest on a person need that person: the sender's claims need both the sender and the
    author, an owner's claim and a reaction need the sender. The framework's own claims need nobody.

    Args:
        event: Carries edit, delete or reaction content.
        target: The event it names; None when there is none or the sender may not see it.
        participants: The people of the room.

    Raises:
        EditRefused: If the target cannot be changed, or not by this sender.
    """
    found = _check_target(event, target)
    match event.type, event.content:
        case EventType.EDIT, EditContent() as edit:
            return _plan_edit(event, edit, found, participants)
        case EventType.DELETE, DeleteContent() as delete:
            return _plan_delete(event, delete, found, participants)
        case EventType.REACTION, ReactionContent() as reaction:
            return _plan_reaction(event, reaction, found, participants)
    raise _no_target(f"{event.type} event {event.id!r} has {event.content.type} content: no target")


def _check_target(event: RoomEvent, target: RoomEvent | None) -> RoomEvent:
    """Refuse a target that is not a living message of the same room."""
    if target is None or target.room_id != event.room_id:
        raise _no_target(f"room {event.room_id!r} has no event that {event.id!r} could change")
    if target.type is not EventType.MESSAGE:
        raise _no_target(f"event {target.id!r} is of type {target.type}: only messages change")
    if target.status is EventStatus.BLOCKED:
        raise _no_target(f"event {target.id!r} was blocked: nobody saw it")
    if target.metadata.get(DELETED):
        raise _no_target(f"event {target.id!r} is deleted")
    return target


# -- one function per kind of change


def _plan_edit(
    event: RoomEvent, content: EditContent, target: RoomEvent, participants: Sequence[Participant]
) -> TargetChange:
    _check_new_content(content.new_content)
    # Any other word than "system" claims no more than the sender's own right.
    if content.edit_source == "system":
        _require_framework(event)
    else:
        _require_author(event, target, participants)
    return TargetChange(
        event_id=target.id,
        content=content.new_content,
        metadata={EDITED: True},
        changed_by=_changer(event),
    )


def _plan_delete(
    event: RoomEvent, content: DeleteContent, target: RoomEvent, participants: Sequence[Participant]
) -> TargetChange:
    if content.delete_type is DeleteType.SYSTEM:
        _require_framework(event)
    elif content.delete_type is DeleteType.ADMIN:
        _require_owner(event, participants)
    else:
        _require_author(event, target, participants)
    return TargetChange(event_id=target.id, metadata={DELETED: True}, changed_by=_changer(event))


def _plan_reaction(
    event: RoomEvent,
    content: ReactionContent,
    target: RoomEvent,
    participants: Sequence[Participant],
) -> TargetChange:
    sender_id = _require_sender(event)
    person = _find(sender_id, participants)
    reactions = _react(
        target.metadata.get(REACTIONS, {}), content, person.id if person else sender_id
    )
    return TargetChange(
        event_id=target.id,
        metadata={REACTIONS: reactions},
        changed_by=sender_id,
        keeps_revision=False,
    )


def _react(
    reactions: dict[str, list[str]], content: ReactionContent, participant_id: str
) -> dict[str, list[str]]:
    """Return the reactions with one more or one less; doing the same twice changes nothing."""
    people = list(reactions.get(content.emoji, ()))
    if content.action == "remove":
        people = [known for known in people if known != participant_id]
    elif participant_id not in people:
        people.append(participant_id)
    changed = {**reactions, content.emoji: people}
    return {emoji: who for emoji, who in changed.items() if who}


# -- authority


def _require_author(
    event: RoomEvent, target: RoomEvent, participants: Sequence[Participant]
) -> None:
    sender_id, author_id = _require_sender(event), target.source.participant_id
    if not author_id:
        raise EditRefused(
            EditRefusal.IDENTITY_REQUIRED,
            f"nobody is known as the author of event {target.id!r}: "
            "an owner or the framework may delete it",
        )
    if not _same_person(sender_id, author_id, participants):
        raise EditRefused(
            EditRefusal.NOT_ORIGINAL_AUTHOR,
            f"participant {sender_id!r} did not write event {target.id!r}",
        )


def _require_owner(event: RoomEvent, participants: Sequence[Participant]) -> None:
    sender_id = _require_sender(event)
    person = _find(sender_id, participants)
    if person is None or person.role is not ParticipantRole.OWNER or person.status in _GONE:
        raise EditRefused(
            EditRefusal.NOT_AUTHORIZED,
            f"participant {sender_id!r} is no owner of room {event.room_id!r}: "
            "only an owner deletes what others wrote",
        )


def _require_framework(event: RoomEvent) -> None:
    if event.source.channel_type is not ChannelType.SYSTEM:
        raise EditRefused(
            EditRefusal.NOT_AUTHORIZED,
            f"channel {event.source.channel_id!r} is of type {event.source.channel_type}: "
            "only the framework acts as the system",
        )


def _require_sender(event: RoomEvent) -> str:
    if not event.source.participant_id:
        raise EditRefused(
            EditRefusal.IDENTITY_REQUIRED,
            f"nobody is known as the sender of {event.type} event {event.id!r}",
        )
    return event.source.participant_id


def _check_new_content(content: EventContent) -> None:
    if isinstance(content, _CHANGES):
        raise EditRefused(
            EditRefusal.NOT_AUTHORIZED,
            f"a message cannot become {content.type} content: send that as an event of its own",
        )


# -- persons


def _same_person(one: str, other: str, participants: Sequence[Participant]) -> bool:
    """Tell whether two participant ids are one person; the same identity under two ids is."""
    if one == other:
        return True
    identity = _identity_of(one, participants)
    return identity is not None and identity == _identity_of(other, participants)


def _identity_of(participant_id: str, participants: Sequence[Participant]) -> str | None:
    person = _find(participant_id, participants)
    return person.identity_id if person else None


def _find(participant_id: str, participants: Sequence[Participant]) -> Participant | None:
    """Return the participant by id, else by identity: a sender may be known by either."""
    by_id = next((p for p in participants if p.id == participant_id), None)
    return by_id or next((p for p in participants if p.identity_id == participant_id), None)


def _changer(event: RoomEvent) -> str:
    return event.source.participant_id or event.source.channel_id


def _no_target(message: str) -> EditRefused:
    return EditRefused(EditRefusal.TARGET_NOT_FOUND, message)
