"""Webhook receipts, as values, from async code."""

from dataclasses import dataclass
from datetime import datetime

from channels_app.models import WebhookReceipt
from channels_app.providers.base.webhook import WebhookRequest
from channels_app.services import receipts as writes
from rooms.stores.orm.executor import DatabaseThreads


@dataclass(frozen=True)
class Receipt:
    """A webhook as it was kept."""

    id: int
    channel_id: str
    provider: str
    attempts: int
    request: WebhookRequest


class ReceiptStore:
    """Keeps webhooks and hands them out, each to one process at a time.

    Args:
        threads: Where the site's store speaks to the database.
        owner: Names this process in leases.

    Raises:
        StoreUnavailableError: From every method, if the database cannot be reached.
    """

    def __init__(self, threads: DatabaseThreads, *, owner: str) -> None:
        self._threads = threads
        self._owner = owner

    async def keep(
        self,
        request: WebhookRequest,
        *,
        channel_id: str,
        provider: str,
        lane: str,
        organization_id: str | None,
        error: str = "",
    ) -> int:
        """Store a webhook and return its number; with an `error` nobody handles it."""
        return await self._threads.run(
            writes.keep_receipt,
            request=request,
            channel_id=channel_id,
            provider=provider,
            lane=lane,
            organization_id=organization_id,
            error=error,
        )

    async def lease(self, *, seconds: float, limit: int) -> list[Receipt]:
        """Take what is due and the first of its lane, oldest first."""
        rows = await self._threads.run(
            writes.lease_receipts, owner=self._owner, seconds=seconds, limit=limit
        )
        return [_as_value(row) for row in rows]

    async def finish(self, receipt: Receipt) -> None:
        """Note that a receipt is handled."""
        await self._threads.run(writes.finish_receipt, receipt_id=receipt.id, owner=self._owner)

    async def fail(self, receipt: Receipt, error: str) -> None:
        """Note a failed attempt; after the last one the receipt needs a person."""
        await self._threads.run(
            writes.fail_receipt,
            receipt_id=receipt.id,
            owner=self._owner,
            attempts=receipt.attempts + 1,
            error=error,
        )

    async def delete_old(self, *, done_days: int, dead_days: int) -> int:
        """Delete what was handled, or given up, so many days ago; return how many."""
        return await self._threads.run(
            writes.delete_old_receipts, done_days=done_days, dead_days=dead_days
        )


def _as_value(row: WebhookReceipt) -> Receipt:
    received_at: datetime = row.received_at
    return Receipt(
        id=row.pk,
        channel_id=row.channel_id,
        provider=row.provider,
        attempts=row.attempts,
        request=WebhookRequest(
            method="POST",
            url=row.url,
            headers=row.headers,
            body=bytes(row.body),
            received_at=received_at,
        ),
    )
