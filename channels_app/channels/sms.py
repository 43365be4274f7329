"""SMS, and MMS where a message carries a picture."""

from channels_app.channels.transport import TransportChannel
from channels_app.providers.base.sms import SMSProvider
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.enums import ChannelMediaType, ChannelType

CAPABILITIES = ChannelCapabilities(
    media_types=[ChannelMediaType.TEXT, ChannelMediaType.MEDIA],
    max_length=1600,
    supports_read_receipts=True,
    supports_media=True,
    supported_media_types=["image/jpeg", "image/png", "image/gif"],
)


def SMSChannel(  # noqa: N802 - stands for a class
    channel_id: str, *, provider: SMSProvider | None = None, from_number: str | None = None
) -> TransportChannel:
    """Create an SMS channel; the binding's `phone_number` is the recipient.

    Args:
        channel_id: Unique among the registered channels.
        provider: The vendor; without one, deliveries do nothing.
        from_number: The sender in every room (E.164); None reads the binding's `from_`.
    """
    return TransportChannel(
        channel_id,
        ChannelType.SMS,
        provider=provider,
        capabilities=CAPABILITIES,
        recipient_key="phone_number",
        defaults={"from_": from_number},
    )
