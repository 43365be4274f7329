"""Taking a webhook in: prove it, keep it, answer; the rest is a worker's."""

import asyncio
import logging

from channels_app.channels.transport import TransportChannel
from channels_app.providers.base.provider import Provider
from channels_app.providers.base.webhook import (
    MalformedWebhook,
    WebhookItem,
    WebhookReply,
    WebhookRequest,
)
from channels_app.stores.receipts import ReceiptStore
from rooms.domain.delivery import DeliveryStatus
from rooms.kit import RoomKit

logger = logging.getLogger("roomkit.channels.webhooks")


def find_provider(
    kit: RoomKit, *, channel_type: str, slug: str, channel_id: str
) -> Provider | None:
    """Return the provider that takes webhooks at an address, or None if nobody does."""
    channel = kit.get_channel(channel_id)
    if not isinstance(channel, TransportChannel) or str(channel.channel_type) != channel_type:
        return None
    provider = channel.provider
    if not isinstance(provider, Provider) or not slug or provider.slug != slug:
        return None
    return provider


async def take_in(
    store: ReceiptStore,
    provider: Provider,
    request: WebhookRequest,
    *,
    channel_id: str,
    organization_id: str | None,
) -> WebhookReply:
    """Prove a webhook, keep it and return what the vendor is answered.

    One that is proved but cannot be read is kept as well, for a person: the vendor would send the
    same again and again.

    Raises:
        WebhookRefused: If it is not proved to be the vendor's; nothing is kept.
        SendProblem: If the vendor's keys, by which it would be proved, could not be fetched.
        StoreUnavailableError: If it could not be kept; the vendor must send it again.
    """
    await provider.verify(request)
    lane, error = "", ""
    try:
        # A mail with its attachments takes a while.
        items = await asyncio.to_thread(provider.parse, request, channel_id)
        lane = lane_of(items)
    except Exception as problem:  # what the vendor proved to have sent is not lost by our fault
        error = f"{type(problem).__name__}: {problem}"
        level = logging.WARNING if isinstance(problem, MalformedWebhook) else logging.ERROR
        logger.log(
            level, "webhook cannot be read", exc_info=problem, extra={"channel_id": channel_id}
        )
    await store.keep(
        request,
        channel_id=channel_id,
        provider=provider.name,
        lane=lane,
        organization_id=organization_id,
        error=error,
    )
    return provider.reply(request)


def lane_of(items: list[WebhookItem]) -> str:
    """Return whose order matters: the first sender's; reports of deliveries need no order."""
    senders = (item.sender_id for item in items if not isinstance(item, DeliveryStatus))
    return next(senders, "")
