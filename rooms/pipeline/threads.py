"""The room that a message answers into: told by a signed address, or by what it answers."""

from collections.abc import AsyncIterator

from rooms.domain.enums import ChannelDirection
from rooms.domain.message import InboundMessage
from rooms.domain.sender import ANSWERS, REPLY_ROOM, is_unproved
from rooms.pipeline.parts import Parts

MAX_ANSWERS = 12
"""How many references are looked up: a mail may name thousands."""


class Threads:
    """Finds the room of an answer; unlike a router, it is told which one.

    Who holds a signed reply address may answer into its room, whoever that is. References to our
    messages count only if the sender is not known to be somebody else.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._store = parts.store

    async def room_of(self, message: InboundMessage) -> str | None:
        """Return the first open room that a message answers into, or None."""
        async for room_id in self._rooms_told_by(message):
            if await self._admits(room_id, message.channel_id):
                return room_id
        return None

    async def _rooms_told_by(self, message: InboundMessage) -> AsyncIterator[str]:
        told = message.metadata.get(REPLY_ROOM)
        if told:
            yield str(told)
        if is_unproved(message.metadata):
            return
        for message_id, event_id in message.metadata.get(ANSWERS, [])[:MAX_ANSWERS]:
            room_id = await self._room_of_ours(message.channel_id, message_id, event_id)
            if room_id is not None:
                yield room_id

    async def _room_of_ours(
        self, channel_id: str, message_id: str, event_id: str | None
    ) -> str | None:
        """Return the room of a message that did go out through a channel.

        Not every provider keeps the id that we gave the message; the event in it is believed only
        if the channel has sent that event.
        """
        known = await self._store.get_provider_message(channel_id, message_id)
        if known is not None and known.direction is ChannelDirection.OUTBOUND and known.room_id:
            return known.room_id
        sent = await self._store.list_provider_messages(event_id) if event_id else []
        ours = (
            each.room_id
            for each in sent
            if each.channel_id == channel_id and each.direction is ChannelDirection.OUTBOUND
        )
        return next(ours, None)

    async def _admits(self, room_id: str, channel_id: str) -> bool:
        """Tell whether a room is open, of the channel's organization, and has not sent it away."""
        snapshot = await self._store.load_snapshot(room_id)
        if snapshot is None or channel_id in snapshot.detached:
            return False
        room, own = snapshot.context.room, self._parts.channels.organization_of(channel_id)
        return room.accepts_events and own in (None, room.organization_id)
