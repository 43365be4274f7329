"""Which room an inbound message belongs to (RFC §10.4). Never guess: None opens a new room."""

from abc import ABC, abstractmethod

from rooms.domain.enums import ChannelType, RoomStatus
from rooms.domain.json import JsonObject
from rooms.domain.sender import addresses_of, is_unproved
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
            channel_data: The message's metadata, with the channel's `organization_id`. What a
                provider tells there of further addresses is read by `rooms.domain.sender`.
        """

    async def find_room_of_person(
        self, channel_type: ChannelType | str, address: str, organization_id: str | None
    ) -> str | None:
        """Return the room in which somebody who opens a chat goes on; None opens a new one.

        Only routers that follow people over channels have an answer.
        """
        return None


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
        addresses = _addresses(participant_id, channel_data)
        for address in addresses:
            known = await self._store.find_room_ids_by_address(
                str(channel_type),
                address,
                organization_id=(channel_data or {}).get("organization_id"),
                statuses=self._statuses,
                limit=1,
            )
            if known:
                return known[0]
        return await self._only_room(channel_id, channel_type, addresses)

    async def _only_room(
        self, channel_id: str, channel_type: ChannelType | str, addresses: list[str]
    ) -> str | None:
        rooms = await self._store.find_room_ids_by_channel(
            channel_id, (RoomStatus.ACTIVE,), limit=2
        )
        if len(rooms) != 1:
            return None
        if channel_type in ADDRESSED_TYPES and await self._is_anothers(
            rooms[0], channel_id, addresses
        ):
            return None
        return rooms[0]

    async def _is_anothers(self, room_id: str, channel_id: str, addresses: list[str]) -> bool:
        snapshot = await self._store.load_snapshot(room_id)
        return snapshot is not None and any(
            row.channel_id == channel_id and row.address not in addresses
            for row in snapshot.addresses
        )


class IdentityRoomRouter(InboundRoomRouter):
    """The newest open room of the person behind an address, whatever channel it is.

    A stranger's address goes to `fallback`, the default router if none is given; so does one whose
    sender is not proved to have it.
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
        told = channel_data or {}
        addresses = [] if is_unproved(told) else _addresses(participant_id, channel_data)
        for address in addresses:
            found = await self.find_room_of_person(
                channel_type, address, told.get("organization_id")
            )
            if found is not None:
                return found
        return await self._fallback.route(channel_id, channel_type, participant_id, channel_data)

    async def find_room_of_person(
        self, channel_type: ChannelType | str, address: str, organization_id: str | None
    ) -> str | None:
        """Return the newest open room of whoever has an address, or None."""
        identity = await self._store.resolve_identity(str(channel_type), address, organization_id)
        if identity is None:
            return None
        rooms = await self._store.find_room_ids_by_identity(
            identity.id, OPEN_STATUSES, organization_id=organization_id, limit=1
        )
        return rooms[0] if rooms else None


def _addresses(address: str | None, channel_data: JsonObject | None) -> list[str]:
    return [] if address is None else addresses_of(address, channel_data or {})
