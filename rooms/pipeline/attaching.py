"""Attaching a channel to a room: by explicit grant, or because its first message came in."""

from dataclasses import dataclass, field

from hooks.triggers import HookTrigger
from rooms.channel import Channel
from rooms.domain.binding import ChannelBinding
from rooms.domain.commit import RoomSnapshot
from rooms.domain.enums import (
    Access,
    AnyChannelType,
    ChannelCategory,
    ChannelDirection,
    DeliveryPolicy,
    EventType,
)
from rooms.domain.errors import RoomClosedError, RoomNotFoundError
from rooms.domain.event import RoomEvent
from rooms.domain.fallback import FallbackPolicy
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage
from rooms.domain.policies import RateLimit, RetryPolicy
from rooms.domain.sender import REPLY_ADDRESS, SENDER_VERIFIED
from rooms.pipeline.chains import check_fallback
from rooms.pipeline.parts import Parts
from rooms.pipeline.people import conversation_of
from rooms.pipeline.records import Records, build_record
from rooms.pipeline.traces import Traces
from rooms.pipeline.waiting import return_at_commit


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What an attach gives a channel; None means the channel's own declaration."""

    channel_type: AnyChannelType | None = None
    category: ChannelCategory | None = None
    direction: ChannelDirection | None = None
    access: Access = Access.READ_WRITE
    visibility: str = "all"
    muted: bool = False
    output_muted: bool = False
    participant_id: str | None = None
    metadata: JsonObject = field(default_factory=dict)
    rate_limit: RateLimit | None = None
    retry_policy: RetryPolicy | None = None
    delivery_policy: DeliveryPolicy = DeliveryPolicy.AT_MOST_ONCE
    fallback: FallbackPolicy | None = None

    def bind(self, room_id: str, channel: Channel) -> ChannelBinding:
        """Return the binding this grant makes, with a snapshot of the channel's capabilities."""
        return ChannelBinding(
            room_id=room_id,
            channel_id=channel.channel_id,
            channel_type=self.channel_type or channel.channel_type,
            category=self.category or channel.category,
            direction=self.direction or channel.direction,
            access=self.access,
            visibility=self.visibility,
            muted=self.muted,
            output_muted=self.output_muted,
            participant_id=self.participant_id,
            capabilities=channel.capabilities(),
            metadata=self.metadata,
            rate_limit=self.rate_limit,
            retry_policy=self.retry_policy,
            delivery_policy=self.delivery_policy,
            fallback=self.fallback,
        )


class Attaching:
    """Makes bindings under the room lock and says so."""

    def __init__(self, parts: Parts, records: Records, traces: Traces) -> None:
        self._parts = parts
        self._records = records
        self._traces = traces

    async def attach(self, room_id: str, channel: Channel, grant: Grant) -> ChannelBinding:
        """Attach by explicit grant; a second grant replaces the first and clears a detach.

        Raises:
            RoomNotFoundError: If there is no such room.
            RoomClosedError: If the room takes no more events.
        """
        async with self._parts.locks.locked(room_id):
            self._check_open(await self._load(room_id))
            binding = grant.bind(room_id, channel)
            check_fallback(binding, self._parts.channels)
            stored = await self._enter(channel, binding)
            record = await self._record(stored)
        await self._tell(stored, record)
        return stored

    async def attach_by_message(
        self, room_id: str, channel: Channel, *, message: InboundMessage, opens: bool = False
    ) -> ChannelBinding | None:
        """Attach the channel a message came in by, unless it was detached from the room before.

        The binding learns the address to answer to. None means that the detach stands.

        Args:
            room_id: The room.
            channel: What the message came in by.
            message: Tells where its sender is answered.
            opens: Whether the room was opened for the message, so that nobody else has a word in
                it.
        """
        grant = Grant(metadata=_addressing(message, channel, opens=opens))
        async with self._parts.locks.locked(room_id):
            snapshot = await self._load(room_id)
            self._check_open(snapshot)
            known = snapshot.context.get_binding(channel.channel_id)
            if known is not None:
                return known
            if channel.channel_id in snapshot.detached:
                return None
            stored = await self._enter(channel, grant.bind(room_id, channel))
            record = await self._record(stored)
        await self._tell(stored, record)
        return stored

    async def _enter(self, channel: Channel, binding: ChannelBinding) -> ChannelBinding:
        """Let the channel prepare, then store the binding: one that raises is not attached."""
        with return_at_commit():
            await channel.on_room_attached(binding.room_id, binding)
        return await self._parts.store.add_binding(binding)

    async def _load(self, room_id: str) -> RoomSnapshot:
        snapshot = await self._parts.store.load_snapshot(room_id)
        if snapshot is None:
            raise RoomNotFoundError(room_id)
        return snapshot

    def _check_open(self, snapshot: RoomSnapshot) -> None:
        room = snapshot.context.room
        if not room.accepts_events:
            raise RoomClosedError(room.id, room.status.value)

    async def _record(self, binding: ChannelBinding) -> RoomEvent:
        data = {
            "channel_id": binding.channel_id,
            "channel_type": str(binding.channel_type),
            "category": binding.category.value,
            "access": binding.access.value,
            "visibility": binding.visibility,
        }
        record = build_record(binding.room_id, EventType.CHANNEL_ATTACHED, "channel_attached", data)
        await self._records.write(record)
        return record

    async def _tell(self, binding: ChannelBinding, record: RoomEvent) -> None:
        await self._records.tell(HookTrigger.ON_CHANNEL_ATTACHED, record)
        await self._parts.news.emit(
            "room_channel_attached", room_id=binding.room_id, channel_id=binding.channel_id
        )
        await self._traces.replay(binding.room_id)


def _addressing(message: InboundMessage, channel: Channel, *, opens: bool) -> JsonObject:
    """Return where a binding that a message makes will send to.

    Anybody can ask for answers at another address than the sender's own. Where a room knows of
    others already, only a proved sender is believed.
    """
    key = channel.recipient_key
    told: JsonObject = {key: conversation_of(message, channel)} if key else {}
    wanted, verified = message.metadata.get(REPLY_ADDRESS), message.metadata.get(SENDER_VERIFIED)
    if wanted and (verified is True or (opens and verified is None)):
        told["reply_to"] = str(wanted)
    return told
