"""The pages of channels: choosing a provider, telling it what it needs, seeing whether it works."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from channels_app.admin.channel_actions import check_now, disable, enable, set_webhook
from channels_app.admin.channel_addresses import describe_addresses
from channels_app.admin.channel_form import ANYWAY, SEEN, ChannelForm, build_form, group_fields
from channels_app.admin.channel_questions import describe_state
from channels_app.configured.building import BrokenConfig, offer_of
from channels_app.configured.catalog import Offer, find_offer, list_catalog
from channels_app.configured.following import wake_all
from channels_app.configured.offering import NotOffered
from channels_app.models import ChannelConfig
from channels_app.services.channel_configs import (
    ChannelChanged,
    add_channel_config,
    change_channel_config,
    count_open_rooms,
    delete_channel_config,
)
from channels_app.stores.channel_configs import record_of
from rooms.admin.base import ScopedAdmin, signed_in
from rooms.admin.filters import OrganizationFilter

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PROVIDER = "provider"
FIXED = ("channel_id", "organization_id")
TOLD = ("vendor", "addresses", "state", "checked_at", "check_error", "created_at", "updated_at")


@admin.register(ChannelConfig)
class ChannelConfigAdmin(ScopedAdmin[ChannelConfig]):
    """Make channels, check them at their vendors, switch them on and off."""

    list_display = (
        "channel_id",
        "vendor",
        "organization_id",
        "is_enabled",
        "state",
        "checked_at",
        "check_error",
        "updated_at",
    )
    list_filter = ("is_enabled", "channel_type", OrganizationFilter)
    search_fields = ("channel_id", "provider")
    search_help_text = _("Id of a channel, or a provider")
    ordering = ("channel_id",)
    actions = (check_now, enable, disable, set_webhook)

    # -- what is shown

    @admin.display(description=_("provider"), ordering="provider")
    def vendor(self, row: ChannelConfig) -> str:
        """Return who sends, and by what."""
        try:
            offer = offer_of(record_of(row))
        except BrokenConfig:
            return row.provider
        return f"{offer.kind.label}: {offer.label}"

    @admin.display(description=_("state"))
    def state(self, row: ChannelConfig) -> "StrOrPromise":
        """Return whether processes register the channel, and if not, why."""
        return describe_state(row)

    @admin.display(description=_("at the vendor"))
    def addresses(self, row: ChannelConfig) -> str:
        """Return what has to be pasted on the vendor's pages."""
        try:
            offer = offer_of(record_of(row))
        except BrokenConfig as problem:
            return str(problem)
        return format_html_join("", "<div>{}: {}</div>", describe_addresses(offer, row.pk))

    # -- adding and changing

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Have a provider chosen first, then show its form."""
        if self._chosen(request) is not None:
            return super().add_view(request, form_url, extra_context)
        if not self.has_add_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Choose a provider"),
            "catalog": list_catalog(),
        }
        return TemplateResponse(request, "channels_app/admin/choose_provider.html", context)

    # Reports of failures show what was posted, but for what this keeps out of them.
    @method_decorator([csrf_protect, sensitive_post_parameters()])
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show and take a form without a transaction around it.

        The vendor is asked before anything is saved, and nobody may wait for a lock meanwhile.
        """
        # Django's own `changeform_view` is this call inside a transaction.
        show = self._changeform_view  # type: ignore[attr-defined]  # the stubs leave it out
        try:
            return show(request, object_id, form_url, extra_context)
        except ChannelChanged as problem:
            self.message_user(request, str(problem), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def get_form(
        self,
        request: HttpRequest,
        obj: ChannelConfig | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> "type[forms.ModelForm[ChannelConfig]]":
        """Return the form of a row's provider, or of the chosen one."""
        offer = self._offer(request, obj)
        if offer is not None:
            kwargs["form"] = build_form(offer, obj)
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: ChannelConfig | None = None) -> Any:
        """Put what most people enter first."""
        head = (None, {"fields": (*FIXED, "is_enabled")})
        offer = self._offer(request, obj)
        if offer is None:
            return [head, (_("State"), {"fields": TOLD})]
        first, further = group_fields(offer, build_form(offer, obj))
        shown = [
            head,
            (f"{offer.kind.label}: {offer.label}", {"fields": first}),
            (_("Further settings"), {"fields": further, "classes": ("collapse",)}),
            (_("Check"), {"fields": (ANYWAY, SEEN)}),
        ]
        return shown if obj is None else [*shown, (_("State"), {"fields": TOLD})]

    def get_readonly_fields(
        self, request: HttpRequest, obj: ChannelConfig | None = None
    ) -> tuple[str, ...]:
        """Keep id and organization for good: rooms and the vendor refer to them."""
        return TOLD if obj is None else (*FIXED, *TOLD)

    def save_model(
        self,
        request: HttpRequest,
        obj: ChannelConfig,
        form: "forms.ModelForm[ChannelConfig]",
        change: bool,
    ) -> None:
        """Store the channel, and have this process take it up at once."""
        save = change_channel_config if change else add_channel_config
        names = form.changed_names if isinstance(form, ChannelForm) else form.changed_data
        save(row=obj, actor=signed_in(request), fields=names)
        transaction.on_commit(wake_all)

    # -- deleting

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Refuse channels that open rooms would lose."""
        gone, counts, lacking, protected = super().get_deleted_objects(objs, request)
        for row in objs:
            rooms = count_open_rooms(channel_id=row.pk)
            if rooms:
                told = _("%(channel)s is attached to %(rooms)d open rooms: disable it instead")
                protected.append(told % {"channel": row.pk, "rooms": rooms})
        return gone, counts, lacking, protected

    def delete_model(self, request: HttpRequest, obj: ChannelConfig) -> None:
        """Delete a channel."""
        delete_channel_config(channel_id=obj.pk, actor=signed_in(request))
        transaction.on_commit(wake_all)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ChannelConfig]) -> None:
        """Delete channels one by one, so that each is in the audit trail."""
        for row in queryset:
            self.delete_model(request, row)

    # -- which provider a page is about

    def _chosen(self, request: HttpRequest) -> Offer | None:
        """Return the provider that was chosen for a new channel, if it can be used."""
        try:
            return find_offer(request.GET.get(PROVIDER, ""))
        except NotOffered:
            return None

    def _offer(self, request: HttpRequest, obj: ChannelConfig | None) -> Offer | None:
        """Return the provider whose fields a page has; who may only look sees none."""
        if obj is None:
            return self._chosen(request)
        if not self.has_change_permission(request, obj):
            return None
        try:
            return offer_of(record_of(obj))
        except BrokenConfig:
            return None
