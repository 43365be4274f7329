"""What the pages of channels and of agents have in common: a provider is chosen, told, asked."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from channels_app.configured.offering import Listed, NotOffered, Offered
from channels_app.models import AgentConfig, ChannelConfig
from channels_app.services.configs import ConfigChanged, ConfigInUse, count_open_rooms
from rooms.admin.base import UnlockedAdmin

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PROVIDER = "provider"
FIXED = ("channel_id", "organization_id")
DELETE = "delete_selected"
REFUSALS = (ConfigChanged, ConfigInUse)

Row = TypeVar("Row", bound=AgentConfig | ChannelConfig)
AnyOffer = TypeVar("AnyOffer", bound=Offered)


@dataclass(frozen=True)
class Choice(Generic[Row, AnyOffer]):
    """The providers that rows of a kind can be made with.

    Attributes:
        title: What stands above the list of them.
        catalog: Lists them, and those that cannot be used with the reason.
        find: Returns the one of a dotted path; raises NotOffered.
        build_form: Returns the form of a new row, or of one that is there.
    """

    title: "StrOrPromise"
    catalog: Callable[[], list[Listed]]
    find: Callable[[str], AnyOffer]
    build_form: Callable[[AnyOffer, Row | None], "type[forms.ModelForm[Any]]"]


class ConfiguredAdmin(UnlockedAdmin[Row], Generic[Row, AnyOffer]):
    """Make rows with a provider of one's choice; a subclass says which, and how rows are written.

    Attributes:
        choice: The providers to choose from.
        told: The columns that are shown and never entered.
    """

    choice: Choice[Row, AnyOffer]
    told: tuple[str, ...]

    # -- adding and changing

    def offer_for(self, request: HttpRequest, row: Row | None) -> AnyOffer | None:
        """Return the provider whose fields a page has: the row's, or the one that was chosen.

        There is none if it cannot be used, and for those who may only look.
        """
        if row is not None and not self.has_change_permission(request, row):
            return None
        try:
            return self.choice.find(row.provider if row else request.GET.get(PROVIDER, ""))
        except NotOffered:
            return None

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Have a provider chosen first, then show its form."""
        if self.offer_for(request, None) is not None:
            return super().add_view(request, form_url, extra_context)
        if not self.has_add_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": self.choice.title,
            "catalog": self.choice.catalog(),
        }
        return TemplateResponse(request, "channels_app/admin/choose_provider.html", context)

    # Reports of failures show what was posted, but for what this keeps out of them.
    @method_decorator(sensitive_post_parameters())
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show and take a form; say so where the row was changed or deleted behind it."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ConfigChanged as problem:
            return self._refuse(request, problem, request.get_full_path())

    def get_form(
        self, request: HttpRequest, obj: Row | None = None, change: bool = False, **kwargs: Any
    ) -> "type[forms.ModelForm[Row]]":
        """Return the form of a row's provider, or of the chosen one."""
        offer = self.offer_for(request, obj)
        if offer is not None:
            kwargs["form"] = self.choice.build_form(offer, obj)
        return super().get_form(request, obj, change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Row | None = None) -> tuple[str, ...]:
        """Keep id and organization for good: rooms and the vendor refer to them."""
        return self.told if obj is None else (*FIXED, *self.told)

    # -- deleting, and other actions

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Refuse what open rooms would lose."""
        gone, counts, lacking, protected = super().get_deleted_objects(objs, request)
        for row in objs:
            rooms = count_open_rooms(channel_id=row.channel_id)
            if rooms:
                told = _("%(channel)s is attached to %(rooms)d open rooms: disable it instead")
                protected.append(told % {"channel": row.channel_id, "rooms": rooms})
        return gone, counts, lacking, protected

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Say so where a row came into use, or was deleted, behind the question."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except REFUSALS as problem:
            name = f"{self.opts.app_label}_{self.opts.model_name}_changelist"
            return self._refuse(request, problem, reverse(f"{self.admin_site.name}:{name}"))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Row]) -> None:
        """Delete rows one by one, so that each is in the audit trail."""
        for row in queryset:
            self.delete_model(request, row)

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Row], *args: Any, **more: Any
    ) -> HttpResponse | None:
        """Say so where a row came into use, or was changed or deleted, behind the list.

        Of those to be deleted all are, or none is.
        """
        deletes = DELETE in request.POST.getlist("action")
        try:
            # Vendors are asked by other actions, which nobody may wait for a lock meanwhile.
            with transaction.atomic() if deletes else nullcontext():
                return super().response_action(request, queryset, *args, **more)
        except REFUSALS as problem:
            return self._refuse(request, problem, request.get_full_path())

    def _refuse(self, request: HttpRequest, problem: Exception, url: str) -> HttpResponseRedirect:
        self.message_user(request, str(problem), messages.ERROR)
        return HttpResponseRedirect(url)
