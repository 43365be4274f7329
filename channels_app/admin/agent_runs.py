"""The pages of agents' turns: what each one did, what it cost, and telling it something."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from channels_app.admin.agent_links import link_to_event, link_to_room
from channels_app.admin.run_timeline import count_tokens, draw_timeline
from channels_app.admin.spending import describe_cost, may_see_cost
from channels_app.ai.records import EndReason, RunStatus
from channels_app.deciding import wake
from channels_app.models import AgentRun
from channels_app.models.agent_run import OPEN
from channels_app.services.steering import RunHasEnded, steer_run, stop_run
from rooms.admin.base import RecordAdmin, signed_in
from rooms.admin.filters import OrganizationFilter
from rooms.models.columns import choices_of

STEER = "roomkit_channels.steer_agentrun"
MOST_CHARACTERS = 4000


class EndReasonFilter(admin.SimpleListFilter):
    """Offer the reasons for which turns end."""

    title = _("end reason")
    parameter_name = "end_reason"

    def lookups(
        self, request: HttpRequest, model_admin: "admin.ModelAdmin[AgentRun]"
    ) -> list[tuple[str, str]]:
        """Return every reason."""
        return choices_of(EndReason)

    def queryset(self, request: HttpRequest, queryset: QuerySet[AgentRun]) -> QuerySet[AgentRun]:
        """Keep the turns that ended for the chosen one."""
        chosen = self.value()
        return queryset if chosen is None else queryset.filter(end_reason=chosen)


@admin.register(AgentRun)
class AgentRunAdmin(RecordAdmin[AgentRun]):
    """Read what agents did, step by step; stop one that runs, or give it something to consider."""

    change_form_template = "channels_app/admin/agent_run.html"
    # What is wide and least read stands last: it is the first that a narrow window hides.
    list_display = (
        "started_at",
        "channel_id",
        "status",
        "end_reason",
        "rounds",
        "tokens",
        "cost_shown",
        "duration",
        "room_shown",
    )
    list_filter = ("status", EndReasonFilter, "started_at", OrganizationFilter)
    search_fields = (
        "id__exact",
        "room__id__exact",
        "event__id__exact",
        "channel_id__exact",
        "model__exact",
        "error",
    )
    search_help_text = _("A whole id: run, room, event, agent, model; or words of an error")
    ordering = ("-started_at", "-id")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "room_shown",
                    "event_shown",
                    "channel_id",
                    "status",
                    "end_reason",
                    "error",
                    "rounds",
                    "tokens",
                    "cost_shown",
                    "started_at",
                    "duration",
                )
            },
        ),
        (_("Steps"), {"fields": ("timeline",)}),
        (
            _("Details"),
            {
                "classes": ("collapse",),
                "fields": (
                    "id",
                    "provider",
                    "model",
                    "version_id",
                    "usage",
                    "attempt",
                    "segment",
                    "parent_run_id",
                    "delivery_id",
                    "organization_id",
                    "ended_at",
                ),
            },
        ),
    )
    readonly_fields = (
        "room_shown",
        "event_shown",
        "tokens",
        "cost_shown",
        "duration",
        "timeline",
    )

    # -- what is shown

    @admin.display(description=_("room"), ordering="room_id")
    def room_shown(self, row: AgentRun) -> str:
        """Link to the room."""
        return link_to_room(self.admin_site, row.room_id)

    @admin.display(description=_("event"), ordering="event_id")
    def event_shown(self, row: AgentRun) -> str:
        """Link to what the agent was asked about."""
        return link_to_event(self.admin_site, row.event_id)

    @admin.display(description=_("tokens"))
    def tokens(self, row: AgentRun) -> int | str:
        """Return how many were used in all."""
        count = count_tokens(row.usage)
        return self.empty_value_display if count is None else count

    @admin.display(description=_("cost"), ordering="cost")
    def cost_shown(self, row: AgentRun) -> str:
        """Return what the turn cost; a model without a price says so."""
        return describe_cost(row.cost, row.currency)

    @admin.display(description=_("seconds"))
    def duration(self, row: AgentRun) -> str:
        """Return how long the turn took; one that waited for people took that long."""
        if row.ended_at is None:
            return self.empty_value_display
        return f"{(row.ended_at - row.started_at).total_seconds():.1f}"

    @admin.display(description=_("steps"))
    def timeline(self, row: AgentRun) -> str:
        """Return what the turn did, in order."""
        return draw_timeline(row, shows_cost=vars(row).get("shows_cost", False))

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> AgentRun | None:
        """Return one run, which knows whether this user may see what it cost."""
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            vars(row)["shows_cost"] = may_see_cost(request.user)
        return row

    def get_list_display(self, request: HttpRequest) -> Any:
        """Leave the cost out for who may not see it."""
        shown = super().get_list_display(request)
        return shown if may_see_cost(request.user) else _without_cost(shown)

    def get_fieldsets(self, request: HttpRequest, obj: AgentRun | None = None) -> Any:
        """Leave the cost out for who may not see it."""
        shown = super().get_fieldsets(request, obj)
        if may_see_cost(request.user):
            return shown
        return [(name, {**box, "fields": _without_cost(box["fields"])}) for name, box in shown]

    # -- telling a turn something

    def get_urls(self) -> list[URLPattern]:
        """Add the two things a turn can be told."""
        view = self.admin_site.admin_view
        return [
            path("<path:run_id>/stop/", view(self.stop), name="roomkit_channels_agentrun_stop"),
            path("<path:run_id>/steer/", view(self.steer), name="roomkit_channels_agentrun_steer"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **more: Any
    ) -> Any:
        """Show the buttons to who may use them, while the turn has not ended."""
        run: AgentRun = more["obj"]
        can_steer = run.status in OPEN and request.user.has_perm(STEER)
        context |= {
            "can_steer": can_steer,
            "most_characters": MOST_CHARACTERS,
            "is_waiting": run.status == RunStatus.WAITING,
        }
        return super().render_change_form(request, context, *args, **more)

    @method_decorator(require_POST)
    def stop(self, request: HttpRequest, run_id: str) -> HttpResponseRedirect:
        """Have the turn end."""
        run = self._steerable(request, run_id)
        try:
            stop_run(run_id=run.pk, actor=signed_in(request))
        except RunHasEnded as problem:
            self.message_user(request, str(problem), messages.WARNING)
        else:
            transaction.on_commit(wake)
            self.message_user(request, _("The turn is told to stop."), messages.SUCCESS)
        return self._back(run)

    @method_decorator(require_POST)
    def steer(self, request: HttpRequest, run_id: str) -> HttpResponseRedirect:
        """Have the turn's model consider something more."""
        run = self._steerable(request, run_id)
        text = request.POST.get("text", "").strip()[:MOST_CHARACTERS]
        if not text:
            self.message_user(request, _("Write what is to be considered."), messages.WARNING)
            return self._back(run)
        try:
            steer_run(run_id=run.pk, text=text, actor=signed_in(request))
        except RunHasEnded as problem:
            self.message_user(request, str(problem), messages.WARNING)
        else:
            self.message_user(request, _("The turn will consider it."), messages.SUCCESS)
        return self._back(run)

    def _steerable(self, request: HttpRequest, run_id: str) -> AgentRun:
        """Return a run that this user may tell something.

        Raises:
            PermissionDenied: If there is none such for this user.
            Http404: If there is no such run.
        """
        run = self.get_object(request, unquote(run_id))
        if run is None:
            raise Http404(f"no agent run {run_id!r}")
        if not (request.user.has_perm(STEER) and self.has_view_permission(request, run)):
            raise PermissionDenied
        return run

    def _back(self, run: AgentRun) -> HttpResponseRedirect:
        name = f"{self.admin_site.name}:roomkit_channels_agentrun_change"
        return HttpResponseRedirect(reverse(name, args=[quote(run.pk)]))


def _without_cost(names: Any) -> tuple[Any, ...]:
    return tuple(name for name in names if name != "cost_shown")
