"""What can be done with the agents that were chosen in the list."""

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from channels_app.configured.following import wake_all
from channels_app.models import AgentConfig
from channels_app.services.agent_configs import enable_agent
from rooms.admin.base import signed_in

if TYPE_CHECKING:
    Page = admin.ModelAdmin[AgentConfig]
    Chosen = QuerySet[AgentConfig]


@admin.action(description=_("Enable"), permissions=["change"])
def enable(page: "Page", request: HttpRequest, queryset: "Chosen") -> None:
    """Switch the chosen agents on."""
    _switch(request, queryset, is_enabled=True)


@admin.action(description=_("Disable"), permissions=["change"])
def disable(page: "Page", request: HttpRequest, queryset: "Chosen") -> None:
    """Switch the chosen agents off; rooms keep them."""
    _switch(request, queryset, is_enabled=False)


def _switch(request: HttpRequest, queryset: "Chosen", *, is_enabled: bool) -> None:
    actor = signed_in(request)
    count = sum(
        enable_agent(agent_id=row.pk, actor=actor, is_enabled=is_enabled) for row in queryset
    )
    transaction.on_commit(wake_all)
    text = ngettext("%(count)d agent was switched.", "%(count)d agents were switched.", count)
    messages.info(request, text % {"count": count})
