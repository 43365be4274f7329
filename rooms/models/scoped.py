"""Rows that a user may see are those of the organizations that are open to the user."""

from typing import TYPE_CHECKING, ClassVar, Self, TypeVar

from django.db import models

from rooms.permissions import organizations_of

if TYPE_CHECKING:
    from rooms.permissions import AnyUser

M = TypeVar("M", bound=models.Model)


class ScopedQuerySet(models.QuerySet[M]):
    """Rows that belong to an organization, most of them through their room.

    Attributes:
        organization_path: The look-up of the column that names the organization.
    """

    organization_path: ClassVar[str] = "room__organization_id"

    def visible_to(self, user: "AnyUser") -> Self:
        """Keep what a user may see: everything, some organizations' rows, or nothing."""
        organizations = organizations_of(user)
        if organizations is None:
            return self
        return self.filter(**{f"{self.organization_path}__in": organizations})
