"""`deliver`: the host has something to say in a room (RFC §23)."""

from hooks.triggers import HookTrigger
from rooms.delivery.drafts import build_draft, find_binding
from rooms.delivery.moments import Moments
from rooms.delivery.strategies import STRATEGIES, DeliveryStrategy, WaitForIdle
from rooms.domain.content import EventContent
from rooms.domain.context import RoomContext
from rooms.domain.enums import ChannelCategory, EventStatus, OwnerKind
from rooms.domain.errors import RoomNotFoundError
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.pipeline.direct import Direct
from rooms.pipeline.lanes import Lanes
from rooms.pipeline.owner_gate import BY_AGENT, StaleOwnerError
from rooms.pipeline.parts import Parts
from rooms.pipeline.waiting import return_at_commit

KEPT_BY_HOOKS = ("id", "room_id", "source", "type", "chain_depth")
"""What a BEFORE_DELIVER hook cannot change: which event it is, who says it and where."""


class Proactive:
    """Sends content nobody has asked for, through hooks and a strategy."""

    def __init__(self, parts: Parts, direct: Direct, lanes: Lanes) -> None:
        self._parts = parts
        self._moments = Moments(parts, direct, lanes)
        self._strategies = {name: strategy() for name, strategy in STRATEGIES.items()}

    async def deliver(
        self,
        room_id: str,
        content: EventContent,
        channel_id: str | None = None,
        strategy: DeliveryStrategy | str | None = None,
        metadata: JsonObject | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> RoomEvent | None:
        """Say something in a room; agents are not asked about it.

        Args:
            room_id: The room.
            content: What to say.
            channel_id: An agent speaks it in its own name; a transport alone gets it; None sends
                it to every transport in the framework's name.
            strategy: An object, `immediate` (the default), `wait_for_idle` or `queued`.
            metadata: Kept with the event.
            idempotency_key: What has this key in the room already is not said again.

        Returns:
            The stored event, or None when a BEFORE_DELIVER hook blocked it, or it was to be said in
            an agent's name while no agent may speak in the room.

        Raises:
            RoomNotFoundError: If there is no such room.
            RoomClosedError: If it takes no more events.
            ChannelNotFoundError: If `channel_id` is not attached.
            ValueError: If the strategy's name is unknown.
        """
        chosen = self._choose(strategy)
        context = await self._load(room_id)
        binding = find_binding(context, channel_id)
        draft = build_draft(room_id, content, binding).model_copy(
            update={"metadata": metadata or {}, "idempotency_key": idempotency_key}
        )
        if binding is not None and binding.category is ChannelCategory.INTELLIGENCE:
            return await self._send_for_agent(draft, context, chosen, channel_id=channel_id)
        return await self._send(draft, context, chosen, channel_id=channel_id)

    async def tell_agent(  # noqa: PLR0913 - as `deliver`
        self,
        room_id: str,
        agent_id: str,
        content: EventContent,
        *,
        asks: bool,
        strategy: DeliveryStrategy | str | None = None,
        metadata: JsonObject | None = None,
        idempotency_key: str | None = None,
    ) -> RoomEvent | None:
        """Tell one agent of a room something that nobody else reads.

        Args:
            room_id: The room.
            agent_id: The agent.
            content: What it is told.
            asks: Whether it is asked to say something to that; else it reads it when it is asked
                next.
            strategy: When, as of `deliver`.
            metadata: Kept with the event.
            idempotency_key: What has this key in the room already is not told again.

        Returns:
            The stored event, or None when a BEFORE_DELIVER hook blocked it.

        Raises:
            RoomNotFoundError: If there is no such room.
            RoomClosedError: If it takes no more events.
            ChannelNotFoundError: If the agent is not attached.
            ValueError: If the strategy's name is unknown.
        """
        chosen = self._choose(strategy)
        context = await self._load(room_id)
        find_binding(context, agent_id)
        draft = build_draft(room_id, content, None).model_copy(
            update={
                "visibility": agent_id,
                "response_visibility": "all",
                "addressed_to": [agent_id] if asks else [],
                "metadata": metadata or {},
                "idempotency_key": idempotency_key,
            }
        )
        return await self._send(draft, context, chosen, channel_id=agent_id)

    async def pass_on(  # noqa: PLR0913 - as `deliver`
        self,
        room_id: str,
        channel_id: str,
        content: EventContent,
        *,
        agent_id: str,
        strategy: DeliveryStrategy | str | None = None,
        metadata: JsonObject | None = None,
        idempotency_key: str | None = None,
    ) -> RoomEvent | None:
        """Say to the people of a channel what an agent has brought that is not in the room.

        While somebody else than the AI answers in the room it is not said, nor is it delivered if
        that begins before it was: one voice per room.

        Args:
            room_id: The room.
            channel_id: The transport that gets it.
            content: What the agent has brought.
            agent_id: The agent.
            strategy: When, as of `deliver`.
            metadata: Kept with the event.
            idempotency_key: What has this key in the room already is not said again.

        Returns:
            The stored event, or None when it is not said.

        Raises:
            RoomNotFoundError: If there is no such room.
            RoomClosedError: If it takes no more events.
            ChannelNotFoundError: If the channel is not attached.
            ValueError: If the strategy's name is unknown.
        """
        chosen = self._choose(strategy)
        context = await self._load(room_id)
        binding = find_binding(context, channel_id)
        facts = {**(metadata or {}), BY_AGENT: agent_id}
        draft = build_draft(room_id, content, binding).model_copy(
            update={"metadata": facts, "idempotency_key": idempotency_key}
        )
        return await self._send_for_agent(draft, context, chosen, channel_id=channel_id)

    def quiet_moment(self, timeout: float) -> DeliveryStrategy:
        """Return the strategy that waits for a quiet moment, at most `timeout` seconds."""
        return WaitForIdle(playback_timeout=timeout)

    async def _send_for_agent(
        self,
        draft: RoomEvent,
        context: RoomContext,
        chosen: DeliveryStrategy,
        *,
        channel_id: str | None,
    ) -> RoomEvent | None:
        """Send what an agent says, unless somebody else answers in the room: one voice per room."""
        room = context.room
        if room.owner_kind is not OwnerKind.AI:
            return None
        try:
            return await self._send(
                draft, context, chosen, channel_id=channel_id, owner_epoch=room.owner_epoch
            )
        except StaleOwnerError:  # somebody took over while it waited
            return None

    async def _send(
        self,
        draft: RoomEvent,
        context: RoomContext,
        chosen: DeliveryStrategy,
        *,
        channel_id: str | None,
        owner_epoch: int | None = None,
    ) -> RoomEvent | None:
        """Ask the hooks, send when it is time, tell what became of it."""
        with return_at_commit():
            outcome = await self._parts.hooks.run_sync_hooks(
                draft.room_id, HookTrigger.BEFORE_DELIVER, draft, context
            )
        if not outcome.allowed:
            return None
        kept = {name: getattr(draft, name) for name in KEPT_BY_HOOKS}
        agreed = outcome.event.model_copy(update=kept)
        try:
            stored = await self._moments.send(
                agreed, context, chosen, channel_id=channel_id, owner_epoch=owner_epoch
            )
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

    async def _load(self, room_id: str) -> RoomContext:
        snapshot = await self._parts.store.load_snapshot(room_id)
        if snapshot is None:
            raise RoomNotFoundError(room_id)
        return snapshot.context

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
