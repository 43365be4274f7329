"""Filters of the lists."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST_ORGANIZATIONS = 100


class OrganizationFilter(admin.SimpleListFilter):
    """Offer the organizations that have rows the user may see; without a choice it hides."""

    title = _("organization")
    parameter_name = "organization"

    def lookups(
        self, request: HttpRequest, model_admin: "admin.ModelAdmin[Model]"
    ) -> "Iterable[tuple[str, StrOrPromise]]":
        """Return the organizations, at most `MOST_ORGANIZATIONS`; '' is having none."""
        rows = model_admin.get_queryset(request).order_by("organization_id")
        found = rows.values_list("organization_id", flat=True).distinct()[:MOST_ORGANIZATIONS]
        return [(organization_id, organization_id or _("(none)")) for organization_id in found]

    def has_output(self) -> bool:
        """Tell whether there is something to choose from."""
        return len(self.lookup_choices) > 1

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        """Keep the rows of the chosen organization."""
        chosen = self.value()
        return queryset if chosen is None else queryset.filter(organization_id=chosen)
