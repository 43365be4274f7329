"""The inbound pipeline, step by step (RFC §10.1).

Steps 0 to 5 are here; 6 to 13, under the room lock, in `passage`; 14 and on in `lanes`,
`broadcast` and `answers`.
"""

import asyncio
from dataclasses import dataclass

from rooms.channel import Channel
from rooms.domain.commit import RoomSnapshot
from rooms.domain.enums import EventStatus
from rooms.domain.errors import RoomAlreadyExistsError, RoomClosedError, RoomNotFoundError
from rooms.domain.event import RoomEvent
from rooms.domain.message import InboundMessage, InboundResult
from rooms.pipeline.aliases import Aliases
from rooms.pipeline.attaching import Attaching
from rooms.pipeline.consent import Consent
from rooms.pipeline.draft import (
    PROCESS_TIMEOUT,
    Draft,
    Origin,
    Passed,
    ProcessTimeoutError,
    Refused,
    SideEffects,
)
from rooms.pipeline.filling import complete, gaps
from rooms.pipeline.identity import Identification
from rooms.pipeline.openings import Openings
from rooms.pipeline.parts import Parts
from rooms.pipeline.passage import Passage
from rooms.pipeline.permissions import strip_reserved
from rooms.pipeline.quiet_hours import Morning
from rooms.pipeline.room_choice import RoomChoice
from rooms.pipeline.routing import InboundRoomRouter
from rooms.pipeline.strategies import Strategies
from rooms.pipeline.waiting import Cascade, caller_waits, return_at_commit
from rooms.resilience.rate_limit import ChannelRateLimiters
from rooms.telemetry import SpanKind


@dataclass(frozen=True)
class Arrival:
    """An inbound message with its channel and, once routed, its room."""

    message: InboundMessage
    channel: Channel
    room_id: str


class Inbound:
    """Turns one inbound message into an event and everything that follows from it."""

    def __init__(  # noqa: PLR0913 - one argument a collaborator
        self,
        parts: Parts,
        passage: Passage,
        *,
        router: InboundRoomRouter,
        identification: Identification,
        openings: Openings,
        attaching: Attaching,
        strategies: Strategies,
        morning: Morning,
    ) -> None:
        self._parts = parts
        self._passage = passage
        self._choice = RoomChoice(parts, router)
        self._aliases = Aliases(parts.store)
        self._identification = identification
        self._openings = openings
        self._attaching = attaching
        self._strategies = strategies
        self._morning = morning
        self._consent = Consent(parts)
        self._limiters = ChannelRateLimiters(parts.shared, clock=parts.clock)

    async def process(
        self, message: InboundMessage, *, room_id: str | None = None
    ) -> InboundResult:
        """Process one message; return when it and all it caused was delivered or tried once.

        Hooks, channels, sockets and webhooks are answered at commit (see `waiting`).

        Raises:
            ChannelNotRegisteredError: If the message's channel is unknown.
        """
        channel = await self._find_channel(message)
        if await self._over_rate(message) and not self._consent.is_stop(message, channel):
            return InboundResult(blocked=True, reason="rate_limited")
        message = complete(message, channel)
        arrival = await self._route(message, channel, room_id)
        cascade = Cascade()
        span = self._parts.telemetry.span(
            SpanKind.INBOUND_PIPELINE,
            "process_inbound",
            room_id=arrival.room_id,
            channel_id=channel.channel_id,
        )
        with span as cascade.span_id:
            return await self._run(arrival, cascade)

    async def _run(self, arrival: Arrival, cascade: Cascade) -> InboundResult:
        """Take the message through steps 3 to 18."""
        deadline = asyncio.get_running_loop().time() + self._parts.limits.process_timeout
        try:
            passed = await self._pass(arrival, cascade, deadline)
        except Refused as refusal:
            return InboundResult(blocked=True, reason=refusal.code)
        except ProcessTimeoutError:
            await self._parts.news.emit(
                PROCESS_TIMEOUT, room_id=arrival.room_id, channel_id=arrival.channel.channel_id
            )
            return InboundResult(blocked=True, reason=PROCESS_TIMEOUT)
        if passed.event is not None:
            await self._morning.greet(passed.event)
        await self._connect_session(arrival, passed)
        return await self._result(passed, cascade)

    async def _pass(self, arrival: Arrival, cascade: Cascade, deadline: float) -> Passed:
        draft = await self._prepare_or_open(arrival, cascade, deadline)
        try:
            return await self._passage.run(draft, deadline=deadline)
        except RoomNotFoundError:
            if not self._parts.seen.forget(arrival.room_id):
                raise
            # It was prepared for the room as it was seen last, which is gone by now.
            draft = await self._prepare_or_open(arrival, cascade, deadline)
            return await self._passage.run(draft, deadline=deadline)

    # -- step 0: the inbound rate limit, if there is one

    async def _over_rate(self, message: InboundMessage) -> bool:
        limit = self._parts.limits.inbound_rate_limit
        if limit is None:
            return False
        return not await self._limiters.limiter(message.channel_id, limit).try_acquire()

    # -- step 1: the channel

    async def _find_channel(self, message: InboundMessage) -> Channel:
        await self._parts.channels.find(message.channel_id)
        return self._parts.channels.require(message.channel_id)

    # -- step 2: the room; outside the deadline, because it may create one

    async def _route(
        self, message: InboundMessage, channel: Channel, room_id: str | None
    ) -> Arrival:
        named = room_id or message.room_id
        if named is not None:
            return Arrival(message, channel, named)
        async with self._choice.alone(message, channel):
            found = await self._choice.choose(message, channel)
            if found is None:
                found = await self._open(message, channel, None)
        return Arrival(message, channel, found)

    async def _open(self, message: InboundMessage, channel: Channel, room_id: str | None) -> str:
        try:
            with return_at_commit():
                return await self._openings.open_for(message, channel, room_id)
        except RoomAlreadyExistsError as taken:
            return taken.room_id

    # -- steps 3 to 5: context, event, identity; against the deadline

    async def _prepare_or_open(self, arrival: Arrival, cascade: Cascade, deadline: float) -> Draft:
        """Prepare; a room id that does not exist yet is opened first, outside the deadline."""
        try:
            return await self._prepare(arrival, cascade, deadline)
        except RoomNotFoundError:
            await self._open(arrival.message, arrival.channel, arrival.room_id)
            return await self._prepare(arrival, cascade, deadline)

    async def _prepare(self, arrival: Arrival, cascade: Cascade, deadline: float) -> Draft:
        try:
            async with asyncio.timeout_at(deadline) as scope:
                with return_at_commit():
                    return await self._draft(arrival, cascade)
        except TimeoutError as error:
            if scope.expired():
                raise ProcessTimeoutError from error
            raise

    async def _draft(self, arrival: Arrival, cascade: Cascade) -> Draft:
        snapshot = await self._attach(arrival)
        event = await self._build_event(arrival, snapshot)
        heard = await self._consent.hear(arrival.message, event, arrival.channel)
        sender = await self._identification.identify(
            arrival.message, heard.event, snapshot, arrival.channel
        )
        suggestions = await self._aliases.join(sender, snapshot)
        return Draft(
            event=heard.event,
            origin=Origin.INBOUND,
            notices=heard.notices,
            cascade=cascade,
            sender=sender,
            side_effects=SideEffects(tasks=suggestions),
        )

    async def _attach(self, arrival: Arrival) -> RoomSnapshot:
        """Attach the channel if this is its first message here; a detach before stands.

        Agents that whoever opened the room did not come to attach are attached, too.
        """
        snapshot = self._seen(arrival) or await self._load(arrival)
        try:
            is_changed = await self._strategies.install_due(snapshot.context.room)
            if snapshot.context.get_binding(arrival.channel.channel_id) is None:
                bound = await self._attaching.attach_by_message(
                    arrival.room_id, arrival.channel, message=arrival.message
                )
                is_changed |= bound is not None
        except RoomClosedError:
            return snapshot  # the room refuses the event itself, once it was heard
        return await self._load(arrival) if is_changed else snapshot

    def _seen(self, arrival: Arrival) -> RoomSnapshot | None:
        """Return the room as it was seen last, where that is enough to prepare an event."""
        if self._identification.asks_about(arrival.channel):
            return None
        snapshot = self._parts.seen.get(arrival.room_id)
        if snapshot is None or not self._may_enter(arrival.channel, snapshot):
            return None
        bound = snapshot.context.get_binding(arrival.channel.channel_id)
        return None if bound is None else snapshot

    async def _load(self, arrival: Arrival) -> RoomSnapshot:
        """Return the room; one of another organization than the channel's is not found."""
        snapshot = await self._parts.store.load_snapshot(arrival.room_id)
        if snapshot is None or not self._may_enter(arrival.channel, snapshot):
            raise RoomNotFoundError(arrival.room_id)
        return snapshot

    def _may_enter(self, channel: Channel, snapshot: RoomSnapshot) -> bool:
        own = self._parts.channels.organization_of(channel.channel_id)
        return own in (None, snapshot.context.room.organization_id)

    async def _build_event(self, arrival: Arrival, snapshot: RoomSnapshot) -> RoomEvent:
        message, channel = arrival.message, arrival.channel
        event = await channel.handle_inbound(message, snapshot.context)
        source = event.source.model_copy(
            update={
                "channel_id": channel.channel_id,
                "provider": event.source.provider
                or channel.provider_name
                or str(channel.channel_type),
            }
        )
        return event.model_copy(
            update={
                "room_id": arrival.room_id,
                "source": source,
                "status": EventStatus.PENDING,
                "chain_depth": 0,
                "blocked_by": None,
                "metadata": strip_reserved(event.metadata),
                **gaps(event, message),
            }
        )

    # -- after the commit

    async def _connect_session(self, arrival: Arrival, passed: Passed) -> None:
        if arrival.message.session is None or passed.blocked or passed.replayed:
            return
        binding = await self._parts.store.get_binding(arrival.room_id, arrival.channel.channel_id)
        if binding is not None:
            await arrival.channel.connect_session(arrival.message.session, arrival.room_id, binding)

    async def _result(self, passed: Passed, cascade: Cascade) -> InboundResult:
        """Step 18: answer once everything the message caused was tried, or at commit."""
        if caller_waits() and not passed.replayed:
            await cascade.wait()
        return InboundResult(
            event=passed.event,
            blocked=passed.blocked,
            reason=passed.reason,
            delivery_results=dict(cascade.results),
            error=cascade.error,
        )
