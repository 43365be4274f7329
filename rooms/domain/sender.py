"""What a provider tells of a message's sender, beside the address, in the message's metadata.

Keys that start with `_` come from providers only: they are taken out of what clients send, and of
the events that are stored.
"""

from collections.abc import Mapping
from typing import Any

ALIASES = "_aliases"
"""Further addresses of the same sender on the same kind of channel, as the vendor proves them; an
empty list says that there may be some that were not told."""

ANSWERS = "_answers"
"""Our messages that this one answers, the nearest first: pairs of the id that a provider may know
each by, and of the event it may be, or None."""

REPLY_ROOM = "_reply_room"
"""The room in a signed reply address that the message was sent to."""

REPLY_ADDRESS = "_reply_address"
"""Where the sender wants to be answered, if that is not the sender's own address."""

SENDER_VERIFIED = "sender_verified"
"""Whether the sender was proved to be who it says; missing if nobody said anything."""


def aliases_of(metadata: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return a sender's further addresses; None if the one that is known is all there is."""
    told = metadata.get(ALIASES)
    return tuple(map(str, told)) if isinstance(told, list | tuple) else None


def addresses_of(address: str, metadata: Mapping[str, Any]) -> list[str]:
    """Return all addresses of a sender, the one that counts most first."""
    return list(dict.fromkeys([address, *(aliases_of(metadata) or ())]))


def answers_us(metadata: Mapping[str, Any]) -> bool:
    """Tell whether a message says which of ours it answers."""
    return bool(metadata.get(REPLY_ROOM) or metadata.get(ANSWERS))


def is_unproved(metadata: Mapping[str, Any]) -> bool:
    """Tell whether a sender was checked, and is not proved to be who it says."""
    return metadata.get(SENDER_VERIFIED) is False
