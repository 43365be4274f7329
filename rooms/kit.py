"""The kit: the one object a host application holds. Every verb is a collaborator's method."""

from collections.abc import Collection

from hooks.reporting import OutcomeListener
from rooms.assembly import Sharing, build_parts, build_pipeline
from rooms.delegated.runner import TaskRunner
from rooms.delegated.strategies import BackgroundTaskDeliveryStrategy
from rooms.delegation import delegated, owned
from rooms.delivery.proactive import Proactive
from rooms.domain.contact_rules import ContactRules
from rooms.domain.enums import ChannelType, LaneScope
from rooms.domain.policies import RateLimit
from rooms.identity.base import IdentityResolver
from rooms.locks.base import RoomLockManager
from rooms.pipeline.parts import PipelineLimits
from rooms.pipeline.routing import InboundRoomRouter
from rooms.pipeline.strategies import Strategies
from rooms.pipeline.transcode import Transcoder
from rooms.ports import RoomStrategy
from rooms.realtime import RealtimeBackend
from rooms.resilience.clock import Clock
from rooms.stores.base import ConversationStore
from rooms.stores.choice import choose_store
from rooms.telemetry import TelemetryConfig, TelemetryProvider, build_telemetry
from rooms.verbs.bindings import Bindings
from rooms.verbs.conversation import Conversation
from rooms.verbs.delegation import Delegation
from rooms.verbs.echoes import Echoes
from rooms.verbs.ephemeral import Ephemeral
from rooms.verbs.identities import Identities
from rooms.verbs.lifecycle import RoomLifecycle
from rooms.verbs.members import Members
from rooms.verbs.ownership import Ownership
from rooms.verbs.scheduling import Scheduling
from rooms.verbs.sources import Sources
from rooms.verbs.turns import Turns
from rooms.verbs.wiring import Wiring


class RoomKit:
    """Rooms, channels and everything that happens between them.

    Args:
        store: Where rooms are kept; None takes the database if Django is ready, else memory.
        identity_resolver, identity_channel_types: Says who senders are, of these types or of all.
        lock_manager, realtime: Lock rooms, carry what passes; None does so in this process only.
        max_chain_depth: Answers at this depth are stored BLOCKED; at least 1.
        identity_timeout, process_timeout: Seconds a resolver has, and a message until its commit.
        task_runner, delivery_strategy: Who has delegated tasks done, and how results are told.
        telemetry: Where spans go; None records nothing.
        inbound_rate_limit: How many messages each channel may bring in.
        lease_seconds: How long others leave its deliveries alone after its last sign of life.
        lane_scope: What is delivered in order, each channel or the whole room; as the store's is.
        inbound_router, transcoder: Choose rooms, make content fit; None takes the usual ones.
        clock: Tells the time; None takes the machine's.
        on_hook_outcome: Told of each hook that ended, in the event loop; it must not wait.
        sharing: What this process has in common with others; None says that it is alone.
        contact_rules: When people may be written to; None takes words of consent, no quiet hours.
        orchestration: How agents work together in the rooms it opens; None leaves it to each room.
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
        task_runner: TaskRunner | None = None,
        delivery_strategy: BackgroundTaskDeliveryStrategy | None = None,
        telemetry: TelemetryConfig | TelemetryProvider | None = None,
        inbound_rate_limit: RateLimit | None = None,
        lease_seconds: float = 15.0,
        transcoder: Transcoder | None = None,
        lane_scope: LaneScope = LaneScope.BINDING,
        clock: Clock | None = None,
        on_hook_outcome: OutcomeListener | None = None,
        sharing: Sharing | None = None,
        contact_rules: ContactRules | None = None,
        orchestration: RoomStrategy | None = None,
    ) -> None:
        parts = self._parts = build_parts(
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
            contact=contact_rules or ContactRules(),
        )
        strategies = Strategies(parts, self, orchestration)
        pipeline = self.pipeline = build_pipeline(
            parts,
            resolver=identity_resolver,
            identity_channel_types=identity_channel_types,
            router=inbound_router,
            strategies=strategies,
        )
        self.lifecycle = RoomLifecycle(parts, pipeline.openings, pipeline.records)
        self.bindings = Bindings(parts, pipeline.attaching, pipeline.records)
        self.members = Members(parts, pipeline.records)
        self.identities = Identities(parts, pipeline.moves)
        self.conversation = Conversation(
            parts, pipeline.inbound, pipeline.direct, pipeline.changes, fallbacks=pipeline.fallbacks
        )
        self.echoes = Echoes(parts, pipeline.direct, self.members, pipeline.router)
        self.wiring = Wiring(parts, pipeline.traces, self)
        self.ephemeral = Ephemeral(parts)
        self.scheduling = Scheduling(parts)
        self.sources = Sources(parts, self)
        self.turns = Turns(parts, pipeline.resuming)
        self.ownership = Ownership(parts, pipeline.direct, pipeline.records)
        self.proactive = Proactive(parts, pipeline.direct, pipeline.lanes)
        self.delegation = Delegation(self, task_runner, delivery_strategy)
        strategies.enlist(orchestration)

    # -- what it is made of

    store = owned(lambda parts: parts.store, "Where rooms are kept.")
    media = owned(lambda parts: parts.media, "Where the files of rooms are kept.")
    hook_engine = owned(lambda parts: parts.hooks, "What runs the hooks.")
    realtime = owned(lambda parts: parts.realtime, "What carries ephemeral events.")
    telemetry = owned(lambda parts: parts.telemetry, "Where spans and metrics go.")
    lock_manager = owned(lambda parts: parts.locks, "What locks rooms.")
    clock = owned(lambda parts: parts.clock, "What tells the time.")
    tasks = owned(lambda parts: parts.tasks, "What runs in the background and ends with the kit.")
    news = owned(lambda parts: parts.news, "What tells of framework events.")
    channels = owned(lambda parts: parts.channels.all(), "The registered channels by id (a copy).")

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
    take_over = delegated(Ownership.take_over, to="ownership")
    hand_back = delegated(Ownership.hand_back, to="ownership")
    queue_room = delegated(Ownership.queue_room, to="ownership")
    pause_ai = delegated(Ownership.pause_ai, to="ownership")
    resume_ai = delegated(Ownership.resume_ai, to="ownership")
    reply = delegated(Ownership.reply, to="ownership")
    reopen_turn = delegated(Turns.reopen_turn, to="turns")

    # -- channels in rooms

    attach_channel = delegated(Bindings.attach_channel, to="bindings")
    detach_channel = delegated(Bindings.detach_channel, to="bindings")
    mute = delegated(Bindings.mute, to="bindings")
    unmute = delegated(Bindings.unmute, to="bindings")
    mute_output = delegated(Bindings.mute_output, to="bindings")
    unmute_output = delegated(Bindings.unmute_output, to="bindings")
    set_access = delegated(Bindings.set_access, to="bindings")
    set_visibility = delegated(Bindings.set_visibility, to="bindings")
    set_fallback = delegated(Bindings.set_fallback, to="bindings")
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
    merge_identities = delegated(Identities.merge_identities, to="identities")
    unmerge_identities = delegated(Identities.unmerge_identities, to="identities")

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
    process_echo = delegated(Echoes.process_echo, to="echoes")
    process_delivery_status = delegated(Conversation.process_delivery_status, to="conversation")
    process_messages_read = delegated(Conversation.process_messages_read, to="conversation")
    process_webhook = delegated(Conversation.process_webhook, to="conversation")
    deliver = delegated(Proactive.deliver, to="proactive")
    delegate = delegated(Delegation.delegate, to="delegation")
    schedule_event = delegated(Scheduling.schedule_event, to="scheduling")
    cancel_scheduled = delegated(Scheduling.cancel_scheduled, to="scheduling")
    list_scheduled = delegated(Scheduling.list_scheduled, to="scheduling")

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
    attach_source = delegated(Sources.attach_source, to="sources")
    detach_source = delegated(Sources.detach_source, to="sources")
    source_health = delegated(Sources.source_health, to="sources")
    list_sources = delegated(Sources.list_sources, to="sources")

    async def close(self) -> None:
        """Let running work end (5 s), then close channels and whatever the kit is made of."""
        await self.sources.close()
        await self.delegation.close()
        await self._parts.close(timeout=5.0)
