"""The row of what a model's tokens cost from a day on."""

from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from channels_app.models.agent_run import CURRENCY_LENGTH
from rooms.models.columns import FOREIGN_ID_LENGTH, ID_LENGTH, organization_column
from rooms.models.scoped import ScopedQuerySet

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NOT_NEGATIVE = (MinValueValidator(Decimal(0)),)


def _per_million(label: "StrOrPromise") -> "models.DecimalField[Decimal, Decimal]":
    return models.DecimalField(label, max_digits=12, decimal_places=6, validators=NOT_NEGATIVE)


def _optional_per_million(
    label: "StrOrPromise",
) -> "models.DecimalField[Decimal | None, Decimal | None]":
    return models.DecimalField(
        label, max_digits=12, decimal_places=6, validators=NOT_NEGATIVE, null=True, blank=True
    )


class PriceRowQuerySet(ScopedQuerySet["PriceRow"]):
    """Prices by organization."""

    organization_path: ClassVar[str] = "organization_id"


class PriceRow(models.Model):
    """What a vendor takes for a million tokens of models whose names begin so.

    Prices of no organization are everybody's. A NULL price of cached tokens is that of others.
    """

    organization_id = organization_column()
    provider = models.CharField(max_length=ID_LENGTH)
    model_prefix = models.CharField(
        _("model"),
        max_length=ID_LENGTH,
        default="",
        blank=True,
        help_text=_("The beginning of the model's name"),
    )
    valid_from = models.DateField()
    input = _per_million(_("input, a million tokens"))
    output = _per_million(_("output, a million tokens"))
    cache_read = _optional_per_million(_("read from cache, a million tokens"))
    cache_write = _optional_per_million(_("written to cache, a million tokens"))
    currency = models.CharField(max_length=CURRENCY_LENGTH, default="USD")
    source = models.CharField(
        max_length=FOREIGN_ID_LENGTH,
        default="",
        blank=True,
        help_text=_("Where the price was read, and when"),
    )

    objects = PriceRowQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="rk_price_day",
                fields=["organization_id", "provider", "model_prefix", "valid_from"],
            ),
        )

    def __str__(self) -> str:
        return f"{self.provider} {self.model_prefix} from {self.valid_from}"
