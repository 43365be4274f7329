"""The pages of who wants no messages, and of who wrote when."""

from typing import TYPE_CHECKING

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rooms import models
from rooms.admin.base import ScopedAdmin, signed_in
from rooms.admin.filters import OrganizationFilter
from rooms.domain.json import JsonObject
from rooms.domain.standing import fold_address
from rooms.services.address_standings import change_by_person, opt_out_by_person

# Where people have an address; text messages of all kinds are one.
REACHABLE = (
    ("sms", _("Text messages (SMS, MMS, RCS)")),
    ("email", _("E-mail")),
    ("whatsapp", "WhatsApp"),
    ("whatsapp_personal", _("WhatsApp, personal")),
    ("messenger", "Messenger"),
    ("telegram", "Telegram"),
    ("teams", "Teams"),
    ("webhook", _("HTTP")),
)


# Only the stubs know it as generic.
if TYPE_CHECKING:
    _Form = forms.ModelForm[models.AddressStanding]
else:
    _Form = forms.ModelForm


class OptOutForm(_Form):
    """Somebody who has told a person here that they want no messages."""

    channel_type = forms.ChoiceField(label=_("channel type"), choices=REACHABLE)

    class Meta:
        model = models.AddressStanding
        fields = ("organization_id", "channel_type", "channel_id", "address")

    def clean(self) -> JsonObject:
        """Bring the address into the form in which it is kept."""
        given: JsonObject = super().clean() or {}
        if given.get("address") and given.get("channel_type"):
            given["address"] = fold_address(given["channel_type"], given["address"])
        return given


@admin.register(models.AddressStanding)
class AddressStandingAdmin(ScopedAdmin[models.AddressStanding]):
    """See who has opted out and how; opt people out on their word, or lift it on their word."""

    form = OptOutForm
    list_display = (
        "address",
        "channel_type",
        "channel_id",
        "opted_out_at",
        "opt_out_reason",
        "last_inbound_at",
        "organization_id",
    )
    list_filter = (
        ("opted_out_at", admin.EmptyFieldListFilter),
        "opt_out_reason",
        "channel_type",
        OrganizationFilter,
    )
    search_fields = ("address__exact", "channel_id__exact")
    search_help_text = _("A whole address, or the id of a channel")
    ordering = ("-id",)
    actions = ("opt_out", "opt_in")
    fields = ("organization_id", "channel_type", "channel_id", "address")

    def get_fields(
        self, request: HttpRequest, obj: models.AddressStanding | None = None
    ) -> tuple[str, ...]:
        """Ask for whom; show what is known of them."""
        known = ("opted_out_at", "opt_out_reason", "last_inbound_at")
        return self.fields if obj is None else (*self.fields, *known)

    def save_model(
        self,
        request: HttpRequest,
        obj: models.AddressStanding,
        form: _Form,
        change: bool,
    ) -> None:
        """Opt the address out, with an audit entry."""
        obj.pk = opt_out_by_person(point=obj.point, actor=signed_in(request)).pk

    def has_change_permission(
        self, request: HttpRequest, obj: models.AddressStanding | None = None
    ) -> bool:
        """Refuse: it is changed by actions, which are written down."""
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: models.AddressStanding | None = None
    ) -> bool:
        """Refuse: whoever was forgotten would be written to again."""
        return False

    def has_consent_permission(self, request: HttpRequest) -> bool:
        """Tell whether this user may opt addresses out and in."""
        return super().has_change_permission(request)

    @admin.action(description=_("Opt out: send nothing more"), permissions=["consent"])
    def opt_out(self, request: HttpRequest, queryset: QuerySet[models.AddressStanding]) -> None:
        """Send nothing more to the chosen addresses."""
        self._change(request, queryset, opts_out=True)

    @admin.action(description=_("Lift the opt-out, as they asked"), permissions=["consent"])
    def opt_in(self, request: HttpRequest, queryset: QuerySet[models.AddressStanding]) -> None:
        """Send to the chosen addresses again, at all channels of their type."""
        self._change(request, queryset, opts_out=False)

    def _change(
        self,
        request: HttpRequest,
        queryset: QuerySet[models.AddressStanding],
        *,
        opts_out: bool,
    ) -> None:
        rows = list(queryset)
        count = change_by_person(rows=rows, opts_out=opts_out, actor=signed_in(request))
        text = ngettext("%(count)d address changed.", "%(count)d addresses changed.", count)
        self.message_user(
            request, text % {"count": count}, messages.SUCCESS if count else messages.WARNING
        )
