"""The pages of decisions that agents wait for."""

import json
from copy import copy
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from channels_app.admin.agent_links import link_to_room, link_to_run
from channels_app.admin.decision_form import BadDecision, not_taken, read_decision
from channels_app.ai.records import DecisionKind, DecisionState
from channels_app.ai.tools.arguments import WrongArguments
from channels_app.deciding import wake
from channels_app.models import ToolApproval
from channels_app.services.approvals import Decision, decide
from rooms.admin.base import RecordAdmin, signed_in
from rooms.admin.filters import OrganizationFilter

DECIDE = "roomkit_channels.decide_toolapproval"


@admin.register(ToolApproval)
class ToolApprovalAdmin(RecordAdmin[ToolApproval]):
    """Decide about tool calls: approve, change their arguments, reject, or answer oneself."""

    change_form_template = "channels_app/admin/tool_approval.html"
    list_display = (
        "tool_name",
        "kind",
        "state",
        "question",
        "channel_id",
        "created_at",
        "expires_at",
        "decided_by",
        "room_shown",
    )
    list_filter = ("state", "kind", OrganizationFilter)
    search_fields = (
        "id__exact",
        "run__id__exact",
        "room_id__exact",
        "channel_id__exact",
        "tool_name",
    )
    search_help_text = _("A whole id: run, room, agent; or a tool")
    ordering = ("-created_at", "-id")
    actions = ("approve", "reject")
    fields = (
        "tool_name",
        "kind",
        "state",
        "question",
        "arguments_shown",
        "edited_shown",
        "answer",
        "reason",
        "room_shown",
        "channel_id",
        "run_shown",
        "created_at",
        "expires_at",
        "decided_by",
        "decided_at",
    )
    readonly_fields = ("arguments_shown", "edited_shown", "room_shown", "run_shown")

    # -- what is shown

    @admin.display(description=_("room"), ordering="room_id")
    def room_shown(self, row: ToolApproval) -> str:
        """Link to the room."""
        return link_to_room(self.admin_site, row.room_id)

    @admin.display(description=_("run"))
    def run_shown(self, row: ToolApproval) -> str:
        """Link to the turn that waits."""
        return link_to_run(self.admin_site, row.run_id)

    @admin.display(description=_("arguments"))
    def arguments_shown(self, row: ToolApproval) -> str:
        """Return the arguments as the model gave them."""
        return format_html("<pre>{}</pre>", _pretty(row.arguments))

    @admin.display(description=_("changed arguments"))
    def edited_shown(self, row: ToolApproval) -> str:
        """Return the arguments as somebody changed them."""
        if row.edited_arguments is None:
            return self.empty_value_display
        return format_html("<pre>{}</pre>", _pretty(row.edited_arguments))

    # -- deciding about several

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Tell whether this user may decide."""
        return request.user.has_perm(DECIDE)

    @admin.action(description=_("Approve"), permissions=["decide"])
    def approve(self, request: HttpRequest, queryset: QuerySet[ToolApproval]) -> None:
        """Let the chosen calls be made; questions need an answer of their own."""
        calls = queryset.filter(kind=DecisionKind.APPROVAL.value)
        self._decide_all(request, calls, Decision(DecisionState.APPROVED))

    @admin.action(description=_("Reject"), permissions=["decide"])
    def reject(self, request: HttpRequest, queryset: QuerySet[ToolApproval]) -> None:
        """Have the chosen calls not be made; a reason is given on the page of one."""
        self._decide_all(request, queryset, Decision(DecisionState.REJECTED))

    def _decide_all(
        self, request: HttpRequest, chosen: QuerySet[ToolApproval], decision: Decision
    ) -> None:
        actor = signed_in(request)
        made = [
            decide(approval_id=pk, decision=decision, actor=actor)
            for pk in list(chosen.values_list("pk", flat=True))
        ]
        count = sum(row is not None for row in made)
        transaction.on_commit(wake)
        text = ngettext("%(count)d call was decided.", "%(count)d calls were decided.", count)
        level = messages.SUCCESS if count else messages.WARNING
        self.message_user(request, text % {"count": count}, level)

    # -- deciding about one

    def get_urls(self) -> list[URLPattern]:
        """Add where decisions are posted to."""
        view, name = self.admin_site.admin_view, "roomkit_channels_toolapproval_decide"
        return [
            path("<path:approval_id>/decide/", view(self.take_decision), name=name),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **more: Any
    ) -> Any:
        """Show the form to who may decide, until somebody has."""
        row: ToolApproval = more["obj"]
        is_open = row.state == DecisionState.PENDING
        entered = {"arguments": _pretty(row.arguments)} | context.get("entered", {})
        context |= {
            "can_decide": is_open and self.has_decide_permission(request),
            "is_question": row.kind == DecisionKind.INPUT,
            "entered": entered,
        }
        return super().render_change_form(request, context, *args, **more)

    @method_decorator(require_POST)
    def take_decision(self, request: HttpRequest, approval_id: str) -> HttpResponse:
        """Take a decision from the page of one call; what is none leaves the call open."""
        row = self._decidable(request, approval_id)
        try:
            decision = read_decision(request.POST, row)
            made = decide(approval_id=row.pk, decision=decision, actor=signed_in(request))
        except BadDecision as problem:
            return self._ask_again(request, row, problem)
        except WrongArguments as wrong:
            return self._ask_again(request, row, not_taken(wrong))
        if made is None:
            self.message_user(request, _("Somebody else was first."), messages.WARNING)
        else:
            transaction.on_commit(wake)
            self.message_user(request, _("The agent goes on."), messages.SUCCESS)
        return self._back(row)

    def _decidable(self, request: HttpRequest, approval_id: str) -> ToolApproval:
        """Return a call that this user may decide about.

        Raises:
            PermissionDenied: If this user may not.
            Http404: If there is no such call.
        """
        row = self.get_object(request, unquote(approval_id))
        if row is None:
            raise Http404(f"no tool approval {approval_id!r}")
        if not (self.has_decide_permission(request) and self.has_view_permission(request, row)):
            raise PermissionDenied
        return row

    def _ask_again(
        self, request: HttpRequest, row: ToolApproval, problem: BadDecision
    ) -> HttpResponse:
        """Show the page with what was entered, and what is wrong with it beside the field."""
        shown = copy(request)
        shown.method = "GET"
        context = {"entered": request.POST.dict(), "problem": problem}
        return self.change_view(shown, quote(row.pk), extra_context=context)

    def _back(self, row: ToolApproval) -> HttpResponseRedirect:
        name = f"{self.admin_site.name}:roomkit_channels_toolapproval_change"
        return HttpResponseRedirect(reverse(name, args=[quote(row.pk)]))


def _pretty(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
