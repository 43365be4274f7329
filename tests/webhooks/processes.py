"""Processes of one site, each with a provider of its own, over one database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.db.models import F

from channels_app.channels.sms import SMSChannel
from channels_app.models import WebhookReceipt
from channels_app.providers.base.sms import SMSProvider
from channels_app.providers.base.webhook import WebhookReply, WebhookRequest
from channels_app.services.receipts import retry_receipts
from channels_app.webhooks.handling import Webhooks, build_webhooks
from channels_app.webhooks.intake import take_in
from rooms.domain.event import RoomEvent
from rooms.kit import RoomKit
from rooms.stores.orm import OrmStore

CHANNEL = "sms-main"


class Process:
    """One process: it takes webhooks in and handles them when it is told to."""

    def __init__(self, kit: RoomKit, provider: SMSProvider, store: OrmStore) -> None:
        self.kit = kit
        self.webhooks: Webhooks = build_webhooks(kit)
        self._provider = provider
        self._store = store

    async def take(self, request: WebhookRequest) -> WebhookReply:
        """Take a webhook in."""
        return await take_in(
            self.webhooks.store,
            self._provider,
            request,
            channel_id=CHANNEL,
            organization_id=None,
        )

    async def handle(self) -> list[RoomEvent]:
        """Handle what is due and return what is said in all rooms."""
        await self.webhooks.handle_due()
        await self.kit.pipeline.parts.tasks.close(timeout=5)
        rooms = await self.kit.store.list_rooms()
        return [event for room in rooms for event in await self.kit.store.list_events(room.id)]

    async def receipts(self) -> list[WebhookReceipt]:
        """Return what is kept."""
        return await self._store.threads.run(lambda: list(WebhookReceipt.objects.order_by("pk")))

    async def retry(self, receipt_id: int) -> int:
        """Let somebody of the site have a dead webhook handled again; return how many were."""
        return await self._store.threads.run(_retry, receipt_id)

    async def pass_time(self, seconds: float) -> None:
        """Let everything that waits be due so much earlier."""
        earlier = F("due_at") - timedelta(seconds=seconds)
        await self._store.threads.run(WebhookReceipt.objects.update, due_at=earlier)


def _retry(receipt_id: int) -> int:
    person = get_user_model().objects.create_user("somebody")
    return retry_receipts(receipt_ids=[receipt_id], actor=person)


@asynccontextmanager
async def running(provider: SMSProvider) -> AsyncIterator[Process]:
    """Run a process until the block ends."""
    store = OrmStore()
    kit = RoomKit(store)
    kit.register_channel(SMSChannel(CHANNEL, provider=provider))
    yield Process(kit, provider, store)
    await kit.close()
