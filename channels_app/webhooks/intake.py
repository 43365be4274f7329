"""Taking a webhook in: prove it, keep it, answer; the rest is a worker's."""

import asyncio
import logging
from dataclasses import replace

from channels_app.channels.transport import TransportChannel
from channels_app.providers.base.provider import Provider
from channels_app.providers.base.webhook import (
    EchoChanged,
    MalformedWebhook,
    WebhookItem,
    WebhookReply,
    WebhookRequest,
)
from channels_app.services.receipts import Arrival, Terms
from channels_app.stores.receipts import ReceiptStore
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.echo import EchoMessage
from rooms.kit import RoomKit

logger = logging.getLogger("roomkit.channels.webhooks")

# Reading less than this takes no longer than changing threads.
SMALL_BYTES = 64 * 1024


async def find_provider(
    kit: RoomKit, *, channel_type: str, slug: str, channel_id: str
) -> Provider | None:
    """Return the provider that takes webhooks at an address, or None if nobody does.

    Raises:
        StoreUnavailableError: If nobody can tell, because the database does not answer.
    """
    channel = await kit.pipeline.parts.channels.find(channel_id)
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
        WebhookRefused: If it is not proved to be the vendor's, or was overheard; nothing is kept.
        SendProblem: If the vendor's keys, by which it would be proved, could not be fetched.
        StoreUnavailableError: If it could not be kept; the vendor must send it again.
    """
    await provider.verify(request)
    try:
        terms = await _read_terms(provider, request, channel_id)
    except Exception as problem:  # what the vendor proved to have sent is not lost by our fault
        terms = Terms(error=f"{type(problem).__name__}: {problem}")
        level = logging.WARNING if isinstance(problem, MalformedWebhook) else logging.ERROR
        logger.log(
            level, "webhook cannot be read", exc_info=problem, extra={"channel_id": channel_id}
        )
    number = await store.keep(
        Arrival(
            request=request,
            channel_id=channel_id,
            provider=provider.name,
            terms=replace(terms, once_id=provider.once_id(request)),
            organization_id=organization_id,
        )
    )
    return provider.reply_again(request) if number is None else provider.reply(request)


async def _read_terms(provider: Provider, request: WebhookRequest, channel_id: str) -> Terms:
    """Read a small webhook here, a large one on a thread: a mail with its files takes a while."""
    if len(request.body) <= SMALL_BYTES:
        return read_terms(provider, request, channel_id)
    return await asyncio.to_thread(read_terms, provider, request, channel_id)


def read_terms(provider: Provider, request: WebhookRequest, channel_id: str) -> Terms:
    """Return how a verified webhook is handled.

    Raises:
        MalformedWebhook: If it cannot be read.
    """
    items = provider.parse(request, channel_id)
    part = provider.part_of(request)
    return Terms(lane=part.sender_id if part else lane_of(items), part=part)


def lane_of(items: list[WebhookItem]) -> str:
    """Return whose order matters: the first customer's; reports of deliveries need no order."""
    for item in items:
        match item:
            case EchoMessage() | EchoChanged():
                return item.recipient_id
            case DeliveryStatus():
                continue
            case _:
                return item.sender_id
    return ""
