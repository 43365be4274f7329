"""Telegram, through a bot."""

from channels_app.channels.transport import TransportChannel
from channels_app.providers.base.telegram import TelegramProvider
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.enums import ChannelMediaType, ChannelType

CAPABILITIES = ChannelCapabilities(
    media_types=[
        ChannelMediaType.TEXT,
        ChannelMediaType.RICH,
        ChannelMediaType.MEDIA,
        ChannelMediaType.LOCATION,
    ],
    max_length=4096,
    supports_rich_text=True,
    supports_buttons=True,
    supports_edit=True,
    supports_delete=True,
    supports_reactions=True,
    supports_typing=True,
    supports_media=True,
)


def TelegramChannel(  # noqa: N802 - stands for a class
    channel_id: str, *, provider: TelegramProvider | None = None
) -> TransportChannel:
    """Create a Telegram bot channel; the binding's `telegram_chat_id` is the recipient."""
    return TransportChannel(
        channel_id,
        ChannelType.TELEGRAM,
        provider=provider,
        capabilities=CAPABILITIES,
        recipient_key="telegram_chat_id",
    )
