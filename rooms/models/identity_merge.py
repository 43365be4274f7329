"""The row of a merge of two identities."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from rooms.domain import identity_merge as values
from rooms.models.columns import ID_LENGTH, optional_text, organization_column
from rooms.models.identity import Identity
from rooms.models.scoped import ScopedQuerySet


class IdentityMergeQuerySet(ScopedQuerySet["IdentityMerge"]):
    """Merges by organization."""

    organization_path: ClassVar[str] = "organization_id"


class IdentityMerge(models.Model):
    """Which identity went on for which, what moved, and whether it was undone.

    It goes with either of the two: it holds their addresses.
    """

    id = models.CharField(max_length=ID_LENGTH, primary_key=True)
    organization_id = organization_column()
    survivor = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="merges")
    merged = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="merged_in")
    merged_at = models.DateTimeField()
    merged_by = optional_text()
    reason = models.TextField(null=True, blank=True)  # noqa: DJ001 - NULL is None
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = optional_text()
    addresses = models.JSONField(default=list, blank=True)
    participants = models.JSONField(default=list, blank=True)
    filled = models.JSONField(default=dict, blank=True)
    external_ids = models.JSONField(default=dict, blank=True)

    objects = IdentityMergeQuerySet.as_manager()

    class Meta:
        verbose_name = "merge of identities"
        verbose_name_plural = "merges of identities"
        constraints = (
            models.UniqueConstraint(
                name="rk_identity_merge_once",
                fields=["merged"],
                condition=Q(undone_at__isnull=True),
            ),
        )
        indexes = (
            models.Index(name="rk_identity_merge_list", fields=["organization_id", "merged_at"]),
        )

    def __str__(self) -> str:
        return self.id

    @classmethod
    def from_domain(cls, merge: values.IdentityMerge) -> "IdentityMerge":
        """Build the row of a merge value."""
        columns = merge.model_dump(exclude={"organization_id"})
        return cls(organization_id=merge.organization_id or "", **columns)

    def to_domain(self) -> values.IdentityMerge:
        """Return this row as a value."""
        return values.IdentityMerge(
            id=self.id,
            organization_id=self.organization_id or None,
            survivor_id=self.survivor_id,
            merged_id=self.merged_id,
            merged_at=self.merged_at,
            merged_by=self.merged_by,
            reason=self.reason,
            undone_at=self.undone_at,
            undone_by=self.undone_by,
            addresses=self.addresses,
            participants=self.participants,
            filled=self.filled,
            external_ids=self.external_ids,
        )
