"""Writes of webhook receipts."""

from collections.abc import Collection
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction

from channels_app.models import ReceiptState, WebhookReceipt
from channels_app.models.webhook_receipt import ReceiptQuerySet
from channels_app.providers.base.webhook import WebhookRequest
from rooms.domain.content import make_storable
from rooms.models import AuditEntry
from rooms.models.columns import FOREIGN_ID_LENGTH, ID_LENGTH
from rooms.selectors.clock import get_database_now

# Credentials prove who sends and are of no use later.
NOT_KEPT = frozenset({"authorization", "cookie", "proxy-authorization"})
# Vendors that sign nothing show this instead, in the address.
PROOF_FIELD = "token"
WEBHOOK_RETRIED = "webhook_retried"
MAX_ATTEMPTS = 6
FIRST_DELAY_S = 1.0


def keep_receipt(
    *,
    request: WebhookRequest,
    channel_id: str,
    provider: str,
    lane: str,
    organization_id: str | None = None,
    error: str = "",
) -> int:
    """Store a webhook and return its number; with an `error` it is DEAD from the beginning."""
    now = get_database_now()
    row = WebhookReceipt.objects.create(
        organization_id=organization_id or "",
        channel_id=channel_id,
        provider=provider,
        lane=make_storable(lane)[:FOREIGN_ID_LENGTH],
        url=_without_secrets(request.url),
        headers={name: value for name, value in request.headers.items() if name not in NOT_KEPT},
        body=request.body,
        received_at=now,
        due_at=now,
        state=(ReceiptState.DEAD if error else ReceiptState.PENDING).value,
        error=make_storable(error),
    )
    return row.pk


@transaction.atomic
def lease_receipts(*, owner: str, seconds: float, limit: int) -> list[WebhookReceipt]:
    """Take receipts that are due and the first of their lane, oldest first.

    A lease that runs out, because its holder died, lets another take the receipt again: handling
    one twice stores nothing twice.
    """
    now = get_database_now()
    rows = WebhookReceipt.objects.takeable(now).order_by("pk")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    taken = list(rows[:limit])
    until = now + timedelta(seconds=seconds)
    WebhookReceipt.objects.filter(pk__in=[row.pk for row in taken]).update(
        lease_owner=owner, lease_until=until
    )
    return taken


def finish_receipt(*, receipt_id: int, owner: str) -> None:
    """Note that a receipt is handled; another's lease is left alone."""
    _held(receipt_id, owner).update(state=ReceiptState.DONE.value, lease_until=None, error="")


def fail_receipt(*, receipt_id: int, owner: str, attempts: int, error: str) -> None:
    """Note a failed attempt: the receipt is due again later, or DEAD after the last one."""
    is_last = attempts >= MAX_ATTEMPTS
    state = ReceiptState.DEAD if is_last else ReceiptState.PENDING
    delay = timedelta(seconds=FIRST_DELAY_S * 2 ** (attempts - 1))
    _held(receipt_id, owner).update(
        state=state.value,
        attempts=attempts,
        due_at=get_database_now() + delay,
        lease_until=None,
        error=make_storable(error),
    )


@transaction.atomic
def retry_receipts(*, receipt_ids: Collection[int], actor: AbstractBaseUser) -> int:
    """Make dead receipts due again, with an audit entry each; return how many there were."""
    dead = WebhookReceipt.objects.dead().filter(pk__in=receipt_ids)
    rows = list(dead.order_by("pk"))
    AuditEntry.objects.bulk_create(
        AuditEntry(
            organization_id=row.organization_id,
            actor_id=actor.pk,
            actor_label=actor.get_username()[:ID_LENGTH],
            action=WEBHOOK_RETRIED,
            object_type="webhookreceipt",
            object_id=str(row.pk),
            detail={"error": row.error},
        )
        for row in rows
    )
    again = WebhookReceipt.objects.filter(pk__in=[row.pk for row in rows])
    again.update(state=ReceiptState.PENDING.value, attempts=0, due_at=get_database_now(), error="")
    return len(rows)


def delete_old_receipts(*, done_days: int, dead_days: int) -> int:
    """Delete handled and dead receipts of that age; return how many."""
    now = get_database_now()
    done = WebhookReceipt.objects.filter(
        state=ReceiptState.DONE.value, received_at__lt=now - timedelta(days=done_days)
    )
    dead = WebhookReceipt.objects.dead().filter(received_at__lt=now - timedelta(days=dead_days))
    return done.delete()[0] + dead.delete()[0]


def _held(receipt_id: int, owner: str) -> ReceiptQuerySet:
    return WebhookReceipt.objects.filter(pk=receipt_id, lease_owner=owner)


def _without_secrets(url: str) -> str:
    """Return an address without the values that prove who calls it."""
    parts = urlsplit(url)
    fields = parse_qsl(parts.query, keep_blank_values=True)
    if not any(name == PROOF_FIELD for name, _ in fields):
        return url
    kept = [(name, "" if name == PROOF_FIELD else value) for name, value in fields]
    return urlunsplit(parts._replace(query=urlencode(kept)))
