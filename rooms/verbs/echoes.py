"""What people of the site say outside of it: it joins the customer's room, and agents fall silent.

Whoever answers from the telephone has taken the conversation over, whether they know of rooms or
not.
"""

import logging
from functools import partial

from rooms.channel import Channel
from rooms.domain.commit import RoomSnapshot
from rooms.domain.content import copy_storable
from rooms.domain.echo import ECHO, EchoMessage, note_of
from rooms.domain.enums import ChannelDirection, OwnerKind, ParticipantRole
from rooms.domain.event import ChannelData, EventSource, RoomEvent
from rooms.domain.ownership import BoundaryCode, OwnerAction
from rooms.domain.room import Room
from rooms.domain.sender import addresses_of
from rooms.pipeline.direct import Direct
from rooms.pipeline.parts import Parts
from rooms.pipeline.permissions import strip_reserved
from rooms.pipeline.routing import InboundRoomRouter
from rooms.pipeline.waiting import return_at_commit
from rooms.verbs.members import Members
from rooms.verbs.owner_changes import OwnerChanges
from rooms.verbs.owner_move import OwnerMove

logger = logging.getLogger("roomkit.core.framework")


class Echoes:
    """Takes what went out by a channel's account, though not through us."""

    def __init__(
        self, parts: Parts, direct: Direct, members: Members, router: InboundRoomRouter
    ) -> None:
        self._parts = parts
        self._direct = direct
        self._members = members
        self._router = router
        self._changes = OwnerChanges(parts)

    async def process_echo(self, echo: EchoMessage) -> RoomEvent | None:
        """Say in the customer's room what one of the site's people has said to them outside.

        Unless a person has the room already, one has it from then on: what agents were showing ends
        there, as when somebody takes over. The words go to the other channels of the room, not
        to the one that they were said by, and no agent is asked about them. Each echo takes effect
        once. Returns at commit: the stored event, BLOCKED if a hook said so.

        Returns None, and does nothing, when it is a message of ours or was told before, and when
        there is no open room with whom it was said to: on a telephone people also write to those
        who are no customers.

        Raises:
            ChannelNotRegisteredError: If the channel is not registered.
            RoomClosedError: If the room closed meanwhile; once more, there is none.
            TimeoutError: If it was not stored in time: take it once more.
        """
        room_id = await self.heed(echo)
        if room_id is None:
            return None
        channel = self._parts.channels.require(echo.channel_id)
        await self._members.add_member(
            room_id, echo.author_id, echo.channel_id, role=ParticipantRole.AGENT
        )
        with return_at_commit():
            event = await self._direct.send_as(_build(echo, channel, room_id))
        await self._note(echo, event)
        return event

    async def heed(self, echo: EchoMessage) -> str | None:
        """Let agents fall silent in the room of an echo, and return it; None says to do no more.

        It comes before the words, so that nothing that an agent shows comes after them. Whoever
        dies in between does the rest when the echo comes again.

        Raises:
            ChannelNotRegisteredError: If the channel is not registered.
            RoomClosedError: If the room closed meanwhile.
        """
        room_id = None if await self._is_known(echo) else await self._find_room(echo)
        if room_id is None:
            return None
        await self._changes.make(room_id, partial(_decide, echo))
        return room_id

    async def _find_room(self, echo: EchoMessage) -> str | None:
        """Return the room, as for a message of the customer's; none is opened, nothing attached."""
        await self._parts.channels.find(echo.channel_id)
        channel = self._parts.channels.require(echo.channel_id)
        organization_id = self._parts.channels.organization_of(channel.channel_id)
        room_id = await self._router.route(
            channel.channel_id,
            channel.channel_type,
            echo.recipient_id,
            {**echo.metadata, "organization_id": organization_id},
        )
        snapshot = await self._parts.store.load_snapshot(room_id) if room_id else None
        if snapshot is None or not _is_with_recipient(echo, channel, snapshot):
            logger.info("echo belongs to no open room", extra={"channel_id": echo.channel_id})
            return None
        return room_id

    async def _is_known(self, echo: EchoMessage) -> bool:
        """Tell whether a message is one that we have sent, or an echo that was told before."""
        store = self._parts.store
        known = await store.get_provider_message(echo.channel_id, echo.provider_message_id)
        if known is not None and known.event_id is not None:
            return True
        stored = await store.find_event_by_key(echo.idempotency_key, channel_id=echo.channel_id)
        if stored is None:
            return False
        # Whoever stored it died before it could be noted.
        await self._note(echo, stored)
        return True

    async def _note(self, echo: EchoMessage, event: RoomEvent) -> None:
        await self._parts.store.note_provider_messages([note_of(echo, event)])


def _is_with_recipient(echo: EchoMessage, channel: Channel, snapshot: RoomSnapshot) -> bool:
    """Tell whether a room's channel speaks to whom the echo was said to.

    A router may guess where somebody's own words belong; words to another must not be shown there.
    """
    binding = snapshot.context.get_binding(channel.channel_id)
    if binding is None:
        return False
    written = {row.address for row in snapshot.addresses if row.channel_id == channel.channel_id}
    known = {*written, binding.metadata.get(channel.recipient_key or "")}
    return not known.isdisjoint(addresses_of(echo.recipient_id, echo.metadata))


def _decide(echo: EchoMessage, room: Room) -> OwnerMove | None:
    """Leave a room as it is that a person has."""
    if room.owner_kind is OwnerKind.HUMAN:
        return None
    return OwnerMove(
        code=BoundaryCode.TAKEN_OVER,
        action=OwnerAction.TAKEN_OVER,
        kind=OwnerKind.HUMAN,
        owner_id=echo.author_id,
        by=echo.author_id,
        reason="they answered the customer outside of this site",
    )


def _build(echo: EchoMessage, channel: Channel, room_id: str) -> RoomEvent:
    """Return the event: out by the channel that it was said by, so that it goes to the others."""
    provider = channel.provider_name or str(channel.channel_type)
    told = {"sent_at": echo.timestamp.isoformat()} if echo.timestamp else {}
    return RoomEvent(
        room_id=room_id,
        source=EventSource(
            channel_id=channel.channel_id,
            channel_type=channel.channel_type,
            direction=ChannelDirection.OUTBOUND,
            participant_id=echo.author_id,
            external_id=echo.provider_message_id,
            provider=provider,
            raw_payload=copy_storable(echo.raw_payload),
            provider_message_id=echo.provider_message_id,
        ),
        content=echo.content,
        addressed_to=[],
        idempotency_key=echo.idempotency_key,
        metadata={**strip_reserved(copy_storable(echo.metadata)), ECHO: True},
        channel_data=ChannelData(
            provider=provider, external_id=echo.provider_message_id, extra=told
        ),
    )
