"""Who may open which room's socket or chat API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser

from channels_app import visitors
from channels_app.channels.websocket import WebSocketChannel
from channels_app.consumers.frames import ErrorCode, Refusal
from channels_app.consumers.seat import Seat
from channels_app.visitors import Visitor
from rooms.domain.binding import ChannelBinding
from rooms.domain.commit import RoomSnapshot
from rooms.domain.context import RoomContext
from rooms.domain.enums import ChannelType
from rooms.kit import RoomKit
from rooms.stores.access import read_rights

CLOSE_CODES = {
    ErrorCode.BAD_VALUE: 4400,
    ErrorCode.NOT_AUTHENTICATED: 4401,
    ErrorCode.FORBIDDEN: 4403,
    ErrorCode.NOT_FOUND: 4404,
}


def participant_of(user: AbstractBaseUser) -> str:
    """Return the participant id of a user in rooms: ``user-<primary key>``."""
    return f"user-{user.pk}"


@dataclass(frozen=True)
class Caller:
    """Who asks: a visitor by token, a user by session, both, or nobody."""

    visitor: Visitor | None = None
    user: AbstractBaseUser | None = None

    @classmethod
    def of(cls, cookies: Mapping[str, str], user: Any) -> "Caller":
        """Read the caller from cookies and from what the session middleware found."""
        return cls(
            visitor=visitors.read_token(cookies.get(visitors.COOKIE_NAME)),
            user=user if user is not None and user.is_authenticated else None,
        )

    @property
    def participant_ids(self) -> tuple[str, ...]:
        """The ids under which the caller may take part in rooms."""
        return (
            *([self.visitor.id] if self.visitor else []),
            *([participant_of(self.user)] if self.user else []),
        )


async def take_seat(
    kit: RoomKit, room_id: str, caller: Caller, *, channel_id: str | None = None
) -> Seat:
    """Return the caller's place in a room.

    Visitors and users may open the rooms in which they take part. Users may also read the rooms
    that the site's permissions show them, and write there with the permission to reply. Somebody
    who is both visitor and user comes as the visitor where that opens the room.

    Args:
        kit: Knows the room.
        room_id: The room.
        caller: Who asks.
        channel_id: The channel to listen to, for users who do not take part themselves.

    Raises:
        Refusal: NOT_AUTHENTICATED, NOT_FOUND or FORBIDDEN.
    """
    if caller.visitor is None and caller.user is None:
        raise Refusal(
            ErrorCode.NOT_AUTHENTICATED,
            f"log in, or send a valid {visitors.COOKIE_NAME} cookie: open the chat page to get one",
        )
    snapshot = await kit.store.load_snapshot(room_id)
    if snapshot is None:
        raise Refusal(ErrorCode.NOT_FOUND, f"there is no room {room_id!r}: check the address")
    place = next(filter(None, (_own_place(snapshot, id_) for id_ in caller.participant_ids)), None)
    if place is None and caller.user is not None:
        place = await _permitted_place(snapshot.context, caller.user, channel_id)
    if place is None:
        raise Refusal(ErrorCode.FORBIDDEN, f"room {room_id!r} is not open to you")
    return Seat(
        kit,
        room_id,
        _chat_channel(kit, place.channel_id),
        place.participant_id,
        may_write=place.may_write,
    )


@dataclass(frozen=True)
class _Place:
    channel_id: str
    participant_id: str
    may_write: bool = True


def _own_place(snapshot: RoomSnapshot, participant_id: str) -> _Place | None:
    """Return the place of somebody who takes part in the room by a chat channel."""
    # Somebody whom the room knows by other channels speaks as that person.
    written_by = (
        (row.channel_id, row.participant_id or participant_id)
        for row in snapshot.addresses
        if row.channel_type == ChannelType.WEBSOCKET and row.address == participant_id
    )
    people = snapshot.context.participants
    joined_by = ((p.channel_id, p.id) for p in people if p.id == participant_id)
    for channel_id, known_as in (*written_by, *joined_by):
        binding = snapshot.context.get_binding(channel_id)
        if binding is not None and _is_chat(binding):
            return _Place(channel_id, known_as)
    return None


async def _permitted_place(
    context: RoomContext, user: AbstractBaseUser, channel_id: str | None
) -> _Place | None:
    """Return the place of somebody whom the site's permissions let in."""
    rights = await read_rights(user, context.room.id)
    if not rights.may_read:
        return None
    for binding in context.bindings:
        if _is_chat(binding) and channel_id in (None, binding.channel_id):
            return _Place(binding.channel_id, participant_of(user), rights.may_write)
    wanted = f"channel {channel_id!r}" if channel_id else "chat channel"
    raise Refusal(
        ErrorCode.NOT_FOUND,
        f"no {wanted} is attached to room {context.room.id!r}: attach a WebSocketChannel to it",
    )


def _is_chat(binding: ChannelBinding) -> bool:
    return binding.channel_type == ChannelType.WEBSOCKET


def _chat_channel(kit: RoomKit, channel_id: str) -> WebSocketChannel:
    channel = kit.get_channel(channel_id)
    if not isinstance(channel, WebSocketChannel):
        raise Refusal(
            ErrorCode.NOT_FOUND,
            f"channel {channel_id!r} is no WebSocketChannel of this process: "
            "add it to ROOMKIT['CHANNELS'] or register it",
        )
    return channel
