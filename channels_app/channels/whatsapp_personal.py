"""WhatsApp through a personal account."""

from channels_app.channels.transport import TransportChannel
from channels_app.providers.base.whatsapp import WhatsAppProvider
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.enums import ChannelMediaType, ChannelType

CAPABILITIES = ChannelCapabilities(
    media_types=[
        ChannelMediaType.TEXT,
        ChannelMediaType.RICH,
        ChannelMediaType.MEDIA,
        ChannelMediaType.AUDIO,
        ChannelMediaType.VIDEO,
        ChannelMediaType.LOCATION,
    ],
    max_length=4096,
    supports_read_receipts=True,
    supports_reactions=True,
    supports_edit=True,
    supports_delete=True,
    supports_typing=True,
    supports_media=True,
    supports_audio=True,
    supported_audio_formats=["audio/ogg", "audio/mp4"],
    supports_video=True,
    supported_video_formats=["video/mp4"],
)


def WhatsAppPersonalChannel(  # noqa: N802 - stands for a class
    channel_id: str, *, provider: WhatsAppProvider | None = None
) -> TransportChannel:
    """Create a channel of a personal account; the binding's `phone_number` is the recipient."""
    return TransportChannel(
        channel_id,
        ChannelType.WHATSAPP_PERSONAL,
        provider=provider,
        capabilities=CAPABILITIES,
        recipient_key="phone_number",
    )
