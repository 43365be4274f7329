"""`deliver`: the host has something to say in a room (RFC §23)."""

from hooks.triggers import HookTrigger
from rooms.delivery.strategies import STRATEGIES, DeliveryRequest, DeliveryStrategy
from rooms.domain.binding import ChannelBinding
from rooms.domain.content import EventContent
from rooms.domain.context import RoomContext
from rooms.domain.enums import ChannelCategory, ChannelType, EventStatus
from rooms.domain.errors import ChannelNotFoundError, RoomNotFoundError
from rooms.domain.event import SYSTEM_CHANNEL_ID, EventSource, RoomEvent
from rooms.domain.json import JsonObject
from rooms.pipeline.direct import Direct
from rooms.pipeline.lanes import Lanes
from rooms.pipeline.parts import Parts
from rooms.pipeline.waiting import return_at_commit

KEPT_BY_HOOKS = ("id", "room_id", "source", "type", "chain_depth")
"""What a BEFORE_DELIVER hook cannot change: which event it is, who says it and where."""


class Proactive:
    """Sends content nobody has asked for, through hooks and a strategy."""

    def __init__(self, parts: Parts, direct: Direct, lanes: Lanes) -> None:
        self._parts = parts
        self._direct = direct
        self._lanes = lanes
        self._strategies = {name: strategy() for name, strategy in STRATEGIES.items()}

    async def deliver(
        self,
        room_id: str,
        content: EventContent,
        channel_id: str | None = None,
        strategy: DeliveryStrategy | str | None = None,
        metadata: JsonObject | None = None,
    ) -> RoomEvent | None:
        """Say something in a room; agents are not asked about it.

        Args:
            room_id: The room.
            content: What to say.
            channel_id: An agent speaks it in its own name; a transport alone gets it; None sends
                it to every transport in the framework's name.
            strategy: An object, `immediate` (the default), `wait_for_idle` or `queued`.
            metadata: Kept with the event.

        Returns:
            The stored event, or None when a BEFORE_DELIVER hook blocked it.

        Raises:
            RoomNotFoundError: If there is no such room.
            RoomClosedError: If it takes no more events.
            ChannelNotFoundError: If `channel_id` is not attached.
            ValueError: If the strategy's name is unknown.
        """
        chosen = self._choose(strategy)
        context, draft = await self._draft(room_id, content, channel_id, metadata or {})
        with return_at_commit():
            outcome = await self._parts.hooks.run_sync_hooks(
                room_id, HookTrigger.BEFORE_DELIVER, draft, context
            )
        if not outcome.allowed:
            return None
        kept = {name: getattr(draft, name) for name in KEPT_BY_HOOKS}
        agreed = outcome.event.model_copy(update=kept)
        request = DeliveryRequest(
            room_id=room_id,
            content=agreed.content,
            send=lambda said: self._direct.send_as(agreed.model_copy(update={"content": said})),
            is_busy=lambda: self._lanes.is_answering(room_id),
            sleep=self._parts.clock.sleep,
        )
        try:
            stored = await chosen.deliver(request)
        except Exception as failure:
            await self._tell(draft, context, error=str(failure))
            raise
        blocked = stored.status is EventStatus.BLOCKED
        error = f"blocked by {stored.blocked_by}" if blocked else None
        await self._tell(stored, context, error=error)
        return stored

    def _choose(self, strategy: DeliveryStrategy | str | None) -> DeliveryStrategy:
        if isinstance(strategy, DeliveryStrategy):
            return strategy
        name = strategy or "immediate"
        if name not in self._strategies:
            raise ValueError(
                f"unknown delivery strategy {name!r}: use one of {sorted(self._strategies)}"
            )
        return self._strategies[name]

    async def _draft(
        self, room_id: str, content: EventContent, channel_id: str | None, metadata: JsonObject
    ) -> tuple[RoomContext, RoomEvent]:
        snapshot = await self._parts.store.load_snapshot(room_id)
        if snapshot is None:
            raise RoomNotFoundError(room_id)
        context = snapshot.context
        binding = self._binding(context, channel_id)
        speaks = binding is not None and binding.category is ChannelCategory.INTELLIGENCE
        source = EventSource(
            channel_id=binding.channel_id if binding and speaks else SYSTEM_CHANNEL_ID,
            channel_type=binding.channel_type if binding and speaks else ChannelType.SYSTEM,
        )
        only = binding.channel_id if binding and not speaks else "all"
        event = RoomEvent(
            room_id=room_id,
            source=source,
            content=content,
            visibility=only,
            addressed_to=[],
            metadata=metadata,
        )
        return context, event

    def _binding(self, context: RoomContext, channel_id: str | None) -> ChannelBinding | None:
        if channel_id is None:
            return None
        binding = context.get_binding(channel_id)
        if binding is None:
            raise ChannelNotFoundError(context.room.id, channel_id)
        return binding

    async def _tell(
        self, event: RoomEvent, context: RoomContext, *, error: str | None = None
    ) -> None:
        """Fire AFTER_DELIVER with what became of it; the stored event itself is never re-marked."""
        status, metadata = EventStatus.DELIVERED, event.metadata
        if error is not None:
            status, metadata = EventStatus.FAILED, {**event.metadata, "error": error}
        told = event.model_copy(update={"status": status, "metadata": metadata})
        with return_at_commit():
            await self._parts.hooks.run_async_hooks(
                event.room_id, HookTrigger.AFTER_DELIVER, told, context
            )
