"""Step 2: the room of a message that names none (RFC §10.4)."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from rooms.channel import Channel
from rooms.domain.message import InboundMessage
from rooms.domain.sender import addresses_of
from rooms.pipeline.parts import Parts
from rooms.pipeline.people import conversation_of
from rooms.pipeline.routing import InboundRoomRouter
from rooms.pipeline.threads import Threads


class RoomChoice:
    """Finds the room by the message's key, by what it answers, then by its sender."""

    def __init__(self, parts: Parts, router: InboundRoomRouter) -> None:
        self._parts = parts
        self._router = router
        self._threads = Threads(parts)

    @asynccontextmanager
    async def alone(self, message: InboundMessage, channel: Channel) -> AsyncIterator[None]:
        """Keep a stranger's simultaneous messages, by whatever address, from opening two rooms."""
        addresses = addresses_of(conversation_of(message, channel), message.metadata)
        async with AsyncExitStack() as locks:
            # Always in the same order, or two would wait for each other.
            for address in sorted(addresses):
                key = f"route:{channel.channel_id}:{address}"
                await locks.enter_async_context(self._parts.locks.locked_key(key))
            yield

    async def choose(self, message: InboundMessage, channel: Channel) -> str | None:
        """Return a room id, or None to open a new room."""
        conversation = conversation_of(message, channel)
        return (
            await self._room_of_known_key(message, conversation)
            or await self._threads.room_of(message)
            or await self._ask_router(message, conversation)
        )

    async def _room_of_known_key(self, message: InboundMessage, conversation: str) -> str | None:
        """Return the room of the first try, so that redelivery opens no second one."""
        if not message.idempotency_key:
            return None
        known = await self._parts.store.find_event_by_key(
            message.idempotency_key, channel_id=message.channel_id
        )
        snapshot = await self._parts.store.load_snapshot(known.room_id) if known else None
        if snapshot is None:
            return None
        senders = {(row.channel_id, row.address) for row in snapshot.addresses}
        # Another sender's key is another key.
        is_theirs = (message.channel_id, conversation) in senders
        return snapshot.context.room.id if is_theirs else None

    async def _ask_router(self, message: InboundMessage, conversation: str) -> str | None:
        organization_id = self._parts.channels.organization_of(message.channel_id)
        return await self._router.route(
            message.channel_id,
            message.channel_type or "",
            conversation,
            {**message.metadata, "organization_id": organization_id},
        )
