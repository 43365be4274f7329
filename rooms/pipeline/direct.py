"""Direct injection: the host speaks through a channel, by the same steps as a message."""

import asyncio
from dataclasses import dataclass, field

from rooms.domain.binding import ChannelBinding
from rooms.domain.content import EventContent
from rooms.domain.enums import ChannelDirection, EventType
from rooms.domain.errors import ChannelNotFoundError, RoomClosedError, RoomNotFoundError
from rooms.domain.event import EventSource, RoomEvent
from rooms.domain.json import JsonObject
from rooms.pipeline.draft import Draft, Origin
from rooms.pipeline.owner_gate import STALE_OWNER, StaleOwnerError
from rooms.pipeline.parts import Parts
from rooms.pipeline.passage import Passage
from rooms.pipeline.waiting import Cascade, caller_waits


@dataclass(frozen=True, kw_only=True)
class Utterance:
    """What the host says through a channel of a room."""

    room_id: str
    channel_id: str
    content: EventContent
    event_type: EventType = EventType.MESSAGE
    chain_depth: int = 0
    participant_id: str | None = None
    metadata: JsonObject = field(default_factory=dict)
    visibility: str = "all"
    provider: str | None = None
    response_visibility: str | None = None
    parent_event_id: str | None = None
    correlation_id: str | None = None
    idempotency_key: str | None = None
    addressed_to: list[str] | None = None


class Direct:
    """Sends host events through steps 6 to 18 of the pipeline."""

    def __init__(self, parts: Parts, passage: Passage) -> None:
        self._parts = parts
        self._passage = passage

    async def send(self, utterance: Utterance) -> RoomEvent:
        """Store and broadcast one event; a hook's block returns the BLOCKED event.

        Raises:
            RoomNotFoundError: If there is no such room.
            ChannelNotFoundError: If the channel is not attached to it.
            RoomClosedError: If the room takes no more events.
            PermissionError: If an edit, delete or reaction is refused; the code is its message.
        """
        binding = await self._find_binding(utterance)
        source = EventSource(
            channel_id=utterance.channel_id,
            channel_type=binding.channel_type,
            direction=ChannelDirection.OUTBOUND,
            participant_id=utterance.participant_id,
            provider=utterance.provider or self._provider_of(utterance.channel_id),
        )
        return await self.send_as(_build(utterance, source))

    async def send_as(self, event: RoomEvent, *, owner_epoch: int | None = None) -> RoomEvent:
        """Store and broadcast an event whose source the framework has filled in.

        Args:
            event: What to say.
            owner_epoch: The owner's epoch that an agent thought it up under; None for what people
                say.

        Raises:
            RoomClosedError: If the room takes no more events.
            StaleOwnerError: If the room has another owner than the AI of that epoch.
            PermissionError: If an edit, delete or reaction is refused; the code is its message.
        """
        cascade = Cascade()
        draft = Draft(event=event, origin=Origin.DIRECT, cascade=cascade, owner_epoch=owner_epoch)
        deadline = asyncio.get_running_loop().time() + self._parts.limits.process_timeout
        passed = await self._passage.run(draft, deadline=deadline)
        if passed.event is None:
            raise await self._refusal(event.room_id, passed.reason or "refused")
        if caller_waits() and not passed.replayed:
            await cascade.wait()
        return passed.event

    async def _find_binding(self, utterance: Utterance) -> ChannelBinding:
        room = await self._parts.store.get_room(utterance.room_id)
        if room is None:
            raise RoomNotFoundError(utterance.room_id)
        if not room.accepts_events:
            await self._parts.news.emit("room_refused_event", room_id=room.id)
            raise RoomClosedError(room.id, room.status.value)
        binding = await self._parts.store.get_binding(utterance.room_id, utterance.channel_id)
        if binding is None:
            raise ChannelNotFoundError(utterance.room_id, utterance.channel_id)
        return binding

    def _provider_of(self, channel_id: str) -> str | None:
        channel = self._parts.channels.get(channel_id)
        return channel.provider_name if channel else None

    async def _refusal(self, room_id: str, code: str) -> Exception:
        if code == STALE_OWNER:
            return StaleOwnerError(f"room {room_id!r} has another owner by now")
        if code != "room_closed":
            return PermissionError(code)
        room = await self._parts.store.get_room(room_id)
        return RoomClosedError(room_id, room.status.value if room else "gone")


def _build(utterance: Utterance, source: EventSource) -> RoomEvent:
    return RoomEvent(
        room_id=utterance.room_id,
        type=utterance.event_type,
        source=source,
        content=utterance.content,
        visibility=utterance.visibility,
        response_visibility=utterance.response_visibility,
        addressed_to=utterance.addressed_to,
        chain_depth=max(0, utterance.chain_depth),
        parent_event_id=utterance.parent_event_id,
        correlation_id=utterance.correlation_id,
        idempotency_key=utterance.idempotency_key,
        metadata=utterance.metadata,
    )
