"""The vocabulary of rooms. Wire values are lower-case, member names upper-case (RFC §4, §5)."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator


class ChannelType(StrEnum):
    """What kind of channel something came in by; own kinds are texts that start with `custom:`."""

    SMS = "sms"
    MMS = "mms"
    RCS = "rcs"
    EMAIL = "email"
    WHATSAPP = "whatsapp"
    WHATSAPP_PERSONAL = "whatsapp_personal"
    WEBSOCKET = "websocket"
    AI = "ai"
    VOICE = "voice"
    REALTIME_VOICE = "realtime_voice"
    AUDIO_VIDEO = "audio_video"
    REALTIME_AUDIO_VIDEO = "realtime_audio_video"
    VIDEO = "video"
    CONFERENCE = "conference"
    PUSH = "push"
    MESSENGER = "messenger"
    TELEGRAM = "telegram"
    TEAMS = "teams"
    WEBHOOK = "webhook"
    CLI = "cli"
    SYSTEM = "system"


CUSTOM_CHANNEL_PREFIX = "custom:"

# A text is looked up here because `"sms" in ChannelType` raises before Python 3.12.
_CHANNEL_TYPES = frozenset(ChannelType)


def parse_channel_type(value: Any) -> Any:
    """Read a known channel type or a `custom:name` text; leave the rest to Pydantic to refuse.

    Raises:
        ValueError: If `value` is a text that is neither known nor prefixed.
    """
    if isinstance(value, ChannelType) or not isinstance(value, str):
        return value
    if value in _CHANNEL_TYPES:
        return ChannelType(value)
    if value.startswith(CUSTOM_CHANNEL_PREFIX) and len(value) > len(CUSTOM_CHANNEL_PREFIX):
        return value
    raise ValueError(
        f"unknown channel type {value!r}: use a ChannelType or a text like "
        f"'{CUSTOM_CHANNEL_PREFIX}fax'"
    )


AnyChannelType = Annotated[ChannelType | str, BeforeValidator(parse_channel_type)]
"""A `ChannelType`, or a `custom:…` text that round-trips unchanged."""


class ChannelCategory(StrEnum):
    """Whether a channel carries messages outside or thinks inside."""

    TRANSPORT = "transport"
    INTELLIGENCE = "intelligence"


class ChannelDirection(StrEnum):
    """Which way a channel can move messages."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    BIDIRECTIONAL = "bidirectional"


class ChannelMediaType(StrEnum):
    """What a channel can show natively."""

    TEXT = "text"
    RICH = "rich"
    MEDIA = "media"
    AUDIO = "audio"
    VIDEO = "video"
    LOCATION = "location"
    TEMPLATE = "template"


class DeliveryMode(StrEnum):
    """How a channel spreads one event over its recipients."""

    BROADCAST = "broadcast"
    DIRECT = "direct"
    ROUND_ROBIN = "round_robin"


class DeliveryPolicy(StrEnum):
    """Whether a send of which nobody knows how it ended may be repeated."""

    AT_MOST_ONCE = "at_most_once"
    AT_LEAST_ONCE = "at_least_once"


class LaneScope(StrEnum):
    """What is worked off in order: the events of a channel in a room, or of a whole room."""

    BINDING = "binding"
    ROOM = "room"


class Access(StrEnum):
    """What a binding may do in its room (RFC §8)."""

    READ_WRITE = "read_write"
    READ_ONLY = "read_only"
    WRITE_ONLY = "write_only"
    NONE = "none"


class EventType(StrEnum):
    """What an event is about."""

    MESSAGE = "message"
    SYSTEM = "system"
    TYPING = "typing"
    PRESENCE = "presence"
    READ_RECEIPT = "read_receipt"
    DELIVERY_RECEIPT = "delivery_receipt"
    REACTION = "reaction"
    EDIT = "edit"
    DELETE = "delete"
    PARTICIPANT_JOINED = "participant_joined"
    PARTICIPANT_LEFT = "participant_left"
    PARTICIPANT_IDENTIFIED = "participant_identified"
    PARTICIPANT_UPDATED = "participant_updated"
    CHANNEL_ATTACHED = "channel_attached"
    CHANNEL_DETACHED = "channel_detached"
    CHANNEL_MUTED = "channel_muted"
    CHANNEL_UNMUTED = "channel_unmuted"
    CHANNEL_UPDATED = "channel_updated"
    DTMF = "dtmf"
    RECORDING_STARTED = "recording_started"
    RECORDING_STOPPED = "recording_stopped"
    TASK_CREATED = "task_created"
    TASK_DELEGATED = "task_delegated"
    TASK_COMPLETED = "task_completed"
    OBSERVATION = "observation"
    TOOL_CALL_START = "tool_call_start"
    TOOL_CALL_END = "tool_call_end"


class EventStatus(StrEnum):
    """Where an event stands. FAILED never appears on a committed event."""

    PENDING = "pending"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    BLOCKED = "blocked"


class DeleteType(StrEnum):
    """By which authority a message is deleted."""

    SENDER = "sender"
    SYSTEM = "system"
    ADMIN = "admin"


class RoomStatus(StrEnum):
    """ACTIVE and PAUSED accept events; CLOSED may be reopened; ARCHIVED is final."""

    ACTIVE = "active"
    PAUSED = "paused"
    CLOSED = "closed"
    ARCHIVED = "archived"


class OwnerKind(StrEnum):
    """Who may speak to the customer now."""

    AI = "ai"
    QUEUE = "queue"
    HUMAN = "human"
    PAUSED = "paused"


class AgentActivation(StrEnum):
    """Whether an unaddressed event asks the agents of a room or waits for `inject_to`."""

    ALWAYS = "always"
    ON_DEMAND = "on_demand"


class AgentResponsePolicy(StrEnum):
    """Whether agents answer each other unaddressed (RFC §19.3.1)."""

    AGENT_CHAIN = "agent_chain"
    ADDRESSED_ONLY = "addressed_only"


class ParticipantRole(StrEnum):
    """What a participant is in a room."""

    OWNER = "owner"
    AGENT = "agent"
    MEMBER = "member"
    OBSERVER = "observer"
    BOT = "bot"


class ParticipantStatus(StrEnum):
    """Whether a participant is still there."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    LEFT = "left"
    BANNED = "banned"


class IdentificationStatus(StrEnum):
    """How sure we are who a sender is."""

    IDENTIFIED = "identified"
    PENDING = "pending"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"
    CHALLENGE_SENT = "challenge_sent"
    REJECTED = "rejected"
