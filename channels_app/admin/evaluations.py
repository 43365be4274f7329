"""The pages of trials: cases, how agents did side by side, and having a draft tried."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from channels_app.admin.agent_links import link_to_room
from channels_app.admin.evaluation_table import draw_conversation, draw_results
from channels_app.admin.spending import describe_cost, may_see_cost
from channels_app.configured.agents import version_id_of
from channels_app.evaluation.background import CHORE
from channels_app.models import AgentVersion, EvalCase, EvalRun, EvalSet
from channels_app.selectors.evaluations import find_former
from channels_app.services.evaluations import delete_case, start_evaluation
from channels_app.stores.agent_configs import agent_record_of
from rooms.admin.base import RecordAdmin, signed_in
from rooms.admin.filters import OrganizationFilter
from rooms.runtime import get_kit

START = "roomkit_channels.start_evalrun"
NAMES = "roomkit_channels_evalrun"
# Django's own filter would name the sets of all organizations.
OF_SET = ("eval_set", admin.RelatedOnlyFieldListFilter)


@admin.register(EvalSet)
class EvalSetAdmin(RecordAdmin[EvalSet]):
    """Read which sets there are."""

    list_display = ("name", "size", "organization_id", "created_at")
    list_filter = (OrganizationFilter,)
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "description", "organization_id", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[EvalSet]:
        """Count the cases."""
        return super().get_queryset(request).annotate(cases_counted=Count("cases"))

    @admin.display(description=_("cases"))
    def size(self, row: EvalSet) -> int:
        """Return how many cases there are."""
        return int(vars(row)["cases_counted"])


@admin.register(EvalCase)
class EvalCaseAdmin(RecordAdmin[EvalCase]):
    """Read what agents are tried on; delete what is not to be kept."""

    list_display = ("name", "eval_set", "room_shown", "created_at")
    list_filter = (OF_SET,)
    list_select_related = ("eval_set",)
    search_fields = ("name", "source_room_id__exact")
    search_help_text = _("A case, or the whole id of the room that it comes from")
    ordering = ("eval_set", "id")
    fields = ("eval_set", "name", "room_shown", "conversation", "checks", "created_at")
    readonly_fields = ("room_shown", "conversation")

    @admin.display(description=_("room"), ordering="source_room_id")
    def room_shown(self, row: EvalCase) -> str:
        """Link to the room that the case comes from."""
        return link_to_room(self.admin_site, row.source_room_id)

    @admin.display(description=_("conversation"))
    def conversation(self, row: EvalCase) -> str:
        """Return what was said and what tools answered."""
        return draw_conversation(row)

    def has_delete_permission(self, request: HttpRequest, obj: EvalCase | None = None) -> bool:
        """Let who may delete cases do so: they are copies of what people said."""
        return request.user.has_perm("roomkit_channels.delete_evalcase")

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Let the results of a case go with it: they cannot be deleted for themselves."""
        shown, counts, _needed, protected = super().get_deleted_objects(objs, request)
        return shown, counts, set(), protected

    def delete_model(self, request: HttpRequest, obj: EvalCase) -> None:
        """Delete one."""
        delete_case(case_id=obj.pk, actor=signed_in(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[EvalCase]) -> None:
        """Delete several, each with its entry in the audit trail."""
        for pk in list(queryset.values_list("pk", flat=True)):
            delete_case(case_id=pk, actor=signed_in(request))


@admin.register(EvalRun)
class EvalRunAdmin(RecordAdmin[EvalRun]):
    """Read how agents did; have a version tried by a worker."""

    list_display = (
        "version_label",
        "eval_set",
        "status",
        "share",
        "model",
        "cost_shown",
        "started_by",
        "started_at",
    )
    list_filter = ("status", OF_SET, "started_at")
    list_select_related = ("eval_set",)
    search_fields = ("channel_id__exact", "version_label__exact", "model")
    search_help_text = _("A whole id: agent, or version such as support-7; or a model")
    ordering = ("-started_at", "-id")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "version_label",
                    "eval_set",
                    "status",
                    "error",
                    "share",
                    "model",
                    "cost_shown",
                    "started_by",
                    "started_at",
                    "ended_at",
                )
            },
        ),
        (_("Side by side"), {"fields": ("results_shown",)}),
    )
    readonly_fields = ("share", "cost_shown", "results_shown")

    def get_queryset(self, request: HttpRequest) -> QuerySet[EvalRun]:
        """Count the cases that were tried, and those that passed."""
        passed = Count("results", filter=Q(results__passed=True))
        return super().get_queryset(request).annotate(tried=Count("results"), passed=passed)

    @admin.display(description=_("passed"))
    def share(self, row: EvalRun) -> str:
        """Return how many of the cases passed that were tried."""
        counted = vars(row)
        return f"{counted['passed']} / {counted['tried']}"

    @admin.display(description=_("cost"), ordering="cost")
    def cost_shown(self, row: EvalRun) -> str:
        """Return what the models took."""
        return self.empty_value_display if row.ended_at is None else _cost(row)

    @admin.display(description=_("results"))
    def results_shown(self, row: EvalRun) -> str:
        """Return every answer, beside what was said then and what another version said."""
        return draw_results(row, find_former(run=row))

    def get_list_display(self, request: HttpRequest) -> Any:
        """Leave the cost out for who may not see it."""
        shown = super().get_list_display(request)
        return shown if may_see_cost(request.user) else _without_cost(shown)

    def get_fieldsets(self, request: HttpRequest, obj: EvalRun | None = None) -> Any:
        """Leave the cost out for who may not see it."""
        shown = super().get_fieldsets(request, obj)
        if may_see_cost(request.user):
            return shown
        return [(name, {**box, "fields": _without_cost(box["fields"])}) for name, box in shown]

    # -- trying a version

    def get_urls(self) -> list[URLPattern]:
        """Add where a version is tried."""
        view = self.admin_site.admin_view(self.try_version)
        return [path("try/<int:version_id>/", view, name=f"{NAMES}_try"), *super().get_urls()]

    def try_version(self, request: HttpRequest, version_id: int) -> HttpResponse:
        """Offer the sets that a version can be tried on, and start with the chosen one."""
        version = self._triable(request, version_id)
        sets = EvalSet.objects.filter(organization_id=version.agent.organization_id)
        if request.method == "POST":
            chosen = sets.filter(pk=_number(request.POST.get("set", ""))).first()
            if chosen is not None and chosen.cases.exists():
                return self._start(request, version, chosen)
            self.message_user(request, _("Choose a set that has cases."), messages.WARNING)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Test version %(number)d of %(agent)s")
            % {"number": version.number, "agent": version.agent.name},
            "version": version,
            "sets": sets.annotate(size=Count("cases")).filter(size__gt=0).order_by("name"),
        }
        return TemplateResponse(request, "channels_app/admin/try_version.html", context)

    def _start(
        self, request: HttpRequest, version: AgentVersion, chosen: EvalSet
    ) -> HttpResponseRedirect:
        label = version_id_of(agent_record_of(version.agent, version))
        run = start_evaluation(
            eval_set=chosen, version=version, label=label, actor=signed_in(request)
        )
        transaction.on_commit(_wake)
        told = _("A worker tries it now. Load this page again to see how far it is.")
        self.message_user(request, told, messages.SUCCESS)
        return HttpResponseRedirect(
            reverse(f"{self.admin_site.name}:{NAMES}_change", args=[run.pk])
        )

    def _triable(self, request: HttpRequest, version_id: int) -> AgentVersion:
        """Return a version that this user may have tried.

        Raises:
            PermissionDenied: If this user may not have any tried.
            Http404: If this user has none of this id.
        """
        if not request.user.has_perms((START, "roomkit_channels.view_evalrun")):
            raise PermissionDenied
        rows = AgentVersion.objects.visible_to(request.user).select_related("agent")
        version = rows.filter(pk=version_id).first()
        if version is None:
            raise Http404(f"no agent version {version_id}")
        return version


def _wake() -> None:
    """Have a worker look soon, where workers are woken; elsewhere the next sweep is soon enough."""
    waker = get_kit().pipeline.parts.dispatch.waker
    if waker is not None:
        waker.wake_chore(CHORE)


def _cost(row: EvalRun) -> str:
    return describe_cost(row.cost, row.currency)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _without_cost(names: Any) -> tuple[Any, ...]:
    return tuple(name for name in names if name != "cost_shown")
