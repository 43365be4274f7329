"""Generic webhooks."""

from channels_app.channels.transport import TransportChannel
from channels_app.providers.base.http import HTTPProvider
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.enums import ChannelMediaType, ChannelType

CAPABILITIES = ChannelCapabilities(
    media_types=[
        ChannelMediaType.TEXT,
        ChannelMediaType.RICH,
    ],
)


def HTTPChannel(channel_id: str, *, provider: HTTPProvider | None = None) -> TransportChannel:  # noqa: N802 - stands for a class
    """Create a webhook channel; the binding's `recipient_id` is the recipient."""
    return TransportChannel(
        channel_id,
        ChannelType.WEBHOOK,
        provider=provider,
        capabilities=CAPABILITIES,
        recipient_key="recipient_id",
    )
