"""What several channels can show together."""

from collections.abc import Sequence
from typing import TypeVar

from rooms.domain.binding import ChannelCapabilities

T = TypeVar("T")

FIELDS = tuple(ChannelCapabilities.model_fields)
FLAGS = tuple(name for name in FIELDS if name.startswith("supports_"))
LIMITS = tuple(name for name in FIELDS if name.startswith("max_"))
FORMATS = tuple(name for name in FIELDS if name.startswith("supported_"))
SHOWN = ("media_types", *FLAGS, *LIMITS, *FORMATS)
"""The fields that say what can be shown; the others say how one channel is delivered to."""


def share_capabilities(channels: Sequence[ChannelCapabilities]) -> ChannelCapabilities:
    """Return what all of at least one channel can show.

    A flag holds if it holds for all, a limit is the smallest one given, media types and formats
    are what all have in common; an empty list of formats sets no limit. What does not say what can
    be shown is left at its default.
    """
    shared: dict[str, object] = {"media_types": _common([each.media_types for each in channels])}
    shared |= {flag: all(getattr(each, flag) for each in channels) for flag in FLAGS}
    shared |= {limit: _smallest([getattr(each, limit) for each in channels]) for limit in LIMITS}
    for name in FORMATS:
        shared[name] = _common([known for each in channels if (known := getattr(each, name))])
    return ChannelCapabilities.model_validate(shared)


def mask_capabilities(
    channel: ChannelCapabilities, mask: ChannelCapabilities
) -> ChannelCapabilities:
    """Return what a channel can show where its vendor allows no more than `mask`."""
    shared = share_capabilities([channel, mask])
    return channel.model_copy(update={name: getattr(shared, name) for name in SHOWN})


def _smallest(limits: Sequence[int | None]) -> int | None:
    return min((limit for limit in limits if limit is not None), default=None)


def _common(lists: Sequence[Sequence[T]]) -> list[T]:
    return [item for item in lists[0] if all(item in each for each in lists)] if lists else []
