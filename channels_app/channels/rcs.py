"""RCS, with SMS as the way back."""

from channels_app.channels.transport import TransportChannel
from channels_app.providers.base.rcs import RCSProvider
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.enums import ChannelMediaType, ChannelType

CAPABILITIES = ChannelCapabilities(
    media_types=[ChannelMediaType.TEXT, ChannelMediaType.RICH, ChannelMediaType.MEDIA],
    max_length=8000,
    supports_read_receipts=True,
    supports_typing=True,
    supports_rich_text=True,
    supports_buttons=True,
    supports_quick_replies=True,
    supports_cards=True,
    supports_media=True,
)


def RCSChannel(  # noqa: N802 - stands for a class
    channel_id: str, *, provider: RCSProvider | None = None, fallback: bool = True
) -> TransportChannel:
    """Create an RCS channel; the binding's `phone_number` is the recipient.

    Args:
        channel_id: Unique among the registered channels.
        provider: The vendor; without one, deliveries do nothing.
        fallback: Whether phones without RCS get an SMS instead.
    """
    return TransportChannel(
        channel_id,
        ChannelType.RCS,
        provider=provider,
        capabilities=CAPABILITIES,
        recipient_key="phone_number",
        defaults={"fallback": fallback},
    )
