"""The pages of what models cost: their prices, what was used, what may be spent."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from channels_app.admin.agent_links import link_to_room, link_to_run
from channels_app.ai.ledger import Purpose
from channels_app.models import Budget, PriceRow, UsageRecord
from channels_app.services.spending import Row, delete_spending_row, save_spending_row
from rooms.admin.base import RecordAdmin, ScopedAdmin, signed_in
from rooms.admin.filters import OrganizationFilter
from rooms.permissions import RoomPermission, has_permission

if TYPE_CHECKING:
    from rooms.permissions import AnyUser


def may_see_cost(user: "AnyUser") -> bool:
    """Tell whether a user may see what was spent."""
    return has_permission(user, RoomPermission.VIEW_COST)


def describe_cost(cost: Decimal | None, currency: str) -> str:
    """Return a sum of money, or that there is no price, which is not nothing."""
    return _now("unpriced") if cost is None else f"{cost:.6f} {currency}"


@admin.register(UsageRecord)
class UsageRecordAdmin(RecordAdmin[UsageRecord]):
    """Read what each model call used."""

    list_display = (
        "created_at",
        "channel_id",
        "purpose",
        "model",
        "cost_shown",
        "input_tokens",
        "output_tokens",
        "cache_read_tokens",
        "cache_write_tokens",
        "room_shown",
    )
    list_filter = ("purpose", "created_at", OrganizationFilter)
    search_fields = ("run_id__exact", "room_id__exact", "channel_id__exact", "model")
    search_help_text = _("A whole id: run, room, agent; or a model")
    ordering = ("-created_at", "-id")
    fields = (
        "purpose",
        "run_shown",
        "seq",
        "room_shown",
        "channel_id",
        "provider",
        "model",
        "input_tokens",
        "output_tokens",
        "cache_read_tokens",
        "cache_write_tokens",
        "cost_shown",
        "price_source",
        "organization_id",
        "created_at",
    )
    readonly_fields = ("run_shown", "room_shown", "cost_shown")

    @admin.display(description=_("run"), ordering="run_id")
    def run_shown(self, row: UsageRecord) -> str:
        """Link to the turn; only answers have one."""
        is_answer = row.purpose == Purpose.ANSWER
        return link_to_run(self.admin_site, row.run_id if is_answer else "")

    @admin.display(description=_("room"), ordering="room_id")
    def room_shown(self, row: UsageRecord) -> str:
        """Link to the room."""
        return link_to_room(self.admin_site, row.room_id)

    @admin.display(description=_("cost"), ordering="cost")
    def cost_shown(self, row: UsageRecord) -> str:
        """Return what the call cost; a model without a price says so."""
        return describe_cost(row.cost, row.currency)

    def has_view_permission(self, request: HttpRequest, obj: UsageRecord | None = None) -> bool:
        """Show spending to those only who may see costs."""
        return may_see_cost(request.user) and super().has_view_permission(request, obj)


@admin.register(PriceRow)
class PriceRowAdmin(ScopedAdmin[PriceRow]):
    """Enter what models cost; a turn takes the price of its day."""

    list_display = (
        "provider",
        "model_prefix",
        "valid_from",
        "input",
        "output",
        "cache_read",
        "cache_write",
        "currency",
        "organization_id",
    )
    list_filter = ("provider", OrganizationFilter)
    search_fields = ("provider", "model_prefix", "source")
    ordering = ("provider", "model_prefix", "-valid_from")

    def save_model(
        self, request: HttpRequest, obj: PriceRow, form: "ModelForm[PriceRow]", change: bool
    ) -> None:
        """Store the price."""
        _save(request, obj, form)

    def delete_model(self, request: HttpRequest, obj: PriceRow) -> None:
        """Delete the price; what was spent at it stays."""
        delete_spending_row(row=obj, actor=signed_in(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[PriceRow]) -> None:
        """Delete prices one by one, so that each is in the audit trail."""
        for row in queryset:
            self.delete_model(request, row)


@admin.register(Budget)
class BudgetAdmin(ScopedAdmin[Budget]):
    """Enter what agents may spend, and what happens then."""

    list_display = (
        "organization_id",
        "scope",
        "scope_id",
        "period",
        "limit",
        "currency",
        "action",
    )
    list_display_links = ("scope",)
    list_filter = ("scope", "period", OrganizationFilter)
    search_fields = ("scope_id", "organization_id")
    ordering = ("organization_id", "scope", "scope_id", "period")

    def save_model(
        self, request: HttpRequest, obj: Budget, form: "ModelForm[Budget]", change: bool
    ) -> None:
        """Store the budget."""
        _save(request, obj, form)

    def delete_model(self, request: HttpRequest, obj: Budget) -> None:
        """Delete the budget."""
        delete_spending_row(row=obj, actor=signed_in(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Budget]) -> None:
        """Delete budgets one by one, so that each is in the audit trail."""
        for row in queryset:
            self.delete_model(request, row)


def _save(request: HttpRequest, row: Row, form: "ModelForm[Any]") -> None:
    save_spending_row(row=row, actor=signed_in(request), fields=form.changed_data)
