"""The pages of agents: choosing a provider, telling it what it needs, following the versions."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from channels_app.admin.agent_actions import disable, enable
from channels_app.admin.agent_form import AgentForm, build_agent_form
from channels_app.admin.config_form import ANYWAY, SEEN, group_config
from channels_app.admin.configured import FIXED, Choice, ConfiguredAdmin
from channels_app.configured.agent_catalog import (
    MODEL,
    AgentOffer,
    find_agent_offer,
    list_agent_catalog,
)
from channels_app.configured.agent_reporting import find_agent_problem
from channels_app.configured.following import wake_all
from channels_app.configured.offering import NotOffered
from channels_app.models import AgentConfig
from channels_app.services.agent_configs import add_agent, change_agent, delete_agent
from channels_app.services.agent_versions import open_draft
from channels_app.stores.agent_configs import agent_record_of
from rooms.admin.base import signed_in
from rooms.admin.filters import OrganizationFilter

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NAMES = "roomkit_channels_agentconfig"
CHANGE_VERSION = "roomkit_channels.change_agentversion"
TIMING = ("reply_quiet_s", "reply_cap_s", "on_new_message")
TOLD = ("vendor", "version_shown", "state", "created_at", "updated_at")


@admin.register(AgentConfig)
class AgentConfigAdmin(ConfiguredAdmin[AgentConfig, AgentOffer]):
    """Make agents, switch them on and off, and see which version answers."""

    choice = Choice(
        _("Choose whose model answers"), list_agent_catalog, find_agent_offer, build_agent_form
    )
    told = TOLD

    change_form_template = "channels_app/admin/agent_config.html"
    list_display = (
        "name",
        "channel_id",
        "state",
        "version_shown",
        "vendor",
        "is_enabled",
        "organization_id",
        "updated_at",
    )
    list_filter = ("is_enabled", OrganizationFilter)
    search_fields = ("channel_id", "name", "provider")
    search_help_text = _("Id or name of an agent, or a provider")
    ordering = ("name", "channel_id")
    list_select_related = ("published_version",)
    actions = (enable, disable)

    # -- what is shown

    @admin.display(description=_("provider"), ordering="provider")
    def vendor(self, row: AgentConfig) -> str:
        """Return whose models answer."""
        try:
            return find_agent_offer(row.provider).label
        except NotOffered:
            return row.provider

    @admin.display(description=_("version in force"))
    def version_shown(self, row: AgentConfig) -> str:
        """Return which version answers, by which model."""
        version = row.published_version
        return f"{version.number} ({version.model})" if version else self.empty_value_display

    @admin.display(description=_("state"))
    def state(self, row: AgentConfig) -> "StrOrPromise":
        """Return whether processes register the agent, and if not, why."""
        if not row.is_enabled:
            return _("switched off")
        if row.published_version is None:
            return _("nothing is published yet")
        problem = find_agent_problem(agent_record_of(row, row.published_version))
        return _("cannot be used: %(why)s") % {"why": problem} if problem else _("ready")

    # -- adding and changing

    def get_fieldsets(self, request: HttpRequest, obj: AgentConfig | None = None) -> Any:
        """Put what most people enter first."""
        head = (None, {"fields": ("name", *FIXED, "is_enabled")})
        timing = (_("When it answers"), {"fields": TIMING})
        offer = self.offer_for(request, obj)
        if offer is None:
            return [head, timing, (_("State"), {"fields": TOLD})]
        form = build_agent_form(offer, obj)
        first, further = group_config(offer.fields, form)
        model = [MODEL] if MODEL in form.base_fields else []
        shown = [
            head,
            (offer.label, {"fields": [*first, *model]}),
            timing,
            (_("Further settings"), {"fields": further, "classes": ("collapse",)}),
            (_("Check"), {"fields": (ANYWAY, SEEN)}),
        ]
        return shown if obj is None else [*shown, (_("State"), {"fields": TOLD})]

    def save_model(
        self,
        request: HttpRequest,
        obj: AgentConfig,
        form: "forms.ModelForm[AgentConfig]",
        change: bool,
    ) -> None:
        """Store the agent, and have this process take it up at once."""
        actor = signed_in(request)
        names = form.changed_names if isinstance(form, AgentForm) else form.changed_data
        if change:
            change_agent(row=obj, actor=actor, fields=names)
        else:
            model = form.cleaned_data.get(MODEL) or find_agent_offer(obj.provider).only_model()
            add_agent(row=obj, model=model, actor=actor, fields=names)
        transaction.on_commit(wake_all)

    def response_add(
        self, request: HttpRequest, obj: AgentConfig, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Go on to what the agent is to say: without a published version it answers nobody."""
        draft = obj.versions.order_by("-number").first()
        if draft is None or not request.user.has_perm(CHANGE_VERSION):
            return super().response_add(request, obj, post_url_continue)
        told = _("Now say what the agent is to do, and publish that.")
        self.message_user(request, told, messages.SUCCESS)
        return HttpResponseRedirect(self._draft_page(draft.pk))

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **more: Any
    ) -> Any:
        """Show the versions."""
        row: AgentConfig | None = more.get("obj")
        if row is not None:
            context |= {
                "versions": row.versions.order_by("-number"),
                "in_force": row.published_version,
                "can_draft": request.user.has_perm(CHANGE_VERSION),
            }
        return super().render_change_form(request, context, *args, **more)

    # -- drafts

    def get_urls(self) -> list[URLPattern]:
        """Add where a draft is begun."""
        view = self.admin_site.admin_view(self.begin_draft)
        return [path("<int:pk>/draft/", view, name=f"{NAMES}_draft"), *super().get_urls()]

    @method_decorator(require_POST)
    def begin_draft(self, request: HttpRequest, pk: int) -> HttpResponseRedirect:
        """Go to the draft of the next version, made of the one in force if there is none."""
        row = self.get_object(request, str(pk))
        if row is None:
            raise Http404(f"no agent {pk}")
        if not (request.user.has_perm(CHANGE_VERSION) and self.has_view_permission(request, row)):
            raise PermissionDenied
        draft = open_draft(agent_id=row.pk, actor=signed_in(request))
        return HttpResponseRedirect(self._draft_page(draft.pk))

    def _draft_page(self, pk: int) -> str:
        name = f"{self.admin_site.name}:roomkit_channels_agentversion_change"
        return reverse(name, args=[pk])

    # -- deleting

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Let versions go with their agent, whatever the user may do to them alone."""
        gone, counts, lacking, protected = super().get_deleted_objects(objs, request)
        return gone, counts, lacking - {str(_("agent version"))}, protected

    def delete_model(self, request: HttpRequest, obj: AgentConfig) -> None:
        """Delete an agent."""
        delete_agent(agent_id=obj.pk, actor=signed_in(request))
        transaction.on_commit(wake_all)
