"""Webhook receipts, as values, from async code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from channels_app.models import WebhookReceipt
from channels_app.providers.base.webhook import WebhookRequest
from channels_app.services import receipts as writes
from rooms.stores.orm.executor import DatabaseThreads
from rooms.stores.orm.grouping import Grouping


@dataclass(frozen=True)
class Receipt:
    """A webhook as it was kept.

    Attributes:
        others: The parts of the same message that came after it, with their numbers.
    """

    id: int
    channel_id: str
    provider: str
    attempts: int
    request: WebhookRequest
    others: Mapping[int, WebhookRequest] = field(default_factory=dict)

    @property
    def ids(self) -> list[int]:
        """The numbers of all parts."""
        return [self.id, *self.others]


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
        # Vendors post in bursts: those that arrive together are stored together.
        self._keeping = Grouping[writes.Arrival, int | None](threads, writes.keep_receipts)

    async def keep(self, arrival: writes.Arrival) -> int | None:
        """Store a webhook and return its number; None if it was kept before.

        With an error in its terms nobody handles it.
        """
        return await self._keeping.submit(arrival)

    async def lease(self, *, seconds: float, limit: int) -> list[Receipt]:
        """Take what is due and the first of its lane, oldest first, parts of a message as one."""
        rows = await self._threads.run(
            writes.lease_receipts, owner=self._owner, seconds=seconds, limit=limit
        )
        wholes = groupby(rows, key=lambda row: row.whole or row.pk)
        return [_as_value(list(parts)) for _, parts in wholes]

    async def finish(self, receipt: Receipt, *, is_private: bool = False) -> None:
        """Note that a receipt is handled; what a private one says is not kept."""
        await self._threads.run(
            writes.finish_receipts,
            receipt_ids=receipt.ids,
            owner=self._owner,
            is_private=is_private,
        )

    async def fail(self, receipt: Receipt, error: str) -> None:
        """Note a failed attempt; after the last one the receipt needs a person."""
        await self._threads.run(
            writes.fail_receipts,
            receipt_ids=receipt.ids,
            owner=self._owner,
            attempts=receipt.attempts + 1,
            error=error,
        )

    async def delete_old(self, *, done_days: int, dead_days: int) -> int:
        """Delete what was handled, or given up, so many days ago; return how many."""
        return await self._threads.run(
            writes.delete_old_receipts, done_days=done_days, dead_days=dead_days
        )


def _as_value(rows: list[WebhookReceipt]) -> Receipt:
    first, *others = rows
    return Receipt(
        id=first.pk,
        channel_id=first.channel_id,
        provider=first.provider,
        attempts=first.attempts,
        request=_as_request(first),
        others={row.pk: _as_request(row) for row in others},
    )


def _as_request(row: WebhookReceipt) -> WebhookRequest:
    received_at: datetime = row.received_at
    return WebhookRequest(
        method="POST",
        url=row.url,
        headers=row.headers,
        body=bytes(row.body),
        received_at=received_at,
    )
