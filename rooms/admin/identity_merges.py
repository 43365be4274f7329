"""The pages on which two people are made one, and a merge is undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rooms import models
from rooms.admin.base import RecordAdmin, signed_in
from rooms.admin.filters import OrganizationFilter
from rooms.domain.errors import IdentityMergeRefusedError, IdentityNotFoundError
from rooms.permissions import RoomPermission, has_permission
from rooms.services.identity_merges import merge_identities, unmerge_identities

MOST_ROOMS = 10
SURVIVOR = "survivor"
PAIR = 2


@dataclass(frozen=True)
class Card:
    """What is shown of a person before it is merged.

    Attributes:
        person: The row.
        addresses: All of them, as channel type and address.
        rooms: The newest rooms the person takes part in.
        room_count: How many there are.
        last_seen: When something last happened in any of them.
    """

    person: models.Identity
    addresses: Sequence[models.IdentityAddress]
    rooms: Sequence[models.Room]
    room_count: int
    last_seen: datetime | None


def read_card(person: models.Identity) -> Card:
    """Read what helps to tell whether two people are one."""
    ids = models.Participant.objects.filter(identity_id=person.pk).values("room_id")
    rooms = models.Room.objects.filter(pk__in=ids)
    facts = rooms.aggregate(seen=Max("last_activity_at"))
    return Card(
        person,
        addresses=list(person.addresses.order_by("channel_type", "address")),
        rooms=list(rooms.order_by("-created_at", "-pk")[:MOST_ROOMS]),
        room_count=rooms.count(),
        last_seen=facts["seen"],
    )


def why_not_merge(people: Sequence[models.Identity]) -> str | None:
    """Return why the chosen people cannot be merged, or None if they can."""
    if len(people) != PAIR:
        return str(_("Choose two people to merge."))
    first, second = people
    if first.organization_id != second.organization_id:
        return str(_("People of different organizations cannot be merged."))
    if first.merged_into_id or second.merged_into_id:
        return str(_("One of the two was merged already: choose the one that it was merged into."))
    return None


def ask_for_survivor(
    page: "ModelAdmin[models.Identity]", request: HttpRequest, people: Sequence[models.Identity]
) -> TemplateResponse:
    """Show two people side by side and ask who goes on."""
    return TemplateResponse(
        request,
        "rooms/admin/merge_people.html",
        {
            **page.admin_site.each_context(request),
            "title": _("Merge two people"),
            "opts": page.opts,
            "cards": [read_card(person) for person in people],
            "checkbox": ACTION_CHECKBOX_NAME,
            "survivor": SURVIVOR,
        },
    )


def merge_chosen(
    page: "ModelAdmin[models.Identity]", request: HttpRequest, people: Sequence[models.Identity]
) -> HttpResponse | None:
    """Merge two people as the form says and show the merge; None if it could not be made."""
    survivor_id = request.POST.get(SURVIVOR)
    [merged_id] = [person.pk for person in people if person.pk != survivor_id][:1]
    actor = signed_in(request)
    try:
        merge = merge_identities(
            survivor_id=str(survivor_id),
            merged_id=merged_id,
            user_id=actor.get_username(),
            reason=request.POST.get("reason", "").strip() or None,
            actor=actor,
        )
    except (IdentityMergeRefusedError, IdentityNotFoundError) as refusal:
        page.message_user(request, str(refusal), messages.ERROR)
        return None
    page.message_user(request, _("The two people are one now."), messages.SUCCESS)
    return HttpResponseRedirect(_address_of(page, merge))


@admin.register(models.IdentityMerge)
class IdentityMergeAdmin(RecordAdmin[models.IdentityMerge]):
    """Read which people were merged, and take it back within 30 days."""

    change_form_template = "rooms/admin/identity_merge.html"
    list_display = ("merged_at", "survivor_link", "merged_link", "merged_by", "reason", "undone_at")
    list_filter = (OrganizationFilter,)
    search_fields = ("survivor__id", "survivor__display_name", "merged__id", "merged__display_name")
    search_help_text = _("Name or id of either person")
    ordering = ("-merged_at", "-id")
    fieldsets = (
        (None, {"fields": ("survivor_link", "merged_link", "merged_at", "merged_by", "reason")}),
        (_("Undone"), {"fields": ("undone_at", "undone_by")}),
        (
            _("What moved"),
            {"fields": ("addresses", "participants", "filled", "external_ids")},
        ),
    )
    readonly_fields = ("survivor_link", "merged_link")

    @admin.display(description=_("survivor"), ordering="survivor_id")
    def survivor_link(self, merge: models.IdentityMerge) -> str:
        """Link to the person who goes on."""
        return self.link_to("identity", merge.survivor_id)

    @admin.display(description=_("merged"), ordering="merged_id")
    def merged_link(self, merge: models.IdentityMerge) -> str:
        """Link to the person who was taken in."""
        return self.link_to("identity", merge.merged_id)

    def get_urls(self) -> list[URLPattern]:
        """Return the pages of the model, and where the button posts to."""
        undo = self.admin_site.admin_view(self.undo)
        name = f"{self.opts.app_label}_{self.opts.model_name}_undo"
        return [path("<path:object_id>/undo/", undo, name=name), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        """Show a merge, with a button as long as it can be undone."""
        row = self.get_object(request, object_id)
        can_undo = row is not None and _is_open(row) and _may_merge(request)
        told = {**(extra_context or {}), "can_undo": can_undo}
        return super().change_view(request, object_id, form_url, told)

    def undo(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Undo a merge and show it again.

        Raises:
            PermissionDenied: If the user may not merge people.
            Http404: If no such merge is open to the user.
        """
        if request.method != "POST":
            return HttpResponse(status=HTTPStatus.METHOD_NOT_ALLOWED)
        if not _may_merge(request):
            raise PermissionDenied
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        actor = signed_in(request)
        try:
            unmerge_identities(merge_id=row.pk, user_id=actor.get_username(), actor=actor)
        except IdentityMergeRefusedError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.message_user(request, _("The merge is undone."), messages.SUCCESS)
        return HttpResponseRedirect(_address_of(self, row))


def _is_open(row: models.IdentityMerge) -> bool:
    return row.undone_at is None and timezone.now() <= row.to_domain().undo_until


def _may_merge(request: HttpRequest) -> bool:
    return has_permission(request.user, RoomPermission.MERGE)


def _address_of(page: "ModelAdmin[models.Identity] | IdentityMergeAdmin", merge: object) -> str:
    name = f"{page.admin_site.name}:{page.opts.app_label}_identitymerge_change"
    return reverse(name, args=[getattr(merge, "pk", None)])
