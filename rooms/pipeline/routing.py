"""Which room an inbound message belongs to (RFC §10.4). Never guess: None opens a new room."""

from abc import ABC, abstractmethod

from rooms.domain.enums import ChannelType, RoomStatus
from rooms.domain.json import JsonObject
from rooms.stores.base import OPEN_STATUSES, ConversationStore

ADDRESSED_TYPES = frozenset(
    {
        ChannelType.SMS,
        ChannelType.MMS,
        ChannelType.RCS,
        ChannelType.EMAIL,
        ChannelType.WHATSAPP,
        ChannelType.WHATSAPP_PERSONAL,
        ChannelType.MESSENGER,
        ChannelType.TELEGRAM,
        ChannelType.TEAMS,
    }
)
"""Channels whose senders are told apart by address, so that a shared number means nothing."""


class InboundRoomRouter(ABC):
    """Chooses the room of a message that names none."""

    @abstractmethod
    async def route(
        self,
        channel_id: str,
        channel_type: ChannelType | str,
        participant_id: str | None = None,
        channel_data: JsonObject | None = None,
    ) -> str | None:
        """Return a room id, or None to open a new room.

        Args:
            channel_id: Where the message came in.
            channel_type: Of which kind that channel is.
            participant_id: The sender's address, or that of the group the message was written in.
            channel_data: The message's metadata, with the channel's `organization_id`.
        """


class DefaultInboundRoomRouter(InboundRoomRouter):
    """The sender's newest open room on this kind of channel, else the channel's only room.

    A PAUSED room counts for the sender's own rule unless `resumes_paused` is False; the channel's
    rule looks at ACTIVE rooms only, and never gives a shared number's room to a second address.
    """

    def __init__(self, store: ConversationStore, *, resumes_paused: bool = True) -> None:
        self._store = store
        self._statuses = OPEN_STATUSES if resumes_paused else (RoomStatus.ACTIVE,)

    async def route(
        self,
        channel_id: str,
        channel_type: ChannelType | str,
        participant_id: str | None = None,
        channel_data: JsonObject | None = None,
    ) -> str | None:
        """Return a room id, or None to open a new room."""
        if participant_id is not None:
            known = await self._store.find_room_ids_by_address(
                str(channel_type),
                participant_id,
                organization_id=(channel_data or {}).get("organization_id"),
                statuses=self._statuses,
                limit=1,
            )
            if known:
                return known[0]
        return await self._only_room(channel_id, channel_type, participant_id)

    async def _only_room(
        self, channel_id: str, channel_type: ChannelType | str, address: str | None
    ) -> str | None:
        rooms = await self._store.find_room_ids_by_channel(
            channel_id, (RoomStatus.ACTIVE,), limit=2
        )
        if len(rooms) != 1:
            return None
        if channel_type in ADDRESSED_TYPES and await self._is_anothers(
            rooms[0], channel_id, address
        ):
            return None
        return rooms[0]

    async def _is_anothers(self, room_id: str, channel_id: str, address: str | None) -> bool:
        snapshot = await self._store.load_snapshot(room_id)
        return snapshot is not None and any(
            row.channel_id == channel_id and row.address != address for row in snapshot.addresses
        )


class IdentityRoomRouter(InboundRoomRouter):
    """The newest open room of the person behind an address, whatever channel it is.

    A stranger's address goes to `fallback`, the default router if none is given.
    """

    def __init__(
        self, store: ConversationStore, *, fallback: InboundRoomRouter | None = None
    ) -> None:
        self._store = store
        self._fallback = fallback or DefaultInboundRoomRouter(store)

    async def route(
        self,
        channel_id: str,
        channel_type: ChannelType | str,
        participant_id: str | None = None,
        channel_data: JsonObject | None = None,
    ) -> str | None:
        """Return a room id, or None to open a new room."""
        if participant_id is not None:
            identity = await self._store.resolve_identity(
                str(channel_type), participant_id, (channel_data or {}).get("organization_id")
            )
            if identity is not None:
                rooms = await self._store.find_room_ids_by_identity(
                    identity.id, OPEN_STATUSES, limit=1
                )
                if rooms:
                    return rooms[0]
        return await self._fallback.route(channel_id, channel_type, participant_id, channel_data)
