"""What any mail can show."""

from rooms.domain.binding import ChannelCapabilities
from rooms.domain.enums import ChannelMediaType


def mail_capabilities(max_file_bytes: int) -> ChannelCapabilities:
    """Return what a mail can show whose files may have so many bytes together."""
    return ChannelCapabilities(
        media_types=[ChannelMediaType.TEXT, ChannelMediaType.RICH, ChannelMediaType.MEDIA],
        supports_threading=True,
        supports_rich_text=True,
        supports_buttons=True,
        supports_cards=True,
        supports_quick_replies=True,
        supports_media=True,
        max_media_size_bytes=max_file_bytes,
    )
