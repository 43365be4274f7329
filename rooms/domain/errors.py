"""What can go wrong in words: one root, each error names the value and the way out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rooms.domain.event import RoomEvent


class RoomKitError(Exception):
    """Anything this package refuses."""


class RoomNotFoundError(RoomKitError, LookupError):
    """No room with this id is visible to the caller."""

    def __init__(self, room_id: str) -> None:
        super().__init__(f"no room {room_id!r}: create it with create_room() or check the id")
        self.room_id = room_id


class RoomAlreadyExistsError(RoomKitError, ValueError):
    """The room id is taken."""

    def __init__(self, room_id: str) -> None:
        super().__init__(f"room {room_id!r} exists already: choose another id or use get_room()")
        self.room_id = room_id


class RoomClosedError(RoomKitError):
    """The room is closed or archived and takes no more events."""

    def __init__(self, room_id: str, status: str) -> None:
        super().__init__(f"room {room_id!r} is {status}: reopen it with reopen_room() first")
        self.room_id = room_id
        self.status = status


class IllegalRoomMoveError(RoomKitError, ValueError):
    """A room cannot go from one status to the other."""

    def __init__(self, room_id: str, current: str, wanted: str) -> None:
        super().__init__(f"room {room_id!r} is {current} and cannot become {wanted}")
        self.room_id = room_id


class IllegalOwnerMoveError(RoomKitError, ValueError):
    """A room's owner cannot become another in this way."""

    def __init__(self, room_id: str, current: str, verb: str, way_out: str) -> None:
        super().__init__(f"room {room_id!r} is owned by {current}, {verb} is refused: {way_out}")
        self.room_id = room_id
        self.current = current


class NotOwnerError(RoomKitError):
    """Somebody wants to answer in a room that another answers."""

    def __init__(self, room_id: str, user_id: str, owner: str) -> None:
        super().__init__(
            f"room {room_id!r} is owned by {owner}, not by user {user_id!r}: take_over() it first"
        )
        self.room_id = room_id
        self.user_id = user_id


class StaleReplyError(RoomKitError):
    """Somebody answers who has not seen the last messages; `newer` are those, oldest first."""

    def __init__(self, room_id: str, newer: "Sequence[RoomEvent]") -> None:
        super().__init__(
            f"room {room_id!r} has {len(newer)} newer messages: read them, then reply with "
            f"last_seen_index={newer[-1].index}"
        )
        self.room_id = room_id
        self.newer = list(newer)


class ChannelNotRegisteredError(RoomKitError, LookupError):
    """No channel object with this id is registered in this process."""

    def __init__(self, channel_id: str) -> None:
        super().__init__(f"channel {channel_id!r} is not registered: call register_channel() first")
        self.channel_id = channel_id


class ChannelAlreadyRegisteredError(RoomKitError, ValueError):
    """The channel id is taken."""

    def __init__(self, channel_id: str) -> None:
        super().__init__(
            f"channel {channel_id!r} is registered already: choose another id or unregister it"
        )
        self.channel_id = channel_id


class ChannelNotFoundError(RoomKitError, LookupError):
    """The channel is not attached to the room."""

    def __init__(self, room_id: str, channel_id: str) -> None:
        super().__init__(
            f"channel {channel_id!r} is not attached to room {room_id!r}: attach_channel() first"
        )
        self.room_id = room_id
        self.channel_id = channel_id


class ParticipantNotFoundError(RoomKitError, LookupError):
    """No such participant in the room."""

    def __init__(self, room_id: str, participant_id: str) -> None:
        super().__init__(f"room {room_id!r} has no participant {participant_id!r}")
        self.room_id = room_id
        self.participant_id = participant_id


class IdentityNotFoundError(RoomKitError, LookupError):
    """No such identity."""

    def __init__(self, identity_id: str) -> None:
        super().__init__(f"no identity {identity_id!r}")
        self.identity_id = identity_id


class AddressTakenError(RoomKitError, ValueError):
    """The address belongs to another identity of the same organization."""

    def __init__(self, channel_type: str, address: str, identity_id: str) -> None:
        super().__init__(
            f"{channel_type} address {address!r} belongs to identity {identity_id!r} already: "
            "merge the two identities or choose another address"
        )


class IdentityMergeRefusedError(RoomKitError, ValueError):
    """Two identities cannot become one, or a merge cannot be undone; the text says why."""


class IdentityMergeNotFoundError(RoomKitError, LookupError):
    """No such merge of identities."""

    def __init__(self, merge_id: str) -> None:
        super().__init__(f"no merge {merge_id!r}: take the id that merge_identities() returned")
        self.merge_id = merge_id


class DuplicateIndexError(RoomKitError, ValueError):
    """Two events claim one place in a timeline."""

    def __init__(self, room_id: str, index: int) -> None:
        super().__init__(f"room {room_id!r} has an event at index {index} already")
        self.room_id = room_id
        self.index = index


class SourceAlreadyAttachedError(RoomKitError, ValueError):
    """A source is attached under this channel id already."""

    def __init__(self, channel_id: str) -> None:
        super().__init__(f"channel {channel_id!r} has a source already: detach_source() it first")
        self.channel_id = channel_id


class SourceNotFoundError(RoomKitError, LookupError):
    """No source is attached under this channel id in this process."""

    def __init__(self, channel_id: str) -> None:
        super().__init__(f"channel {channel_id!r} has no source here: attach_source() first")
        self.channel_id = channel_id


class SourceLostError(RoomKitError):
    """Another process runs the source now, because this one gave no sign of life for too long."""

    def __init__(self, channel_id: str) -> None:
        super().__init__(f"source {channel_id!r} is run by another process now: stop it here")
        self.channel_id = channel_id


class ScheduledSendNotFoundError(RoomKitError, LookupError):
    """No such scheduled send."""

    def __init__(self, scheduled_id: str) -> None:
        super().__init__(
            f"no scheduled send {scheduled_id!r}: take the id that schedule_event() returned"
        )
        self.scheduled_id = scheduled_id


class ScheduledSendOverError(RoomKitError, ValueError):
    """A scheduled send cannot be canceled any more."""

    def __init__(self, scheduled_id: str, state: str) -> None:
        super().__init__(
            f"scheduled send {scheduled_id!r} is {state}: only one that waits can be canceled"
        )
        self.scheduled_id = scheduled_id
        self.state = state


class IncompleteStoreError(RoomKitError, TypeError):
    """A store lacks methods that the pipeline needs."""

    def __init__(self, store: object, missing: list[str]) -> None:
        super().__init__(
            f"{type(store).__name__} lacks {', '.join(missing)}: implement ConversationStore whole"
        )


class StoreUnavailableError(RoomKitError):
    """The database did not answer; try again with the same key, which stores nothing twice.

    Nothing was stored, unless the connection broke off: then nobody knows, and the message says so.
    """


class DeliveryFailedError(RoomKitError):
    """A channel could not deliver an event.

    `retryable` outranks the binding's list of retryable errors; `retry_after` is in seconds.
    `outcome_unknown` says that the message may have arrived all the same, as after a time-out: then
    it is tried again only where a second message does no harm. `blames_vendor` says whether the
    vendor is in trouble, which the circuit breaker counts; None takes what is worth a retry for it.
    `outcome` is the vendor's word, a `SendOutcome`, where there is one.
    """

    def __init__(  # noqa: PLR0913 - every fact that decides what happens next
        self,
        code: str,
        message: str = "",
        *,
        retryable: bool = True,
        retry_after: float | None = None,
        outcome_unknown: bool = False,
        blames_vendor: bool | None = None,
        outcome: str | None = None,
    ) -> None:
        super().__init__(message or code)
        self.code = code
        self.retryable = retryable
        self.outcome_unknown = outcome_unknown
        self.blames_vendor = blames_vendor
        self.retry_after = retry_after
        self.outcome = outcome
