"""What can be done with the channels that were chosen in the list."""

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from channels_app.admin.channel_questions import check, tell_address
from channels_app.configured.following import wake_all
from channels_app.models import ChannelConfig
from channels_app.services.channel_configs import enable_channel_config, note_check
from rooms.admin.base import signed_in

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    Page = admin.ModelAdmin[ChannelConfig]
    Chosen = QuerySet[ChannelConfig]


@admin.action(description=_("Check now"), permissions=["change"])
def check_now(page: "Page", request: HttpRequest, queryset: "Chosen") -> None:
    """Ask the vendors of the chosen channels whether these work."""
    for row in queryset:
        error = check(row)
        note_check(channel_id=row.pk, actor=signed_in(request), error=error)
        _tell(request, row, error or _("works"), is_good=not error)


@admin.action(description=_("Set the webhook at the vendor"), permissions=["change"])
def set_webhook(page: "Page", request: HttpRequest, queryset: "Chosen") -> None:
    """Tell the vendors of the chosen channels where to post webhooks to."""
    for row in queryset:
        error = tell_address(row)
        said = error or _("the vendor knows the webhook address now")
        _tell(request, row, said, is_good=not error)


@admin.action(description=_("Enable"), permissions=["change"])
def enable(page: "Page", request: HttpRequest, queryset: "Chosen") -> None:
    """Switch the chosen channels on."""
    _switch(request, queryset, is_enabled=True)


@admin.action(description=_("Disable"), permissions=["change"])
def disable(page: "Page", request: HttpRequest, queryset: "Chosen") -> None:
    """Switch the chosen channels off; rooms keep them."""
    _switch(request, queryset, is_enabled=False)


def _switch(request: HttpRequest, queryset: "Chosen", *, is_enabled: bool) -> None:
    actor = signed_in(request)
    count = sum(
        enable_channel_config(channel_id=row.pk, actor=actor, is_enabled=is_enabled)
        for row in queryset
    )
    transaction.on_commit(wake_all)
    text = ngettext("%(count)d channel was switched.", "%(count)d channels were switched.", count)
    messages.info(request, text % {"count": count})


def _tell(request: HttpRequest, row: ChannelConfig, said: "StrOrPromise", *, is_good: bool) -> None:
    level = messages.SUCCESS if is_good else messages.ERROR
    messages.add_message(request, level, f"“{row}”: {said}")
