"""Microsoft Teams."""

from channels_app.channels.transport import TransportChannel
from channels_app.providers.base.teams import TeamsProvider
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.enums import ChannelMediaType, ChannelType

CAPABILITIES = ChannelCapabilities(
    media_types=[
        ChannelMediaType.TEXT,
        ChannelMediaType.RICH,
    ],
    max_length=28000,
    supports_threading=True,
    supports_reactions=True,
    supports_edit=True,
    supports_delete=True,
    supports_read_receipts=True,
    supports_rich_text=True,
)


def TeamsChannel(channel_id: str, *, provider: TeamsProvider | None = None) -> TransportChannel:  # noqa: N802 - stands for a class
    """Create a Microsoft Teams channel; the binding's `teams_conversation_id` is the recipient."""
    return TransportChannel(
        channel_id,
        ChannelType.TEAMS,
        provider=provider,
        capabilities=CAPABILITIES,
        recipient_key="teams_conversation_id",
    )
