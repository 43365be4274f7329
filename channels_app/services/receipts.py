"""Writes of webhook receipts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q

from channels_app.models import ReceiptState, WebhookReceipt
from channels_app.models.webhook_receipt import ReceiptQuerySet
from channels_app.providers.base.webhook import Part, WebhookRequest
from rooms.domain.content import make_storable
from rooms.models import AuditEntry
from rooms.models.columns import FOREIGN_ID_LENGTH
from rooms.selectors.clock import get_database_now
from rooms.services.audit import build_entry

# Credentials prove who sends and are of no use later.
NOT_KEPT = frozenset({"authorization", "cookie", "proxy-authorization"})
# Vendors that sign nothing show this instead, in the address.
PROOF_FIELD = "token"
WEBHOOK_RETRIED = "webhook_retried"
# What the parts of a message are called once they are taken.
CLOSED = "taken:"
MAX_ATTEMPTS = 6
FIRST_DELAY_S = 1.0


@dataclass(frozen=True)
class Terms:
    """How a webhook is handled.

    Attributes:
        lane: Whose order matters; empty has no order.
        once_id: The id under which its channel keeps it once; empty keeps it each time.
        part: The message it is a part of.
        error: Why nobody can handle it.
    """

    lane: str = ""
    once_id: str = ""
    part: Part | None = None
    error: str = ""


@dataclass(frozen=True)
class Arrival:
    """A webhook that was proved, and how it is handled."""

    request: WebhookRequest
    channel_id: str
    provider: str
    terms: Terms
    organization_id: str | None = None


@transaction.atomic
def keep_receipts(arrivals: Sequence[Arrival]) -> list[int | None]:
    """Store webhooks and return their numbers; None for one kept before under its `once_id`.

    With an error one is DEAD from the beginning. A part waits for another one, and is due at once
    when that comes.
    """
    now = get_database_now()
    rows = [_build_row(arrival, now) for arrival in arrivals]
    if any(row.once_id or row.whole for row in rows):
        return [_keep_alone(row, now) for row in rows]
    return [row.pk for row in WebhookReceipt.objects.bulk_create(rows)]


def _build_row(arrival: Arrival, now: datetime) -> WebhookReceipt:
    terms, request = arrival.terms, arrival.request
    part = terms.part
    return WebhookReceipt(
        organization_id=arrival.organization_id or "",
        channel_id=arrival.channel_id,
        provider=arrival.provider,
        lane=make_storable(terms.lane)[:FOREIGN_ID_LENGTH],
        once_id=sha256(terms.once_id.encode()).hexdigest() if terms.once_id else "",
        whole=make_storable(part.whole)[:FOREIGN_ID_LENGTH] if part else "",
        url=_without_secrets(request.url),
        headers={name: value for name, value in request.headers.items() if name not in NOT_KEPT},
        body=request.body,
        received_at=now,
        due_at=now + timedelta(seconds=part.wait_s if part else 0.0),
        state=(ReceiptState.DEAD if terms.error else ReceiptState.PENDING).value,
        error=make_storable(terms.error),
    )


def _keep_alone(row: WebhookReceipt, now: datetime) -> int | None:
    if not _insert(row):
        return None
    if row.whole:
        parts = WebhookReceipt.objects.parts_of(row.channel_id, row.whole)
        if parts.exclude(pk=row.pk).exists():
            parts.update(due_at=now)
    return row.pk


def _insert(row: WebhookReceipt) -> bool:
    """Insert a receipt; False if its channel has one with its `once_id`."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        if not row.once_id:
            raise
        return False
    return True


@transaction.atomic
def lease_receipts(*, owner: str, seconds: float, limit: int) -> list[WebhookReceipt]:
    """Take receipts that are due and the first of their lane, oldest first.

    Behind the first part of a message come the other parts that are there; no part that comes later
    joins them, so that whoever takes them again has the same message. A lease that runs out,
    because its holder died, lets another take the receipt again: handling one twice stores nothing
    twice.
    """
    now = get_database_now()
    rows = WebhookReceipt.objects.takeable(now).order_by("pk")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    taken = [row for head in rows[:limit] for row in (head, *_take_along(head))]
    until = now + timedelta(seconds=seconds)
    WebhookReceipt.objects.filter(pk__in=[row.pk for row in taken]).update(
        lease_owner=owner, lease_until=until
    )
    return taken


def _take_along(head: WebhookReceipt) -> list[WebhookReceipt]:
    """Return the other parts of a message, and close it to those that are yet to come.

    Only the first part of a lane can be taken by itself, so nobody else holds one of them.
    """
    if not head.whole:
        return []
    parts = WebhookReceipt.objects.parts_of(head.channel_id, head.whole).order_by("pk")
    others = list(parts.exclude(pk=head.pk).select_for_update())
    closed = f"{CLOSED}{head.pk}" if others else ""
    for row in (head, *others):
        row.whole = closed
    WebhookReceipt.objects.bulk_update([head, *others], ["whole"])
    return others


def finish_receipts(*, receipt_ids: Collection[int], owner: str, is_private: bool = False) -> None:
    """Note that receipts are handled; another's lease is left alone.

    Of a private one it stays only that it came: neither what was said nor to whom.
    """
    emptied = {"body": b"", "lane": ""} if is_private else {}
    _held(receipt_ids, owner).update(
        state=ReceiptState.DONE.value, lease_until=None, error="", **emptied
    )


def fail_receipts(*, receipt_ids: Collection[int], owner: str, attempts: int, error: str) -> None:
    """Note a failed attempt: the receipts are due again later, or DEAD after the last one."""
    is_last = attempts >= MAX_ATTEMPTS
    state = ReceiptState.DEAD if is_last else ReceiptState.PENDING
    delay = timedelta(seconds=FIRST_DELAY_S * 2 ** (attempts - 1))
    _held(receipt_ids, owner).update(
        state=state.value,
        attempts=attempts,
        due_at=get_database_now() + delay,
        lease_until=None,
        error=make_storable(error),
    )


@transaction.atomic
def retry_receipts(*, receipt_ids: Collection[int], actor: AbstractBaseUser) -> int:
    """Make dead receipts due again, with an audit entry each; return how many there were.

    The other parts of a message go along: it would be handled without them.
    """
    dead = WebhookReceipt.objects.dead()
    chosen = dead.filter(pk__in=receipt_ids)
    same = chosen.filter(channel_id=OuterRef("channel_id"), whole=OuterRef("whole"))
    rows = list(dead.filter(Q(pk__in=receipt_ids) | ~Q(whole="") & Exists(same)).order_by("pk"))
    AuditEntry.objects.bulk_create(
        build_entry(
            actor=actor,
            action=WEBHOOK_RETRIED,
            row=row,
            organization_id=row.organization_id,
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


def _held(receipt_ids: Collection[int], owner: str) -> ReceiptQuerySet:
    return WebhookReceipt.objects.filter(pk__in=receipt_ids, lease_owner=owner)


def _without_secrets(url: str) -> str:
    """Return an address without the values that prove who calls it."""
    parts = urlsplit(url)
    fields = parse_qsl(parts.query, keep_blank_values=True)
    if not any(name == PROOF_FIELD for name, _ in fields):
        return url
    kept = [(name, "" if name == PROOF_FIELD else value) for name, value in fields]
    return urlunsplit(parts._replace(query=urlencode(kept)))
