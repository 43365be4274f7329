"""Who may speak, who is told, who is asked: the permission tables as pure functions (RFC §8)."""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import Any

from rooms.domain.binding import WRITABLE, ChannelBinding
from rooms.domain.echo import ECHO
from rooms.domain.enums import (
    AgentActivation,
    AgentResponsePolicy,
    ChannelCategory,
    ChannelDirection,
    ChannelType,
    EventType,
)
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.room import Room
from rooms.domain.standing import CONSENT
from rooms.pipeline.visibility import is_visible_to

RESERVED_KEYS = frozenset(
    {
        "routed_to",
        "supervisor_ids",
        "edited",
        "deleted",
        "reactions",
        "interrupted",
        "cancelled",
        "blocked_reason",
        CONSENT,
        ECHO,
    }
)
"""Event metadata that only the framework may write; so is every key that starts with `_`."""

# Nobody answers a thumbs-up, a typing notice or a receipt.
_NEVER_ASKED = frozenset(
    {
        EventType.REACTION,
        EventType.TYPING,
        EventType.PRESENCE,
        EventType.READ_RECEIPT,
        EventType.DELIVERY_RECEIPT,
    }
)
# These refresh what an agent knows; they ask it only when it is named.
_ASKED_BY_NAME = frozenset({EventType.EDIT, EventType.DELETE})


class SourceRefusal(StrEnum):
    """Why a channel's event is stored BLOCKED instead of broadcast."""

    MUTED = "source_muted"
    READ_ONLY = "source_read_only"


def source_gate(binding: ChannelBinding) -> str | None:
    """Return why events from this channel must not be broadcast, or None when they may."""
    if binding.muted:
        return SourceRefusal.MUTED.value
    if binding.access not in WRITABLE:
        return SourceRefusal.READ_ONLY.value
    return None


def wants_on_event(binding: ChannelBinding) -> bool:
    """Tell whether a target is shown events; direction is a capability, not a permission."""
    return binding.direction is not ChannelDirection.OUTBOUND


def wants_deliver(binding: ChannelBinding) -> bool:
    """Tell whether events are handed to a target for the outside; never to intelligence."""
    return (
        binding.category is ChannelCategory.TRANSPORT
        and binding.direction is not ChannelDirection.INBOUND
        and not binding.output_muted
    )


def plan_targets(
    event: RoomEvent,
    source_binding: ChannelBinding | None,
    bindings: Iterable[ChannelBinding],
    *,
    skips_outbound_only: bool = False,
) -> list[ChannelBinding]:
    """Return the bindings that are told of an event, in the given order.

    Muted targets stay in: mute silences a voice, it closes no ears. Whether an intelligence target
    is asked is decided by `is_solicited`.

    Args:
        event: Carries the effective visibility, as `visibility.intersect` made it.
        source_binding: The event's own channel; None reaches nobody unless the framework speaks.
        bindings: The room's bindings at this moment.
        skips_outbound_only: Read the RFC to the letter and leave OUTBOUND-only channels out; by
            default they are delivered to and only their `on_event` is skipped.
    """
    if not _may_broadcast(event, source_binding):
        return []
    return [
        binding
        for binding in bindings
        if binding.channel_id != event.source.channel_id
        and binding.can_read
        and is_visible_to(event.visibility, binding)
        and _has_use_for(event, binding)
        and not (skips_outbound_only and binding.direction is ChannelDirection.OUTBOUND)
    ]


def is_solicited(
    event: RoomEvent,
    binding: ChannelBinding,
    *,
    room: Room,
    source_is_agent: bool,
    routed_to: Collection[str] | None,
    supervisor_ids: Collection[str],
) -> bool:
    """Tell whether a target that may see an event is also asked to react to it (RFC §19.3).

    Transports always are. The sender's address decides before the room's policy, the policy before
    the stamp of hooks and routers, the stamp before the room's activation. Edits and deletions ask
    only agents that are named; reactions, presence and receipts ask none.

    Args:
        event: Its `addressed_to` may be None (nobody named) or a list (empty: nobody is asked).
        binding: The target.
        room: Gives response policy and activation.
        source_is_agent: Whether an intelligence channel said it.
        routed_to: Ids the server stamped, or None without a stamp.
        supervisor_ids: Agents that are asked along with whoever else is.
    """
    if binding.category is not ChannelCategory.INTELLIGENCE:
        return True
    if event.type in _NEVER_ASKED:
        return False
    named = _named(event, room, source_is_agent=source_is_agent, routed_to=routed_to)
    if named is not None:
        return binding.channel_id in named or binding.channel_id in supervisor_ids
    return (
        event.type not in _ASKED_BY_NAME and room.agent_activation is not AgentActivation.ON_DEMAND
    )


def strip_reserved(metadata: Mapping[str, Any]) -> JsonObject:
    """Return a client's metadata without the keys that steer the framework."""
    return {
        key: value
        for key, value in metadata.items()
        if key not in RESERVED_KEYS and not key.startswith("_")
    }


def _named(
    event: RoomEvent, room: Room, *, source_is_agent: bool, routed_to: Collection[str] | None
) -> Collection[str] | None:
    """Return whom the first deciding rule names, or None when no rule names anybody."""
    if event.addressed_to is not None:
        return event.addressed_to
    if event.type in _ASKED_BY_NAME:
        return None
    if source_is_agent and room.agent_response_policy is AgentResponsePolicy.ADDRESSED_ONLY:
        return ()
    return routed_to


def _may_broadcast(event: RoomEvent, source_binding: ChannelBinding | None) -> bool:
    if source_binding is None:
        return event.source.channel_type is ChannelType.SYSTEM
    return source_gate(source_binding) is None


def _has_use_for(event: RoomEvent, binding: ChannelBinding) -> bool:
    """Tell whether a target has anything to do; a reaction it cannot show would only be noise."""
    if event.type is EventType.REACTION and not binding.capabilities.supports_reactions:
        return False
    return wants_on_event(binding) or wants_deliver(binding)
