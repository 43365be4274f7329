"""Opening rooms: by the host, or because a message came that belongs to none (RFC §10.1 step 2)."""

from hooks.triggers import HookTrigger
from rooms.channel import Channel
from rooms.domain.commit import CommitUnit, RoomAddress
from rooms.domain.enums import ChannelType, EventType
from rooms.domain.frozen import new_id
from rooms.domain.message import InboundMessage
from rooms.domain.room import Room
from rooms.domain.sender import addresses_of
from rooms.domain.session_event import SessionStartedEvent
from rooms.pipeline.attaching import Attaching
from rooms.pipeline.parts import Parts
from rooms.pipeline.people import conversation_of
from rooms.pipeline.records import Records, build_record
from rooms.pipeline.strategies import OF_THE_KIT, Choice, Strategies
from rooms.ports import RoomStrategy

SPOKEN_TYPES = frozenset(
    {
        ChannelType.VOICE,
        ChannelType.REALTIME_VOICE,
        ChannelType.VIDEO,
        ChannelType.AUDIO_VIDEO,
        ChannelType.REALTIME_AUDIO_VIDEO,
        ChannelType.CONFERENCE,
    }
)
"""Channels that announce the start of their sessions themselves."""


class Openings:
    """Creates rooms and tells hooks and listeners."""

    def __init__(
        self, parts: Parts, records: Records, attaching: Attaching, strategies: Strategies
    ) -> None:
        self._parts = parts
        self._records = records
        self._attaching = attaching
        self._strategies = strategies

    async def open(self, room: Room) -> Room:
        """Create a room; ON_ROOM_CREATED fires before any channel is attached.

        Raises:
            RoomAlreadyExistsError: If the id is taken.
        """
        timers = room.timers
        if timers.last_activity_at is None and timers != type(timers)():
            timers = timers.model_copy(update={"last_activity_at": room.created_at})
        stored = await self._parts.store.create_room(room.model_copy(update={"timers": timers}))
        await self._parts.news.emit(
            "room_created", room_id=stored.id, organization_id=stored.organization_id
        )
        record = build_record(
            stored.id,
            EventType.SYSTEM,
            "room_created",
            {"organization_id": stored.organization_id},
        )
        await self._records.tell(HookTrigger.ON_ROOM_CREATED, record)
        return stored

    async def open_with(self, room: Room, strategy: RoomStrategy | Choice | None) -> Room:
        """Create a room whose agents go by a strategy, the kit's own or none.

        Raises:
            RoomAlreadyExistsError: If the id is taken.
            ValueError: If another channel has the id of one of the agents; there is no room then.
        """
        if strategy is None:
            return await self.open(room)
        if strategy is OF_THE_KIT:
            stored = await self.open(self._strategies.mark(room))
            if not await self._strategies.install_due(stored):
                return stored
        else:
            self._strategies.enlist(strategy)
            stored = await self.open(room)
            await self._strategies.install(stored, strategy)
        return await self._parts.store.get_room(room.id) or stored

    async def open_for(self, message: InboundMessage, channel: Channel, room_id: str | None) -> str:
        """Create the room of a message: owned by the channel's organization, and answerable.

        Raises:
            RoomAlreadyExistsError: If somebody else has just created it.
        """
        organization_id = self._parts.channels.organization_of(channel.channel_id)
        room = await self.open_with(
            Room(
                id=room_id or new_id(),
                organization_id=organization_id,
                created_at=self._parts.clock.now(),
            ),
            OF_THE_KIT,
        )
        await self._attaching.attach_by_message(room.id, channel, message=message, opens=True)
        await self._remember_addresses(room.id, message, channel)
        if channel.channel_type not in SPOKEN_TYPES:
            await self._tell_session(room.id, message, channel)
        return room.id

    async def _remember_addresses(
        self, room_id: str, message: InboundMessage, channel: Channel
    ) -> None:
        """Let the router find the room before its first message is committed."""
        conversation = conversation_of(message, channel)
        is_own = conversation == message.sender_id
        known = addresses_of(conversation, message.metadata) if is_own else [conversation]
        addresses = tuple(
            RoomAddress(
                room_id=room_id,
                channel_id=channel.channel_id,
                channel_type=str(channel.channel_type),
                address=address,
            )
            for address in known
        )
        await self._parts.store.commit([CommitUnit(room_id=room_id, addresses=addresses)])

    async def _tell_session(self, room_id: str, message: InboundMessage, channel: Channel) -> None:
        snapshot = await self._parts.store.load_snapshot(room_id)
        if snapshot is None:
            return
        started = SessionStartedEvent(
            room_id=room_id,
            channel_id=channel.channel_id,
            channel_type=str(channel.channel_type),
            participant_id=message.sender_id,
            session=message.session,
        )
        await self._parts.hooks.run_async_hooks(
            room_id, HookTrigger.ON_SESSION_STARTED, started, snapshot.context
        )
        await self._parts.news.emit(
            "session_started", room_id=room_id, channel_id=channel.channel_id
        )
