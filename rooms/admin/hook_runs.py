"""The page of the hooks' record, narrowed to what the user may see: hooks know no permissions."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from hooks.admin import HookRunAdmin
from hooks.models import HookRun
from rooms.admin.filters import OrganizationFilter
from rooms.admin.paging import BoundedPaginator
from rooms.permissions import organizations_of

admin.site.unregister(HookRun)


@admin.register(HookRun)
class ScopedHookRunAdmin(HookRunAdmin):
    """Read which hooks blocked or failed in rooms that are open to the user."""

    paginator = BoundedPaginator

    def get_list_filter(self, request: HttpRequest) -> tuple[Any, ...]:
        """Return the filters of the record, and one by organization."""
        return (*super().get_list_filter(request), OrganizationFilter)

    def get_queryset(self, request: HttpRequest) -> QuerySet[HookRun]:
        """Return the rows of the user's organizations."""
        rows = super().get_queryset(request)
        organizations = organizations_of(request.user)
        return rows if organizations is None else rows.filter(organization_id__in=organizations)
