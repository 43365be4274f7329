"""The pages of channels: choosing a provider, telling it what it needs, seeing whether it works."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from channels_app.admin.channel_actions import check_now, disable, enable, set_webhook
from channels_app.admin.channel_addresses import describe_addresses
from channels_app.admin.channel_form import ANYWAY, SEEN, ChannelForm, build_form, group_fields
from channels_app.admin.channel_questions import describe_state
from channels_app.admin.configured import FIXED, Choice, ConfiguredAdmin
from channels_app.configured.building import BrokenConfig, offer_of
from channels_app.configured.catalog import Offer, find_offer, list_catalog
from channels_app.configured.following import wake_all
from channels_app.models import ChannelConfig
from channels_app.services.channel_configs import (
    add_channel_config,
    change_channel_config,
    delete_channel_config,
)
from channels_app.stores.channel_configs import record_of
from rooms.admin.base import signed_in
from rooms.admin.filters import OrganizationFilter

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TOLD = ("vendor", "addresses", "state", "checked_at", "check_error", "created_at", "updated_at")


@admin.register(ChannelConfig)
class ChannelConfigAdmin(ConfiguredAdmin[ChannelConfig, Offer]):
    """Make channels, check them at their vendors, switch them on and off."""

    choice = Choice(_("Choose a provider"), list_catalog, find_offer, build_form)
    told = TOLD

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

    def get_fieldsets(self, request: HttpRequest, obj: ChannelConfig | None = None) -> Any:
        """Put what most people enter first."""
        head = (None, {"fields": (*FIXED, "is_enabled")})
        offer = self.offer_for(request, obj)
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

    def delete_model(self, request: HttpRequest, obj: ChannelConfig) -> None:
        """Delete a channel."""
        delete_channel_config(channel_id=obj.pk, actor=signed_in(request))
        transaction.on_commit(wake_all)
