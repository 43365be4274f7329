"""What can be shown: to a model, and to everybody who will read its answer."""

from rooms.domain.binding import ChannelBinding, ChannelCapabilities
from rooms.domain.capabilities import SHOWN, share_capabilities
from rooms.domain.context import RoomContext
from rooms.domain.enums import ChannelCategory, ChannelMediaType

READING = ChannelCapabilities(
    media_types=[ChannelMediaType.TEXT, ChannelMediaType.RICH], supports_rich_text=True
)
SEEING = ChannelCapabilities(
    media_types=[*READING.media_types, ChannelMediaType.MEDIA],
    supports_rich_text=True,
    supports_media=True,
)
"""What models are shown that take words only, and those that take pictures too."""

# What says how one channel is delivered to says nothing of an audience.
NOBODYS = {name: value for name, value in ChannelCapabilities() if name not in SHOWN}


def audience_of(context: RoomContext, channel_id: str) -> ChannelCapabilities | None:
    """Merge the capabilities of the room's transports, the agent itself left out.

    None when no transport reads the room.
    """
    others = context.other_channels(channel_id)
    readers = [binding.capabilities for binding in others if _reads_answers(binding)]
    if not readers:
        return None
    first, *more = readers
    if all(each == first for each in more):
        return first.model_copy(update=NOBODYS)
    return share_capabilities(readers)


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
