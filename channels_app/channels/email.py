"""E-mail."""

from channels_app.channels.transport import TransportChannel
from channels_app.providers.base.email import EmailProvider
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.enums import ChannelMediaType, ChannelType

CAPABILITIES = ChannelCapabilities(
    media_types=[ChannelMediaType.TEXT, ChannelMediaType.RICH, ChannelMediaType.MEDIA],
    supports_threading=True,
    supports_rich_text=True,
    supports_media=True,
)


def EmailChannel(  # noqa: N802 - stands for a class
    channel_id: str, *, provider: EmailProvider | None = None, from_address: str | None = None
) -> TransportChannel:
    """Create an e-mail channel; the binding's `email_address` is the recipient.

    The subject is read from the binding's `subject`.

    Args:
        channel_id: Unique among the registered channels.
        provider: The vendor; without one, deliveries do nothing.
        from_address: The sender in every room; None reads the binding's `from_`.
    """
    return TransportChannel(
        channel_id,
        ChannelType.EMAIL,
        provider=provider,
        capabilities=CAPABILITIES,
        recipient_key="email_address",
        defaults={"from_": from_address, "subject": None},
    )
