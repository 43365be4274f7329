"""Pages of long tables: how many rows there are is found out only up to a bound."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import QuerySet

COUNT_LIMIT = 10_000

# Only the stubs know it as generic.
if TYPE_CHECKING:
    _Paginator = Paginator[Any]
else:
    _Paginator = Paginator


class BoundedPaginator(_Paginator):
    """Counts at most `COUNT_LIMIT` rows: counting all of a timeline means reading all of it.

    What lies behind the bound is reached by searching, filtering or sorting.
    """

    @cached_property
    def count(self) -> int:
        """Return how many rows there are, or the bound."""
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        return rows.order_by().values("pk")[:COUNT_LIMIT].count()
