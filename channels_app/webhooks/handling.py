"""Handling kept webhooks: read each once more and let its items take effect."""

import asyncio
import logging
from datetime import timedelta

from channels_app.channels.transport import TransportChannel
from channels_app.providers.base.provider import Provider
from channels_app.providers.base.webhook import WebhookItem
from channels_app.services.receipts import MAX_ATTEMPTS
from channels_app.stores.receipts import Receipt, ReceiptStore
from channels_app.webhooks.effects import Effects
from rooms.domain.errors import StoreUnavailableError
from rooms.domain.frozen import utc_now
from rooms.kit import RoomKit
from rooms.runtime import get_kit
from rooms.stores.orm import OrmStore

logger = logging.getLogger("roomkit.channels.webhooks")

CHORE = "webhooks"
LEASE_SECONDS = 60.0
AT_A_TIME = 20
# How long the quick ones wait for the slow ones of the same round.
PATIENCE_S = 0.5
# Vendors send again for a week; what is known by then cannot come twice.
KEEP_DONE_DAYS = 9
KEEP_DEAD_DAYS = 60
TIDY_EVERY = timedelta(hours=1)


class ChannelGone(LookupError):
    """The channel of a webhook is not registered, or has no provider that could read it."""


class Webhooks:
    """This process's part in the webhooks of the site.

    Attributes:
        store: Where webhooks are kept.
    """

    def __init__(self, kit: RoomKit, store: ReceiptStore) -> None:
        self.store = store
        self._kit = kit
        self._effects = Effects(kit)
        self._handling: asyncio.Task[object] | None = None
        self._again = False
        self._tidied_at = utc_now()

    def serves(self, kit: RoomKit) -> bool:
        """Tell whether these are the webhooks of that kit."""
        return self._kit is kit

    def wake(self) -> None:
        """Handle what waits, soon: here, or in a worker that is woken for it."""
        dispatch = self._kit.pipeline.parts.dispatch
        if not dispatch.runs_here:
            if dispatch.waker is not None:
                dispatch.waker.wake_chore(CHORE)
            return
        self._again = True
        if self._handling is None or self._handling.done():
            self._handling = self._kit.pipeline.parts.tasks.spawn(self._handle_all())

    async def handle_due(self) -> int:
        """Handle what is due until nothing is left; return how many there were.

        Webhooks whose files take long do not hold up the others.
        """
        handled = 0
        running: set[asyncio.Task[None]] = set()
        try:
            while True:
                receipts = await self._lease(AT_A_TIME - len(running))
                handled += len(receipts)
                running |= {asyncio.create_task(self._handle(each)) for each in receipts}
                if not running:
                    break
                _, running = await asyncio.wait(running, timeout=PATIENCE_S)
        finally:
            for task in running:
                task.cancel()
        await self._tidy()
        return handled

    async def _lease(self, limit: int) -> list[Receipt]:
        return await self.store.lease(seconds=LEASE_SECONDS, limit=limit) if limit else []

    async def _handle_all(self) -> int:
        handled = 0
        while self._again:
            self._again = False
            handled += await self.handle_due()
        return handled

    async def _handle(self, receipt: Receipt) -> None:
        facts = {"channel_id": receipt.channel_id, "receipt_id": receipt.id}
        try:
            provider = await self._provider_of(receipt)
            items = await asyncio.to_thread(_read, provider, receipt)
            tries_again = receipt.attempts + 1 < MAX_ATTEMPTS
            await self._effects.take(provider, items, tries_again=tries_again)
            is_private = await self._effects.are_private(items)
        except StoreUnavailableError:
            # The lease runs out by itself, and whoever takes it again starts anew.
            logger.warning("webhook is left to a later sweep", exc_info=True, extra=facts)
            return
        except Exception as error:  # one bad webhook must not stop all others
            logger.exception("webhook could not be handled", extra=facts)
            await self.store.fail(receipt, f"{type(error).__name__}: {error}")
            return
        await self.store.finish(receipt, is_private=is_private)

    async def _provider_of(self, receipt: Receipt) -> Provider:
        channel = await self._kit.pipeline.parts.channels.find(receipt.channel_id)
        provider = channel.provider if isinstance(channel, TransportChannel) else None
        if not isinstance(provider, Provider):
            raise ChannelGone(f"no provider reads webhooks of channel {receipt.channel_id!r} now")
        return provider

    async def _tidy(self) -> None:
        if utc_now() - self._tidied_at < TIDY_EVERY:
            return
        self._tidied_at = utc_now()
        await self.store.delete_old(done_days=KEEP_DONE_DAYS, dead_days=KEEP_DEAD_DAYS)


def _read(provider: Provider, receipt: Receipt) -> list[WebhookItem]:
    if not receipt.others:
        return provider.parse(receipt.request, receipt.channel_id)
    parts = [receipt.request, *receipt.others.values()]
    return provider.parse_parts(parts, receipt.channel_id)


_webhooks: Webhooks | None = None


def get_webhooks() -> Webhooks:
    """Return the webhooks of this process's kit.

    Raises:
        TypeError: If the kit does not keep its rooms in the site's database.
    """
    global _webhooks
    kit = get_kit()
    if _webhooks is None or not _webhooks.serves(kit):
        _webhooks = build_webhooks(kit)
    return _webhooks


def build_webhooks(kit: RoomKit) -> Webhooks:
    """Return the webhooks of a kit.

    Raises:
        TypeError: If the kit does not keep its rooms in the site's database.
    """
    store = kit.store
    if not isinstance(store, OrmStore):
        raise TypeError(
            f"webhooks are kept in the database, but rooms are in a {type(store).__name__}"
        )
    return Webhooks(kit, ReceiptStore(store.threads, owner=kit.pipeline.parts.node))


async def handle_due(kit: RoomKit) -> int:
    """Do the worker's chore: handle the webhooks that are due."""
    return await get_webhooks().handle_due() if isinstance(kit.store, OrmStore) else 0
