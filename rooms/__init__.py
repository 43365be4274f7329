"""Rooms: conversations, their channels, people and timelines.

Names load on first use, so importing this package needs neither Django's apps nor settings.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hooks.results import Observation as Observation
    from hooks.results import Task as Task
    from hooks.results import TaskStatus as TaskStatus
    from rooms.answer_stream import AnswerStream as AnswerStream
    from rooms.assembly import Pipeline as Pipeline
    from rooms.assembly import Sharing as Sharing
    from rooms.channel import Channel as Channel
    from rooms.channel import TraceCallback as TraceCallback
    from rooms.delivery.strategies import (
        DeliveryRequest as DeliveryRequest,
    )
    from rooms.delivery.strategies import (
        DeliveryStrategy as DeliveryStrategy,
    )
    from rooms.delivery.strategies import (
        Immediate as Immediate,
    )
    from rooms.delivery.strategies import (
        Queued as Queued,
    )
    from rooms.delivery.strategies import (
        WaitForIdle as WaitForIdle,
    )
    from rooms.domain.binding import (
        ChannelBinding as ChannelBinding,
    )
    from rooms.domain.binding import (
        ChannelCapabilities as ChannelCapabilities,
    )
    from rooms.domain.commit import (
        CommitOutcome as CommitOutcome,
    )
    from rooms.domain.commit import (
        Committed as Committed,
    )
    from rooms.domain.commit import (
        CommitUnit as CommitUnit,
    )
    from rooms.domain.commit import (
        EventWrite as EventWrite,
    )
    from rooms.domain.commit import (
        PlannedDelivery as PlannedDelivery,
    )
    from rooms.domain.commit import (
        RoomAddress as RoomAddress,
    )
    from rooms.domain.commit import (
        RoomSnapshot as RoomSnapshot,
    )
    from rooms.domain.commit import (
        StatusChange as StatusChange,
    )
    from rooms.domain.commit import (
        TargetChange as TargetChange,
    )
    from rooms.domain.contact_rules import ContactRules as ContactRules
    from rooms.domain.content import (
        AudioContent as AudioContent,
    )
    from rooms.domain.content import (
        Button as Button,
    )
    from rooms.domain.content import (
        Card as Card,
    )
    from rooms.domain.content import (
        CompositeContent as CompositeContent,
    )
    from rooms.domain.content import (
        DeleteContent as DeleteContent,
    )
    from rooms.domain.content import (
        EditContent as EditContent,
    )
    from rooms.domain.content import (
        EventContent as EventContent,
    )
    from rooms.domain.content import (
        LocationContent as LocationContent,
    )
    from rooms.domain.content import (
        MediaContent as MediaContent,
    )
    from rooms.domain.content import (
        QuickReply as QuickReply,
    )
    from rooms.domain.content import (
        ReactionContent as ReactionContent,
    )
    from rooms.domain.content import (
        RichContent as RichContent,
    )
    from rooms.domain.content import (
        SystemContent as SystemContent,
    )
    from rooms.domain.content import (
        TemplateContent as TemplateContent,
    )
    from rooms.domain.content import (
        TextContent as TextContent,
    )
    from rooms.domain.content import (
        ToolCallContent as ToolCallContent,
    )
    from rooms.domain.content import (
        VideoContent as VideoContent,
    )
    from rooms.domain.context import RoomContext as RoomContext
    from rooms.domain.delivery import (
        DeliveryError as DeliveryError,
    )
    from rooms.domain.delivery import (
        DeliveryOutcome as DeliveryOutcome,
    )
    from rooms.domain.delivery import (
        DeliveryResult as DeliveryResult,
    )
    from rooms.domain.delivery import (
        DeliveryStatus as DeliveryStatus,
    )
    from rooms.domain.delivery import (
        ProviderResult as ProviderResult,
    )
    from rooms.domain.echo import EchoMessage as EchoMessage
    from rooms.domain.enums import (
        Access as Access,
    )
    from rooms.domain.enums import (
        AgentActivation as AgentActivation,
    )
    from rooms.domain.enums import (
        AgentResponsePolicy as AgentResponsePolicy,
    )
    from rooms.domain.enums import (
        ChannelCategory as ChannelCategory,
    )
    from rooms.domain.enums import (
        ChannelDirection as ChannelDirection,
    )
    from rooms.domain.enums import (
        ChannelMediaType as ChannelMediaType,
    )
    from rooms.domain.enums import (
        ChannelType as ChannelType,
    )
    from rooms.domain.enums import (
        DeleteType as DeleteType,
    )
    from rooms.domain.enums import (
        DeliveryMode as DeliveryMode,
    )
    from rooms.domain.enums import DeliveryPolicy as DeliveryPolicy
    from rooms.domain.enums import (
        EventStatus as EventStatus,
    )
    from rooms.domain.enums import (
        EventType as EventType,
    )
    from rooms.domain.enums import (
        IdentificationStatus as IdentificationStatus,
    )
    from rooms.domain.enums import LaneScope as LaneScope
    from rooms.domain.enums import (
        OwnerKind as OwnerKind,
    )
    from rooms.domain.enums import (
        ParticipantRole as ParticipantRole,
    )
    from rooms.domain.enums import (
        ParticipantStatus as ParticipantStatus,
    )
    from rooms.domain.enums import (
        RoomStatus as RoomStatus,
    )
    from rooms.domain.errors import (
        AddressTakenError as AddressTakenError,
    )
    from rooms.domain.errors import (
        ChannelAlreadyRegisteredError as ChannelAlreadyRegisteredError,
    )
    from rooms.domain.errors import (
        ChannelNotFoundError as ChannelNotFoundError,
    )
    from rooms.domain.errors import (
        ChannelNotRegisteredError as ChannelNotRegisteredError,
    )
    from rooms.domain.errors import (
        DeliveryFailedError as DeliveryFailedError,
    )
    from rooms.domain.errors import (
        DuplicateIndexError as DuplicateIndexError,
    )
    from rooms.domain.errors import (
        IdentityMergeNotFoundError as IdentityMergeNotFoundError,
    )
    from rooms.domain.errors import (
        IdentityMergeRefusedError as IdentityMergeRefusedError,
    )
    from rooms.domain.errors import (
        IdentityNotFoundError as IdentityNotFoundError,
    )
    from rooms.domain.errors import IllegalOwnerMoveError as IllegalOwnerMoveError
    from rooms.domain.errors import (
        IllegalRoomMoveError as IllegalRoomMoveError,
    )
    from rooms.domain.errors import (
        IncompleteStoreError as IncompleteStoreError,
    )
    from rooms.domain.errors import NotOwnerError as NotOwnerError
    from rooms.domain.errors import (
        ParticipantNotFoundError as ParticipantNotFoundError,
    )
    from rooms.domain.errors import (
        RoomAlreadyExistsError as RoomAlreadyExistsError,
    )
    from rooms.domain.errors import (
        RoomClosedError as RoomClosedError,
    )
    from rooms.domain.errors import (
        RoomKitError as RoomKitError,
    )
    from rooms.domain.errors import (
        RoomNotFoundError as RoomNotFoundError,
    )
    from rooms.domain.errors import ScheduledSendNotFoundError as ScheduledSendNotFoundError
    from rooms.domain.errors import ScheduledSendOverError as ScheduledSendOverError
    from rooms.domain.errors import SourceAlreadyAttachedError as SourceAlreadyAttachedError
    from rooms.domain.errors import SourceNotFoundError as SourceNotFoundError
    from rooms.domain.errors import StaleReplyError as StaleReplyError
    from rooms.domain.errors import (
        StoreUnavailableError as StoreUnavailableError,
    )
    from rooms.domain.event import (
        ChannelData as ChannelData,
    )
    from rooms.domain.event import (
        EventSource as EventSource,
    )
    from rooms.domain.event import (
        RoomEvent as RoomEvent,
    )
    from rooms.domain.fallback import FallbackPolicy as FallbackPolicy
    from rooms.domain.fallback import FallbackUntil as FallbackUntil
    from rooms.domain.fallback import FollowUp as FollowUp
    from rooms.domain.framework_event import FrameworkEvent as FrameworkEvent
    from rooms.domain.identity import (
        Identity as Identity,
    )
    from rooms.domain.identity import (
        IdentityHookResult as IdentityHookResult,
    )
    from rooms.domain.identity import (
        IdentityResult as IdentityResult,
    )
    from rooms.domain.identity_merge import IdentityMerge as IdentityMerge
    from rooms.domain.job import (
        DeliveryFinish as DeliveryFinish,
    )
    from rooms.domain.job import (
        DeliveryJob as DeliveryJob,
    )
    from rooms.domain.job import (
        DeliveryKind as DeliveryKind,
    )
    from rooms.domain.job import (
        DeliveryState as DeliveryState,
    )
    from rooms.domain.lease import LeaseRequest as LeaseRequest
    from rooms.domain.lease import RoomEntry as RoomEntry
    from rooms.domain.message import (
        InboundMessage as InboundMessage,
    )
    from rooms.domain.message import (
        InboundResult as InboundResult,
    )
    from rooms.domain.output import ChannelOutput as ChannelOutput
    from rooms.domain.ownership import BoundaryCode as BoundaryCode
    from rooms.domain.ownership import OwnerAction as OwnerAction
    from rooms.domain.participant import Participant as Participant
    from rooms.domain.policies import OnNewMessage as OnNewMessage
    from rooms.domain.policies import RateLimit as RateLimit
    from rooms.domain.policies import ReplyTiming as ReplyTiming
    from rooms.domain.policies import RetryPolicy as RetryPolicy
    from rooms.domain.quiet_hours import QuietHours as QuietHours
    from rooms.domain.room import Room as Room
    from rooms.domain.room import RoomTimers as RoomTimers
    from rooms.domain.scheduled import ScheduledEnd as ScheduledEnd
    from rooms.domain.scheduled import ScheduledSend as ScheduledSend
    from rooms.domain.scheduled import ScheduledState as ScheduledState
    from rooms.domain.session_event import SessionStartedEvent as SessionStartedEvent
    from rooms.domain.standing import ConsentRules as ConsentRules
    from rooms.domain.standing import ConsentWord as ConsentWord
    from rooms.domain.standing import ContactPoint as ContactPoint
    from rooms.domain.standing import OptOutReason as OptOutReason
    from rooms.domain.standing import Standing as Standing
    from rooms.domain.trace import ProtocolTrace as ProtocolTrace
    from rooms.identity.base import IdentityResolver as IdentityResolver
    from rooms.identity.mock import MockIdentityResolver as MockIdentityResolver
    from rooms.identity.stored import StoredIdentityResolver as StoredIdentityResolver
    from rooms.kit import RoomKit as RoomKit
    from rooms.locks.base import RoomLockManager as RoomLockManager
    from rooms.locks.memory import InMemoryLockManager as InMemoryLockManager
    from rooms.pipeline.dispatch import Dispatch as Dispatch
    from rooms.pipeline.routing import (
        DefaultInboundRoomRouter as DefaultInboundRoomRouter,
    )
    from rooms.pipeline.routing import (
        IdentityRoomRouter as IdentityRoomRouter,
    )
    from rooms.pipeline.routing import (
        InboundRoomRouter as InboundRoomRouter,
    )
    from rooms.pipeline.stream_modes import StreamMode as StreamMode
    from rooms.pipeline.transcode import (
        DefaultTranscoder as DefaultTranscoder,
    )
    from rooms.pipeline.transcode import (
        Transcoder as Transcoder,
    )
    from rooms.pipeline.waiting import return_at_commit as return_at_commit
    from rooms.ports import SendFn as SendFn
    from rooms.ports import StreamSendFn as StreamSendFn
    from rooms.realtime import (
        EphemeralCallback as EphemeralCallback,
    )
    from rooms.realtime import (
        EphemeralEvent as EphemeralEvent,
    )
    from rooms.realtime import (
        EphemeralEventType as EphemeralEventType,
    )
    from rooms.realtime import (
        InMemoryRealtime as InMemoryRealtime,
    )
    from rooms.realtime import (
        RealtimeBackend as RealtimeBackend,
    )
    from rooms.resilience.clock import Clock as Clock
    from rooms.resilience.clock import SystemClock as SystemClock
    from rooms.runtime import get_kit as get_kit
    from rooms.stores.base import (
        ConversationStore as ConversationStore,
    )
    from rooms.stores.base import (
        EventFilter as EventFilter,
    )
    from rooms.stores.base import (
        ReadMarker as ReadMarker,
    )
    from rooms.stores.memory import InMemoryStore as InMemoryStore
    from rooms.telemetry import (
        Attr as Attr,
    )
    from rooms.telemetry import (
        ConsoleTelemetryProvider as ConsoleTelemetryProvider,
    )
    from rooms.telemetry import (
        MockTelemetryProvider as MockTelemetryProvider,
    )
    from rooms.telemetry import (
        NoopTelemetryProvider as NoopTelemetryProvider,
    )
    from rooms.telemetry import (
        Span as Span,
    )
    from rooms.telemetry import (
        SpanKind as SpanKind,
    )
    from rooms.telemetry import (
        TelemetryConfig as TelemetryConfig,
    )
    from rooms.telemetry import (
        TelemetryProvider as TelemetryProvider,
    )
    from rooms.worker import Worker as Worker

_MODULES = {
    "hooks.results": ("Observation", "Task", "TaskStatus"),
    "rooms.answer_stream": ("AnswerStream",),
    "rooms.assembly": (
        "Pipeline",
        "Sharing",
    ),
    "rooms.channel": ("Channel", "TraceCallback"),
    "rooms.delivery.strategies": (
        "DeliveryRequest",
        "DeliveryStrategy",
        "Immediate",
        "Queued",
        "WaitForIdle",
    ),
    "rooms.domain.binding": ("ChannelBinding", "ChannelCapabilities"),
    "rooms.domain.commit": (
        "CommitOutcome",
        "CommitUnit",
        "Committed",
        "EventWrite",
        "PlannedDelivery",
        "RoomAddress",
        "RoomSnapshot",
        "StatusChange",
        "TargetChange",
    ),
    "rooms.domain.content": (
        "AudioContent",
        "Button",
        "Card",
        "CompositeContent",
        "DeleteContent",
        "EditContent",
        "EventContent",
        "LocationContent",
        "MediaContent",
        "QuickReply",
        "ReactionContent",
        "RichContent",
        "SystemContent",
        "TemplateContent",
        "TextContent",
        "ToolCallContent",
        "VideoContent",
    ),
    "rooms.domain.contact_rules": ("ContactRules",),
    "rooms.domain.context": ("RoomContext",),
    "rooms.domain.delivery": (
        "DeliveryError",
        "DeliveryOutcome",
        "DeliveryResult",
        "DeliveryStatus",
        "ProviderResult",
    ),
    "rooms.domain.echo": ("EchoMessage",),
    "rooms.domain.enums": (
        "Access",
        "AgentActivation",
        "AgentResponsePolicy",
        "ChannelCategory",
        "ChannelDirection",
        "ChannelMediaType",
        "ChannelType",
        "DeleteType",
        "DeliveryMode",
        "DeliveryPolicy",
        "EventStatus",
        "EventType",
        "IdentificationStatus",
        "LaneScope",
        "OwnerKind",
        "ParticipantRole",
        "ParticipantStatus",
        "RoomStatus",
    ),
    "rooms.domain.errors": (
        "AddressTakenError",
        "ChannelAlreadyRegisteredError",
        "ChannelNotFoundError",
        "ChannelNotRegisteredError",
        "DeliveryFailedError",
        "DuplicateIndexError",
        "IdentityMergeNotFoundError",
        "IdentityMergeRefusedError",
        "IdentityNotFoundError",
        "IllegalOwnerMoveError",
        "IllegalRoomMoveError",
        "IncompleteStoreError",
        "NotOwnerError",
        "ParticipantNotFoundError",
        "RoomAlreadyExistsError",
        "RoomClosedError",
        "RoomKitError",
        "RoomNotFoundError",
        "ScheduledSendNotFoundError",
        "ScheduledSendOverError",
        "SourceAlreadyAttachedError",
        "SourceNotFoundError",
        "StaleReplyError",
        "StoreUnavailableError",
    ),
    "rooms.domain.event": ("ChannelData", "EventSource", "RoomEvent"),
    "rooms.domain.fallback": ("FallbackPolicy", "FallbackUntil", "FollowUp"),
    "rooms.domain.framework_event": ("FrameworkEvent",),
    "rooms.domain.identity": ("Identity", "IdentityHookResult", "IdentityResult"),
    "rooms.domain.identity_merge": ("IdentityMerge",),
    "rooms.domain.job": ("DeliveryFinish", "DeliveryJob", "DeliveryKind", "DeliveryState"),
    "rooms.domain.lease": (
        "LeaseRequest",
        "RoomEntry",
    ),
    "rooms.domain.message": ("InboundMessage", "InboundResult"),
    "rooms.domain.output": ("ChannelOutput",),
    "rooms.domain.participant": ("Participant",),
    "rooms.domain.ownership": (
        "OwnerAction",
        "BoundaryCode",
    ),
    "rooms.pipeline.stream_modes": ("StreamMode",),
    "rooms.domain.policies": (
        "OnNewMessage",
        "RateLimit",
        "ReplyTiming",
        "RetryPolicy",
    ),
    "rooms.domain.quiet_hours": ("QuietHours",),
    "rooms.domain.room": ("Room", "RoomTimers"),
    "rooms.domain.scheduled": ("ScheduledEnd", "ScheduledSend", "ScheduledState"),
    "rooms.domain.session_event": ("SessionStartedEvent",),
    "rooms.domain.standing": (
        "ConsentRules",
        "ConsentWord",
        "ContactPoint",
        "OptOutReason",
        "Standing",
    ),
    "rooms.domain.trace": ("ProtocolTrace",),
    "rooms.identity.base": ("IdentityResolver",),
    "rooms.identity.mock": ("MockIdentityResolver",),
    "rooms.identity.stored": ("StoredIdentityResolver",),
    "rooms.kit": ("RoomKit",),
    "rooms.locks.base": ("RoomLockManager",),
    "rooms.locks.memory": ("InMemoryLockManager",),
    "rooms.pipeline.dispatch": ("Dispatch",),
    "rooms.pipeline.routing": (
        "DefaultInboundRoomRouter",
        "IdentityRoomRouter",
        "InboundRoomRouter",
    ),
    "rooms.pipeline.transcode": ("DefaultTranscoder", "Transcoder"),
    "rooms.pipeline.waiting": ("return_at_commit",),
    "rooms.ports": ("SendFn", "StreamSendFn"),
    "rooms.realtime": (
        "EphemeralCallback",
        "EphemeralEvent",
        "EphemeralEventType",
        "InMemoryRealtime",
        "RealtimeBackend",
    ),
    "rooms.resilience.clock": ("Clock", "SystemClock"),
    "rooms.runtime": ("get_kit",),
    "rooms.stores.base": ("ConversationStore", "EventFilter", "ReadMarker"),
    "rooms.stores.memory": ("InMemoryStore",),
    "rooms.telemetry": (
        "Attr",
        "ConsoleTelemetryProvider",
        "MockTelemetryProvider",
        "NoopTelemetryProvider",
        "Span",
        "SpanKind",
        "TelemetryConfig",
        "TelemetryProvider",
    ),
    "rooms.worker": ("Worker",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "Access",
    "AddressTakenError",
    "AgentActivation",
    "AgentResponsePolicy",
    "AnswerStream",
    "Attr",
    "AudioContent",
    "BoundaryCode",
    "Button",
    "Card",
    "Channel",
    "ChannelAlreadyRegisteredError",
    "ChannelBinding",
    "ChannelCapabilities",
    "ChannelCategory",
    "ChannelData",
    "ChannelDirection",
    "ChannelMediaType",
    "ChannelNotFoundError",
    "ChannelNotRegisteredError",
    "ChannelOutput",
    "ChannelType",
    "Clock",
    "CommitOutcome",
    "CommitUnit",
    "Committed",
    "CompositeContent",
    "ConsentRules",
    "ConsentWord",
    "ConsoleTelemetryProvider",
    "ContactPoint",
    "ContactRules",
    "ConversationStore",
    "DefaultInboundRoomRouter",
    "DefaultTranscoder",
    "DeleteContent",
    "DeleteType",
    "DeliveryError",
    "DeliveryFailedError",
    "DeliveryFinish",
    "DeliveryJob",
    "DeliveryKind",
    "DeliveryMode",
    "DeliveryOutcome",
    "DeliveryPolicy",
    "DeliveryRequest",
    "DeliveryResult",
    "DeliveryState",
    "DeliveryStatus",
    "DeliveryStrategy",
    "Dispatch",
    "DuplicateIndexError",
    "EchoMessage",
    "EditContent",
    "EphemeralCallback",
    "EphemeralEvent",
    "EphemeralEventType",
    "EventContent",
    "EventFilter",
    "EventSource",
    "EventStatus",
    "EventType",
    "EventWrite",
    "FallbackPolicy",
    "FallbackUntil",
    "FollowUp",
    "FrameworkEvent",
    "IdentificationStatus",
    "Identity",
    "IdentityHookResult",
    "IdentityMerge",
    "IdentityMergeNotFoundError",
    "IdentityMergeRefusedError",
    "IdentityNotFoundError",
    "IdentityResolver",
    "IdentityResult",
    "IdentityRoomRouter",
    "IllegalOwnerMoveError",
    "IllegalRoomMoveError",
    "Immediate",
    "InMemoryLockManager",
    "InMemoryRealtime",
    "InMemoryStore",
    "InboundMessage",
    "InboundResult",
    "InboundRoomRouter",
    "IncompleteStoreError",
    "LaneScope",
    "LeaseRequest",
    "LocationContent",
    "MediaContent",
    "MockIdentityResolver",
    "MockTelemetryProvider",
    "NoopTelemetryProvider",
    "NotOwnerError",
    "Observation",
    "OnNewMessage",
    "OptOutReason",
    "OwnerAction",
    "OwnerKind",
    "Participant",
    "ParticipantNotFoundError",
    "ParticipantRole",
    "ParticipantStatus",
    "Pipeline",
    "PlannedDelivery",
    "ProtocolTrace",
    "ProviderResult",
    "Queued",
    "QuickReply",
    "QuietHours",
    "RateLimit",
    "ReactionContent",
    "ReadMarker",
    "RealtimeBackend",
    "ReplyTiming",
    "RetryPolicy",
    "RichContent",
    "Room",
    "RoomAddress",
    "RoomAlreadyExistsError",
    "RoomClosedError",
    "RoomContext",
    "RoomEntry",
    "RoomEvent",
    "RoomKit",
    "RoomKitError",
    "RoomLockManager",
    "RoomNotFoundError",
    "RoomSnapshot",
    "RoomStatus",
    "RoomTimers",
    "ScheduledEnd",
    "ScheduledSend",
    "ScheduledSendNotFoundError",
    "ScheduledSendOverError",
    "ScheduledState",
    "SendFn",
    "SessionStartedEvent",
    "Sharing",
    "SourceAlreadyAttachedError",
    "SourceNotFoundError",
    "Span",
    "SpanKind",
    "StaleReplyError",
    "Standing",
    "StatusChange",
    "StoreUnavailableError",
    "StoredIdentityResolver",
    "StreamMode",
    "StreamSendFn",
    "SystemClock",
    "SystemContent",
    "TargetChange",
    "Task",
    "TaskStatus",
    "TelemetryConfig",
    "TelemetryProvider",
    "TemplateContent",
    "TextContent",
    "ToolCallContent",
    "TraceCallback",
    "Transcoder",
    "VideoContent",
    "WaitForIdle",
    "Worker",
    "get_kit",
    "return_at_commit",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Load a public name from the module that defines it."""
        if name not in _MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(_MODULE_OF[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
