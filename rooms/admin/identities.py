"""The pages of people across rooms and of their addresses."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from rooms import models
from rooms.admin.base import ScopedAdmin
from rooms.admin.filters import OrganizationFilter
from rooms.admin.identity_merges import (
    SURVIVOR,
    ask_for_survivor,
    merge_chosen,
    why_not_merge,
)
from rooms.admin.inlines import PlainTabularInline
from rooms.domain.frozen import new_id
from rooms.domain.json import JsonObject
from rooms.permissions import RoomPermission, has_permission

# Only the stubs know it as generic.
if TYPE_CHECKING:
    _FormSet = BaseInlineFormSet[Any, Any, Any]
else:
    _FormSet = BaseInlineFormSet


class AddressFormSet(_FormSet):
    """The addresses of one person, which belong to nobody else of the organization."""

    def clean(self) -> None:
        """Give the addresses their organization, and refuse those that are taken.

        Raises:
            ValidationError: If an address is given twice, or belongs to another identity of the
                organization.
        """
        super().clean()
        seen: set[tuple[str, str]] = set()
        for row in self._rows_to_keep():
            row.organization_id = self.instance.organization_id
            if (row.channel_type, row.address) in seen:
                raise ValidationError(
                    _("%(address)s is given twice."), params={"address": row.address}
                )
            seen.add((row.channel_type, row.address))
            self._refuse_taken(row)

    def _rows_to_keep(self) -> list[models.IdentityAddress]:
        return [
            form.instance
            for form in self.forms
            if form.is_valid() and form.instance.address and not form.cleaned_data.get("DELETE")
        ]

    def _refuse_taken(self, row: models.IdentityAddress) -> None:
        others = models.IdentityAddress.objects.filter(
            organization_id=row.organization_id, channel_type=row.channel_type, address=row.address
        )
        taken = others.exclude(identity_id=self.instance.pk).first()
        if taken is not None:
            raise ValidationError(
                _("%(address)s belongs to %(owner)s already: merge the two people instead."),
                params={"address": row.address, "owner": taken.identity_id},
            )


class AddressInline(PlainTabularInline[models.IdentityAddress, models.Identity]):
    """The addresses by which a person is known."""

    model = models.IdentityAddress
    formset = AddressFormSet
    fields = ("channel_type", "address")
    extra = 1


@admin.register(models.Identity)
class IdentityAdmin(ScopedAdmin[models.Identity]):
    """Find people by name or address, and keep what is known of them."""

    list_display = (
        "id",
        "organization_id",
        "display_name",
        "email",
        "phone",
        "merged_into_link",
        "created_at",
    )
    list_filter = (OrganizationFilter,)
    actions = ("merge",)
    search_fields = ("id", "display_name", "email", "phone", "external_id", "addresses__address")
    search_help_text = _("Name, e-mail, phone, any other address, or id")
    ordering = ("organization_id", "id")
    inlines = (AddressInline,)
    fieldsets = (
        (None, {"fields": ("id", "organization_id", "display_name", "email", "phone")}),
        (
            _("Details"),
            {
                "classes": ("collapse",),
                "fields": (
                    "external_id",
                    "external_ids",
                    "metadata",
                    "merged_into_link",
                    "created_at",
                ),
            },
        ),
    )

    def get_changeform_initial_data(self, request: HttpRequest) -> JsonObject:
        """Propose a fresh id."""
        return {"id": new_id(), **super().get_changeform_initial_data(request)}

    def get_readonly_fields(
        self, request: HttpRequest, obj: models.Identity | None = None
    ) -> tuple[str, ...]:
        """Keep id and organization for good: addresses and rooms refer to them."""
        always = ("created_at", "merged_into_link")
        return always if obj is None else (*always, "id", "organization_id")

    @admin.display(description=_("merged into"), ordering="merged_into")
    def merged_into_link(self, person: models.Identity) -> str:
        """Link to the person who goes on for this one."""
        return self.link_to("identity", person.merged_into_id)

    def get_deleted_objects(
        self,
        objs: "Sequence[models.Identity] | QuerySet[models.Identity]",
        request: HttpRequest,
    ) -> tuple[Any, Any, set[str], Any]:
        """Tell what is deleted along with people; the merges they were part of simply are.

        A merge is for reading, but it holds their addresses: whoever may erase them erases it.
        """
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)
        lacking = set(lacking) - {str(models.IdentityMerge._meta.verbose_name)}
        return deleted, counts, lacking, protected

    def has_merge_permission(self, request: HttpRequest) -> bool:
        """Tell whether this user may make two people one."""
        return has_permission(request.user, RoomPermission.MERGE)

    @admin.action(description=_("Merge two people"), permissions=["merge"])
    def merge(
        self, request: HttpRequest, queryset: QuerySet[models.Identity]
    ) -> HttpResponse | None:
        """Show two people side by side, then let the chosen one go on for both."""
        people = list(queryset.order_by("pk")[:3])
        refusal = why_not_merge(people)
        if refusal:
            self.message_user(request, refusal, messages.ERROR)
            return None
        if request.POST.get(SURVIVOR) not in {person.pk for person in people}:
            return ask_for_survivor(self, request, people)
        return merge_chosen(self, request, people)


@admin.register(models.IdentityAddress)
class IdentityAddressAdmin(ScopedAdmin[models.IdentityAddress]):
    """Find a person by an address; addresses are given on the person's own page."""

    list_display = ("address", "channel_type", "identity_link", "organization_id")
    search_fields = ("address", "identity__id", "identity__display_name")
    search_help_text = _("Address, name or id of a person")
    list_filter = (OrganizationFilter,)
    ordering = ("-id",)
    fields = ("address", "channel_type", "identity_link", "organization_id")
    readonly_fields = ("identity_link",)

    @admin.display(description=_("identity"), ordering="identity_id")
    def identity_link(self, row: models.IdentityAddress) -> str:
        """Link to the person."""
        return self.link_to("identity", row.identity_id)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: the person's own page checks what is given."""
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: models.IdentityAddress | None = None
    ) -> bool:
        """Refuse: the person's own page checks what is given."""
        return False
