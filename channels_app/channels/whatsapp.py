"""WhatsApp Business."""

from channels_app.channels.transport import TransportChannel
from channels_app.providers.base.whatsapp import WhatsAppProvider
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.enums import ChannelMediaType, ChannelType

CAPABILITIES = ChannelCapabilities(
    media_types=[
        ChannelMediaType.TEXT,
        ChannelMediaType.RICH,
        ChannelMediaType.MEDIA,
        ChannelMediaType.LOCATION,
        ChannelMediaType.TEMPLATE,
    ],
    max_length=4096,
    supports_read_receipts=True,
    supports_reactions=True,
    supports_templates=True,
    supports_rich_text=True,
    supports_buttons=True,
    max_buttons=3,
    supports_quick_replies=True,
    supports_media=True,
    supports_edit=True,
    supports_delete=True,
)


def WhatsAppChannel(  # noqa: N802 - stands for a class
    channel_id: str, *, provider: WhatsAppProvider | None = None
) -> TransportChannel:
    """Create a WhatsApp Business channel; the binding's `phone_number` is the recipient."""
    return TransportChannel(
        channel_id,
        ChannelType.WHATSAPP,
        provider=provider,
        capabilities=CAPABILITIES,
        recipient_key="phone_number",
    )
