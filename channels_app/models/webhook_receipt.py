"""The row of a webhook: kept as it came before anybody answers it."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from rooms.models.columns import (
    FOREIGN_ID_LENGTH,
    ID_LENGTH,
    KEY_LENGTH,
    organization_column,
    word_column,
)
from rooms.models.delivery import lease_is_free
from rooms.models.scoped import ScopedQuerySet


class ReceiptState(StrEnum):
    """PENDING waits for a worker, DONE is handled, DEAD needs a person."""

    PENDING = "pending"
    DONE = "done"
    DEAD = "dead"


class ReceiptQuerySet(ScopedQuerySet["WebhookReceipt"]):
    """Receipts by state, lease and lane."""

    organization_path: ClassVar[str] = "organization_id"

    def pending(self) -> Self:
        """Keep what waits for a worker."""
        return self.filter(state=ReceiptState.PENDING.value)

    def dead(self) -> Self:
        """Keep what needs a person."""
        return self.filter(state=ReceiptState.DEAD.value)

    def parts_of(self, channel_id: str, whole: str) -> Self:
        """Keep the parts of one message that wait."""
        return self.pending().filter(channel_id=channel_id, whole=whole)

    def takeable(self, now: datetime) -> Self:
        """Keep what is due, held by nobody, and the first of its lane."""
        earlier = WebhookReceipt.objects.pending().filter(
            channel_id=OuterRef("channel_id"), lane=OuterRef("lane"), pk__lt=OuterRef("pk")
        )
        due = self.pending().filter(lease_is_free(now), due_at__lte=now)
        return due.filter(Q(lane="") | ~Exists(earlier))


class WebhookReceipt(models.Model):
    """One webhook that was proved to be the vendor's.

    Receipts of one lane, which is one sender at one channel, are handled in the order in which they
    came; an empty lane has no order. Of those with one `once_id` (a SHA-256 in hex) a channel has
    one; those with one `whole` are handled together.
    """

    organization_id = organization_column()
    channel_id = models.CharField(max_length=ID_LENGTH)
    provider = models.CharField(max_length=ID_LENGTH)
    lane = models.CharField(max_length=FOREIGN_ID_LENGTH, default="", blank=True)
    once_id = models.CharField(max_length=KEY_LENGTH, default="", db_default="", blank=True)
    whole = models.CharField(max_length=FOREIGN_ID_LENGTH, default="", db_default="", blank=True)
    url = models.TextField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    received_at = models.DateTimeField()
    state = word_column(ReceiptState, ReceiptState.PENDING)
    attempts = models.IntegerField(default=0)
    due_at = models.DateTimeField()
    lease_owner = models.CharField(max_length=ID_LENGTH, default="", blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.TextField(default="", blank=True)

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(
                name="rk_receipt_pending",
                fields=["due_at"],
                condition=Q(state=ReceiptState.PENDING.value),
            ),
            models.Index(
                name="rk_receipt_lane",
                fields=["channel_id", "lane", "id"],
                condition=Q(state=ReceiptState.PENDING.value),
            ),
            models.Index(name="rk_receipt_received", fields=["received_at"]),
            models.Index(
                name="rk_receipt_whole",
                fields=["channel_id", "whole"],
                condition=Q(state=ReceiptState.PENDING.value) & ~Q(whole=""),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                name="rk_receipt_once",
                fields=["channel_id", "once_id"],
                condition=~Q(once_id=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.channel_id} {self.pk}"
