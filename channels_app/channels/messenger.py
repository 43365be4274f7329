"""Facebook Messenger."""

from channels_app.channels.transport import TransportChannel
from channels_app.providers.base.messenger import MessengerProvider
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.enums import ChannelMediaType, ChannelType

CAPABILITIES = ChannelCapabilities(
    media_types=[
        ChannelMediaType.TEXT,
        ChannelMediaType.RICH,
        ChannelMediaType.MEDIA,
        ChannelMediaType.TEMPLATE,
    ],
    max_length=2000,
    supports_read_receipts=True,
    supports_delete=True,
    supports_buttons=True,
    max_buttons=3,
    supports_quick_replies=True,
    supports_media=True,
)


def MessengerChannel(  # noqa: N802 - stands for a class
    channel_id: str, *, provider: MessengerProvider | None = None
) -> TransportChannel:
    """Create a Facebook Messenger channel; the binding's `facebook_user_id` is the recipient."""
    return TransportChannel(
        channel_id,
        ChannelType.MESSENGER,
        provider=provider,
        capabilities=CAPABILITIES,
        recipient_key="facebook_user_id",
    )
