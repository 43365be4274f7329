"""What can be shown: to a model, and to everybody who will read its answer."""

from collections.abc import Sequence
from typing import TypeVar

from rooms.domain.binding import ChannelBinding, ChannelCapabilities
from rooms.domain.context import RoomContext
from rooms.domain.enums import ChannelCategory, ChannelMediaType

T = TypeVar("T")

READING = ChannelCapabilities(
    media_types=[ChannelMediaType.TEXT, ChannelMediaType.RICH], supports_rich_text=True
)
SEEING = ChannelCapabilities(
    media_types=[*READING.media_types, ChannelMediaType.MEDIA],
    supports_rich_text=True,
    supports_media=True,
)
"""What models are shown that take words only, and those that take pictures too."""


FIELDS = tuple(ChannelCapabilities.model_fields)
FLAGS = tuple(name for name in FIELDS if name.startswith("supports_"))
LIMITS = tuple(name for name in FIELDS if name.startswith("max_"))
FORMATS = tuple(name for name in FIELDS if name.startswith("supported_"))

# What says how one channel is delivered to says nothing of an audience.
MERGED = ("media_types", *FLAGS, *LIMITS, *FORMATS)
NOBODYS = {name: value for name, value in ChannelCapabilities() if name not in MERGED}


def audience_of(context: RoomContext, channel_id: str) -> ChannelCapabilities | None:
    """Merge the capabilities of the room's transports, the agent itself left out.

    A flag holds if it holds for all, a limit is the smallest one given, media types and formats are
    what all share. None when no transport reads the room.
    """
    others = context.other_channels(channel_id)
    readers = [binding.capabilities for binding in others if _reads_answers(binding)]
    if not readers:
        return None
    first, *more = readers
    if all(each == first for each in more):
        return first.model_copy(update=NOBODYS)
    return _merge(readers)


def _merge(readers: Sequence[ChannelCapabilities]) -> ChannelCapabilities:
    merged: dict[str, object] = {"media_types": _shared([each.media_types for each in readers])}
    merged |= {flag: all(getattr(each, flag) for each in readers) for flag in FLAGS}
    merged |= {limit: _smallest([getattr(each, limit) for each in readers]) for limit in LIMITS}
    for name in FORMATS:
        # An empty list of formats sets no limit.
        merged[name] = _shared([known for each in readers if (known := getattr(each, name))])
    return ChannelCapabilities.model_validate(merged)


def limits_line(audience: ChannelCapabilities | None) -> str:
    """Return one line that tells a model what its readers can be shown, '' without limits."""
    if audience is None:
        return ""
    limits = []
    if audience.max_length is not None:
        limits.append(f"Keep the answer under {audience.max_length} characters.")
    if ChannelMediaType.RICH not in audience.media_types:
        limits.append("Use plain text only: no Markdown, no HTML.")
    return " ".join(limits)


def _reads_answers(binding: ChannelBinding) -> bool:
    return binding.category is ChannelCategory.TRANSPORT and binding.can_read


def _smallest(limits: Sequence[int | None]) -> int | None:
    return min((limit for limit in limits if limit is not None), default=None)


def _shared(lists: Sequence[Sequence[T]]) -> list[T]:
    return [item for item in lists[0] if all(item in each for each in lists)] if lists else []
