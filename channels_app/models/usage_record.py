"""The row of what one model call used."""

from typing import ClassVar

from django.db import models

from channels_app.ai.ledger import Purpose
from channels_app.models.agent_run import CURRENCY_LENGTH, cost_column
from rooms.models.columns import FOREIGN_ID_LENGTH, ID_LENGTH, organization_column, word_column
from rooms.models.scoped import ScopedQuerySet


class UsageRecordQuerySet(ScopedQuerySet["UsageRecord"]):
    """Usage by organization."""

    organization_path: ClassVar[str] = "organization_id"


class UsageRecord(models.Model):
    """Tokens and money of one model call.

    Run and room are named, not referred to: what was spent stays spent after they are deleted, and
    nothing that anybody said is in here. Only an answer has a run, and an evaluation has no room.
    No token is counted twice. A NULL cost is a model without a price; `price_source` says where the
    price came from.
    """

    run_id = models.CharField(max_length=ID_LENGTH)
    seq = models.IntegerField()
    organization_id = organization_column()
    room_id = models.CharField(max_length=ID_LENGTH)
    channel_id = models.CharField(max_length=ID_LENGTH)
    purpose = word_column(Purpose, Purpose.ANSWER, in_database=True)
    provider = models.CharField(max_length=ID_LENGTH)
    model = models.CharField(max_length=ID_LENGTH)
    input_tokens = models.BigIntegerField(default=0)
    output_tokens = models.BigIntegerField(default=0)
    cache_read_tokens = models.BigIntegerField(default=0)
    cache_write_tokens = models.BigIntegerField(default=0)
    cost = cost_column()
    currency = models.CharField(max_length=CURRENCY_LENGTH, default="USD")
    price_source = models.CharField(max_length=FOREIGN_ID_LENGTH, default="", blank=True)
    created_at = models.DateTimeField()

    objects = UsageRecordQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(name="rk_usage_step", fields=["run_id", "seq"]),)
        indexes = (
            models.Index(name="rk_usage_list", fields=["organization_id", "created_at"]),
            models.Index(name="rk_usage_room", fields=["room_id", "created_at"]),
            models.Index(name="rk_usage_agent", fields=["channel_id", "created_at"]),
        )

    def __str__(self) -> str:
        return f"{self.run_id} {self.seq}"
