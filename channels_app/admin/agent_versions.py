"""The pages of what an agent answers: drafts, publishing, rolling back, comparing."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from channels_app.admin.config_form import SEEN
from channels_app.admin.version_form import build_version_form, version_fieldsets
from channels_app.configured.agents import build_agent
from channels_app.configured.building import BrokenConfig
from channels_app.configured.following import wake_all
from channels_app.configured.version_diff import list_differences
from channels_app.models import AgentVersion, VersionState
from channels_app.services.agent_versions import (
    NotADraft,
    discard_draft,
    publish,
    roll_back,
    save_draft,
)
from channels_app.services.configs import ConfigChanged
from channels_app.stores.agent_configs import agent_record_of
from rooms.admin.base import UnlockedAdmin, signed_in

PUBLISH = "roomkit_channels.publish_agentversion"
NAMES = "roomkit_channels_agentversion"
SHOWN = (
    "agent",
    "number",
    "state",
    *AgentVersion.CONTENT,
    "note",
    "author",
    "sha256",
    "created_at",
)


@admin.register(AgentVersion)
class AgentVersionAdmin(UnlockedAdmin[AgentVersion]):
    """Change drafts, put versions in force, and compare them; what was published stays as it is."""

    change_form_template = "channels_app/admin/agent_version.html"
    list_display = ("agent", "number", "state", "model", "author", "note", "created_at")
    list_display_links = ("number",)
    list_filter = ("state",)
    search_fields = ("agent__channel_id", "agent__name", "model", "note")
    search_help_text = _("An agent, a model, or a note")
    ordering = ("agent", "-number")
    list_select_related = ("agent",)

    # -- who may

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: a draft is begun on the page of its agent."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: AgentVersion | None = None) -> bool:
        """Let drafts be changed, and nothing else."""
        is_draft = obj is None or obj.state == VersionState.DRAFT
        return is_draft and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: AgentVersion | None = None) -> bool:
        """Let drafts be discarded: runs name the others."""
        is_draft = obj is not None and obj.state == VersionState.DRAFT
        return is_draft and super().has_delete_permission(request, obj)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Tell whether this user may decide what agents answer."""
        return request.user.has_perm(PUBLISH)

    # -- a draft

    def get_form(
        self,
        request: HttpRequest,
        obj: AgentVersion | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> "type[forms.ModelForm[AgentVersion]]":
        """Return the form of a draft; what was published has none."""
        if obj is not None and self.has_change_permission(request, obj):
            kwargs["form"] = build_version_form(obj)
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: AgentVersion | None = None) -> Any:
        """Group the fields of a draft; of another version show everything."""
        if obj is None or not self.has_change_permission(request, obj):
            return [(None, {"fields": SHOWN})]
        return version_fieldsets(build_version_form(obj))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show and take a form; say so where the draft was changed or published behind it."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (NotADraft, ConfigChanged) as problem:
            self.message_user(request, str(problem), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def save_model(
        self,
        request: HttpRequest,
        obj: AgentVersion,
        form: "forms.ModelForm[AgentVersion]",
        change: bool,
    ) -> None:
        """Store the draft."""
        save_draft(row=obj, actor=signed_in(request), fields=form.changed_data)

    def delete_model(self, request: HttpRequest, obj: AgentVersion) -> None:
        """Discard the draft."""
        discard_draft(version_id=obj.pk, actor=signed_in(request))

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **more: Any
    ) -> Any:
        """Show what can be done with the version."""
        row: AgentVersion = more["obj"]
        may_publish = self.has_publish_permission(request)
        context |= {
            "problem": self._problem(row),
            "can_publish": may_publish and row.state == VersionState.DRAFT,
            "can_roll_back": may_publish and row.state == VersionState.ARCHIVED,
            "others": row.agent.versions.exclude(pk=row.pk).order_by("-number"),
        }
        return super().render_change_form(request, context, *args, **more)

    def _problem(self, row: AgentVersion) -> str:
        """Return why an agent could not answer by a version, or ''."""
        try:
            build_agent(agent_record_of(row.agent, row))
        except BrokenConfig as problem:
            return str(problem)
        return ""

    # -- what is in force

    def get_urls(self) -> list[URLPattern]:
        """Add where versions are put in force, and compared."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/publish/", view(self.publish), name=f"{NAMES}_publish"),
            path("<int:pk>/roll-back/", view(self.roll_back), name=f"{NAMES}_roll_back"),
            path("<int:pk>/compare/<int:other>/", view(self.compare), name=f"{NAMES}_compare"),
            *super().get_urls(),
        ]

    @method_decorator(require_POST)
    def publish(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let the agent answer by a draft from now on."""
        problem = self._problem(self._found(request, pk))
        if problem:
            self.message_user(request, problem, messages.ERROR)
            return self._page("change", pk)
        return self._put_in_force(request, pk, publish, seen=request.POST.get(SEEN))

    @method_decorator(require_POST)
    def roll_back(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let the agent answer by a former version again."""
        return self._put_in_force(request, pk, roll_back)

    def compare(self, request: HttpRequest, pk: int, other: int) -> HttpResponse:
        """Show what is different between two versions of an agent."""
        pair = [self._found(request, pk), self._found(request, other)]
        older, newer = sorted(pair, key=lambda row: row.number)
        if older.agent_id != newer.agent_id:
            raise Http404("versions of two agents")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Versions %(older)d and %(newer)d of %(agent)s")
            % {"older": older.number, "newer": newer.number, "agent": older.agent.name},
            "older": older,
            "newer": newer,
            "differences": list_differences(older, newer),
        }
        return TemplateResponse(request, "channels_app/admin/compare_versions.html", context)

    def _put_in_force(
        self, request: HttpRequest, pk: int, verb: Callable[..., AgentVersion], **said: str | None
    ) -> HttpResponse:
        self._found(request, pk)
        if not self.has_publish_permission(request):
            raise PermissionDenied
        try:
            version = verb(version_id=pk, actor=signed_in(request), **said)
        except (NotADraft, ConfigChanged) as problem:
            self.message_user(request, str(problem), messages.ERROR)
            return self._page("change", pk)
        transaction.on_commit(wake_all)
        told = _("Version %(number)d answers from now on.") % {"number": version.number}
        self.message_user(request, told, messages.SUCCESS)
        return self._page("change", pk)

    def _found(self, request: HttpRequest, pk: int) -> AgentVersion:
        """Return a version that this user may see.

        Raises:
            Http404: If there is none of this id.
            PermissionDenied: If this user may not.
        """
        row = self.get_object(request, str(pk))
        if row is None:
            raise Http404(f"no agent version {pk}")
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return row

    def _page(self, page: str, pk: int) -> HttpResponseRedirect:
        name = f"{self.admin_site.name}:{NAMES}_{page}"
        return HttpResponseRedirect(reverse(name, args=[pk]))
