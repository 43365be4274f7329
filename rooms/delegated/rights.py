"""What channels may do in the room of a task: no more than where it was delegated from."""

from rooms.domain.binding import ChannelBinding
from rooms.domain.json import JsonObject

COPIED = (
    "channel_type",
    "category",
    "direction",
    "access",
    "visibility",
    "muted",
    "output_muted",
    "participant_id",
    "metadata",
    "rate_limit",
    "retry_policy",
    "delivery_policy",
    "fallback",
)
"""What the copy of a binding has of the original: never more rights (RFC §7.5)."""


def rights_of(binding: ChannelBinding) -> JsonObject:
    """Return what a copy of a binding is granted."""
    return {name: getattr(binding, name) for name in COPIED}
