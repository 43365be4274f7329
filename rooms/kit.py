"""The kit: the one object a host application holds. Every verb is a collaborator's method."""

import logging
from collections.abc import Collection

from hooks.engine import HookEngine
from hooks.reporting import OutcomeListener
from rooms.assembly import Pipeline, Sharing, build_parts, build_pipeline
from rooms.channel import Channel
from rooms.delegation import delegated
from rooms.delivery.proactive import Proactive
from rooms.domain.context import RoomContext
from rooms.domain.enums import ChannelType, LaneScope
from rooms.domain.policies import RateLimit
from rooms.identity.base import IdentityResolver
from rooms.locks.base import RoomLockManager
from rooms.pipeline.parts import PipelineLimits
from rooms.pipeline.routing import InboundRoomRouter
from rooms.pipeline.transcode import Transcoder
from rooms.realtime import RealtimeBackend
from rooms.resilience.clock import Clock
from rooms.stores.base import ConversationStore
from rooms.stores.choice import choose_store
from rooms.telemetry import TelemetryConfig, TelemetryProvider, build_telemetry
from rooms.verbs.bindings import Bindings
from rooms.verbs.conversation import Conversation
from rooms.verbs.ephemeral import Ephemeral
from rooms.verbs.lifecycle import RoomLifecycle
from rooms.verbs.members import Members
from rooms.verbs.wiring import Wiring

logger = logging.getLogger("roomkit.core.framework")

CLOSE_TIMEOUT_SECONDS = 5.0


class RoomKit:
    """Rooms, channels and everything that happens between them.

    Args:
        store: Where rooms are kept; None takes the database when Django's apps are ready, else
            memory.
        identity_resolver: Says who senders are; None asks nobody.
        identity_channel_types: The channel types it is asked for; None means all.
        inbound_router: Chooses the room of a message; None takes `DefaultInboundRoomRouter`.
        lock_manager: One lock per room; None keeps them in this process.
        realtime: Carries ephemeral events; None keeps them in this process.
        max_chain_depth: Answers at this depth are stored BLOCKED; at least 1.
        identity_timeout: Seconds a resolver has.
        process_timeout: Seconds a message has until its commit.
        telemetry: Where spans go; None records nothing.
        inbound_rate_limit: How many messages each channel may bring in.
        lease_seconds: How long another process leaves this one's deliveries alone after its last
            sign of life.
        transcoder: Makes content fit for channels; None takes `DefaultTranscoder`.
        lane_scope: What is delivered in order: each channel of a room, or the whole room. A store
            given here must have been made for the same.
        clock: Tells the time; None takes the machine's.
        on_hook_outcome: Told of each hook that ended, in the event loop; it must not wait.
        sharing: What this process has in common with others; None says that it is alone.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the published signature
        self,
        store: ConversationStore | None = None,
        identity_resolver: IdentityResolver | None = None,
        identity_channel_types: Collection[ChannelType] | None = None,
        inbound_router: InboundRoomRouter | None = None,
        lock_manager: RoomLockManager | None = None,
        realtime: RealtimeBackend | None = None,
        max_chain_depth: int = 5,
        identity_timeout: float = 10.0,
        process_timeout: float = 30.0,
        *,
        telemetry: TelemetryConfig | TelemetryProvider | None = None,
        inbound_rate_limit: RateLimit | None = None,
        lease_seconds: float = 15.0,
        transcoder: Transcoder | None = None,
        lane_scope: LaneScope = LaneScope.BINDING,
        clock: Clock | None = None,
        on_hook_outcome: OutcomeListener | None = None,
        sharing: Sharing | None = None,
    ) -> None:
        self._parts = build_parts(
            choose_store(store, lane_scope=lane_scope),
            limits=PipelineLimits(
                max_chain_depth=max_chain_depth,
                identity_timeout=identity_timeout,
                process_timeout=process_timeout,
                inbound_rate_limit=inbound_rate_limit,
                lease=lease_seconds,
                lane_scope=lane_scope,
            ),
            locks=lock_manager,
            realtime=realtime,
            telemetry=build_telemetry(telemetry),
            transcoder=transcoder,
            clock=clock,
            on_hook_outcome=on_hook_outcome,
            sharing=sharing or Sharing(),
        )
        self.pipeline: Pipeline = build_pipeline(
            self._parts,
            resolver=identity_resolver,
            identity_channel_types=identity_channel_types,
            router=inbound_router,
        )
        pipeline = self.pipeline
        self.lifecycle = RoomLifecycle(self._parts, pipeline.openings, pipeline.records)
        self.bindings = Bindings(self._parts, pipeline.attaching, pipeline.records)
        self.members = Members(self._parts, pipeline.records)
        self.conversation = Conversation(
            self._parts, pipeline.inbound, pipeline.direct, pipeline.records
        )
        self.wiring = Wiring(self._parts, pipeline.traces)
        self.ephemeral = Ephemeral(self._parts)
        self.proactive = Proactive(self._parts, pipeline.direct, pipeline.lanes)

    # -- what it is made of

    @property
    def store(self) -> ConversationStore:
        """Where rooms are kept."""
        return self._parts.store

    @property
    def hook_engine(self) -> HookEngine[RoomContext]:
        """What runs the hooks."""
        return self._parts.hooks

    @property
    def realtime(self) -> RealtimeBackend:
        """What carries ephemeral events."""
        return self._parts.realtime

    @property
    def telemetry(self) -> TelemetryProvider:
        """Where spans and metrics go."""
        return self._parts.telemetry

    @property
    def lock_manager(self) -> RoomLockManager:
        """What locks rooms."""
        return self._parts.locks

    @property
    def channels(self) -> dict[str, Channel]:
        """The registered channels by id (a copy)."""
        return self._parts.channels.all()

    # -- rooms

    create_room = delegated(RoomLifecycle.create_room, to="lifecycle")
    get_room = delegated(RoomLifecycle.get_room, to="lifecycle")
    update_room_metadata = delegated(RoomLifecycle.update_room_metadata, to="lifecycle")
    set_room_timers = delegated(RoomLifecycle.set_room_timers, to="lifecycle")
    set_agent_response_policy = delegated(RoomLifecycle.set_agent_response_policy, to="lifecycle")
    pause_room = delegated(RoomLifecycle.pause_room, to="lifecycle")
    resume_room = delegated(RoomLifecycle.resume_room, to="lifecycle")
    close_room = delegated(RoomLifecycle.close_room, to="lifecycle")
    reopen_room = delegated(RoomLifecycle.reopen_room, to="lifecycle")
    archive_room = delegated(RoomLifecycle.archive_room, to="lifecycle")
    delete_room = delegated(RoomLifecycle.delete_room, to="lifecycle")
    check_room_timers = delegated(RoomLifecycle.check_room_timers, to="lifecycle")
    check_all_timers = delegated(RoomLifecycle.check_all_timers, to="lifecycle")

    # -- channels in rooms

    attach_channel = delegated(Bindings.attach_channel, to="bindings")
    detach_channel = delegated(Bindings.detach_channel, to="bindings")
    mute = delegated(Bindings.mute, to="bindings")
    unmute = delegated(Bindings.unmute, to="bindings")
    mute_output = delegated(Bindings.mute_output, to="bindings")
    unmute_output = delegated(Bindings.unmute_output, to="bindings")
    set_access = delegated(Bindings.set_access, to="bindings")
    set_visibility = delegated(Bindings.set_visibility, to="bindings")
    update_binding_metadata = delegated(Bindings.update_binding_metadata, to="bindings")
    get_binding = delegated(Bindings.get_binding, to="bindings")
    list_bindings = delegated(Bindings.list_bindings, to="bindings")

    # -- people in rooms

    add_member = delegated(Members.add_member, to="members")
    remove_member = delegated(Members.remove_member, to="members")
    rename_member = delegated(Members.rename_member, to="members")
    ensure_participant = delegated(Members.ensure_participant, to="members")
    resolve_participant = delegated(Members.resolve_participant, to="members")
    list_members = delegated(Members.list_members, to="members")

    # -- what is said

    process_inbound = delegated(Conversation.process_inbound, to="conversation")
    send_event = delegated(Conversation.send_event, to="conversation")
    update_event = delegated(Conversation.update_event, to="conversation")
    delete_event = delegated(Conversation.delete_event, to="conversation")
    get_timeline = delegated(Conversation.get_timeline, to="conversation")
    list_tasks = delegated(Conversation.list_tasks, to="conversation")
    list_observations = delegated(Conversation.list_observations, to="conversation")
    mark_read = delegated(Conversation.mark_read, to="conversation")
    mark_all_read = delegated(Conversation.mark_all_read, to="conversation")
    list_read_markers = delegated(Conversation.list_read_markers, to="conversation")
    process_delivery_status = delegated(Conversation.process_delivery_status, to="conversation")
    process_messages_read = delegated(Conversation.process_messages_read, to="conversation")
    deliver = delegated(Proactive.deliver, to="proactive")

    # -- what passes

    publish_typing = delegated(Ephemeral.publish_typing, to="ephemeral")
    publish_tool_call = delegated(Ephemeral.publish_tool_call, to="ephemeral")
    publish_presence = delegated(Ephemeral.publish_presence, to="ephemeral")
    publish_read_receipt = delegated(Ephemeral.publish_read_receipt, to="ephemeral")
    publish_reaction = delegated(Ephemeral.publish_reaction, to="ephemeral")
    subscribe_room = delegated(Ephemeral.subscribe_room, to="ephemeral")
    unsubscribe_room = delegated(Ephemeral.unsubscribe_room, to="ephemeral")

    # -- what the host plugs in

    register_channel = delegated(Wiring.register_channel, to="wiring")
    unregister_channel = delegated(Wiring.unregister_channel, to="wiring")
    get_channel = delegated(Wiring.get_channel, to="wiring")
    list_channels = delegated(Wiring.list_channels, to="wiring")
    connect_websocket = delegated(Wiring.connect_websocket, to="wiring")
    disconnect_websocket = delegated(Wiring.disconnect_websocket, to="wiring")
    hook = delegated(Wiring.hook, to="wiring")
    identity_hook = delegated(Wiring.identity_hook, to="wiring")
    add_room_hook = delegated(Wiring.add_room_hook, to="wiring")
    remove_room_hook = delegated(Wiring.remove_room_hook, to="wiring")
    on = delegated(Wiring.on, to="wiring")
    on_delivery_status = delegated(Wiring.on_delivery_status, to="wiring")

    async def close(self) -> None:
        """Let running work end (5 s), then close channels and whatever the kit is made of."""
        await self._parts.close(timeout=CLOSE_TIMEOUT_SECONDS)
