"""The form of a draft: everything that decides what an agent answers."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from asgiref.sync import async_to_sync
from django import forms
from django.contrib.admin.widgets import AdminIntegerFieldWidget, AdminTextareaWidget
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError as PolicyError

from channels_app.admin.config_fields import LinesField
from channels_app.admin.config_form import ANYWAY, SEEN
from channels_app.ai.tools.policy import ToolPolicy
from channels_app.configured.agent_catalog import AgentOffer, find_agent_offer
from channels_app.configured.agent_tools import OfferedTool, list_tools
from channels_app.configured.agents import MAX_EVENTS, MAX_TOKENS
from channels_app.configured.building import (
    BrokenConfig,
    build_config,
    config_of,
    describe,
    find_fault,
)
from channels_app.configured.offering import NotOffered
from channels_app.models import AgentVersion
from channels_app.services.agent_versions import changed_meanwhile
from rooms.domain.json import JsonObject

# Only the stubs know it as generic.
if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[AgentVersion]
else:
    _ModelForm = forms.ModelForm

TICK, APPROVE = "tool_", "approve_"
ALLOW, DENY, ROLES = "policy_allow", "policy_deny", "policy_roles"
KIND, EVENTS, TOKENS = "memory_kind", "memory_max_events", "memory_max_tokens"
KINDS = (
    ("window", _("The last messages")),
    ("budget", _("The last messages, as many as fit into so many tokens")),
)


class VersionForm(_ModelForm):
    """Takes a draft; a subclass of `build_version_form` has the tools of this site.

    Attributes:
        offered: The tools that can be ticked.
    """

    offered: ClassVar[tuple[OfferedTool, ...]] = ()

    class Meta:
        model = AgentVersion
        fields = (
            "prompt",
            "model",
            "fallback_model",
            "temperature",
            "max_tokens",
            "thinking_budget",
            "max_tool_rounds",
            "failure_text",
            "note",
        )

    def clean(self) -> JsonObject:
        """Check what was entered, ask the vendor for the models, and put it into the row."""
        cleaned: JsonObject = super().clean() or self.cleaned_data
        row = self.instance
        if cleaned.get(SEEN) and cleaned[SEEN] != row.sha256:
            self.add_error(None, changed_meanwhile(row))
        if self.errors:
            return cleaned
        row.tools = self._ticked()
        row.tool_policy = self._policy()
        row.memory = {
            "kind": cleaned[KIND],
            "max_events": cleaned[EVENTS],
            "max_tokens": cleaned[TOKENS],
        }
        for field in ("model", "fallback_model"):
            if cleaned.get(field) and not self.errors and not cleaned.get(ANYWAY):
                self._ask_for(field, cleaned[field])
        return cleaned

    def _ticked(self) -> list[JsonObject]:
        return [
            {"name": each.name, "needs_approval": bool(self.cleaned_data.get(APPROVE + each.name))}
            for each in self.offered
            if self.cleaned_data.get(TICK + each.name)
        ]

    def _policy(self) -> JsonObject:
        given = {
            "allow": self.cleaned_data[ALLOW],
            "deny": self.cleaned_data[DENY],
            "role_overrides": self.cleaned_data[ROLES],
        }
        policy = {name: value for name, value in given.items() if value}
        try:
            ToolPolicy.model_validate(policy)
        except PolicyError as error:
            self.add_error(ROLES, describe(error, []))
        return policy

    def _ask_for(self, field: str, model: str) -> None:
        """Ask the vendor whether there is a model of this name."""
        agent = self.instance.agent
        try:
            offer = find_agent_offer(agent.provider)
            config = build_config(offer, offer.told(config_of(agent), model))
        except (NotOffered, BrokenConfig) as problem:
            self.add_error(None, str(problem))
            return
        fault = async_to_sync(find_fault)(offer, config)
        if fault is not None:
            self.add_error(field if fault.field == "model" else None, str(fault))


def build_version_form(row: AgentVersion) -> type[VersionForm]:
    """Return the form of a draft."""
    offered = tuple(list_tools())
    fields: dict[str, Any] = {**_tool_fields(offered, row), **_policy_fields(row.tool_policy)}
    fields |= _memory_fields(row.memory)
    fields[ANYWAY] = forms.BooleanField(
        label=_("Save even if the check fails"),
        required=False,
        help_text=_("The vendor is asked whether it has these models."),
    )
    # What is entered here was meant for the draft as it stood on the page.
    fields[SEEN] = forms.CharField(widget=forms.HiddenInput, required=False, initial=row.sha256)
    if not _takes_model(row):
        fields["model"] = forms.CharField(required=False, disabled=True)
    return type("VersionForm", (VersionForm,), {**fields, "offered": offered})


def version_fieldsets(form: type[VersionForm]) -> list[tuple[Any, dict[str, Any]]]:
    """Return the names of a draft's fields in groups; a tool stands beside its approval."""
    ticks = [(TICK + each.name, APPROVE + each.name) for each in form.offered]
    return [
        (None, {"fields": ("prompt", "note")}),
        (
            _("Model"),
            {"fields": ("model", "fallback_model", "temperature", "max_tokens", "thinking_budget")},
        ),
        (_("Tools"), {"fields": (*ticks, "max_tool_rounds", ALLOW, DENY, ROLES)}),
        (_("Memory"), {"fields": (KIND, EVENTS, TOKENS)}),
        (_("If the model fails, or a budget is used up"), {"fields": ("failure_text",)}),
        (_("Check"), {"fields": (ANYWAY, SEEN)}),
    ]


def _tool_fields(offered: tuple[OfferedTool, ...], row: AgentVersion) -> dict[str, forms.Field]:
    ticked = {each["name"]: each for each in row.tools}
    fields: dict[str, forms.Field] = {}
    for each in offered:
        fields[TICK + each.name] = forms.BooleanField(
            label=each.name,
            required=False,
            initial=each.name in ticked,
            help_text=each.problem or each.about,
            disabled=bool(each.problem) and each.name not in ticked,
        )
        fields[APPROVE + each.name] = forms.BooleanField(
            label=_("People decide about each call"),
            required=False,
            initial=each.has_approval or ticked.get(each.name, {}).get("needs_approval", False),
            disabled=each.has_approval,
        )
    return fields


def _policy_fields(policy: Mapping[str, Any]) -> dict[str, forms.Field]:
    lines = AdminTextareaWidget(attrs={"rows": 3})
    return {
        ALLOW: LinesField(
            label=_("Only these tools"),
            widget=lines,
            required=False,
            initial=policy.get("allow", []),
            help_text=_("Names, with * for any signs, one a line; empty allows all."),
        ),
        DENY: LinesField(
            label=_("Never these tools"),
            widget=lines,
            required=False,
            initial=policy.get("deny", []),
            help_text=_("Names, with * for any signs, one a line."),
        ),
        ROLES: forms.JSONField(
            label=_("Other rules for roles of participants"),
            widget=lines,
            required=False,
            initial=policy.get("role_overrides", {}),
            help_text=_('As JSON: {"guest": {"deny": ["refund_*"]}}.'),
        ),
    }


def _memory_fields(memory: Mapping[str, Any]) -> dict[str, forms.Field]:
    return {
        KIND: forms.ChoiceField(
            label=_("What it remembers"), choices=KINDS, initial=memory.get("kind", "window")
        ),
        EVENTS: forms.IntegerField(
            label=_("Messages at most"),
            widget=AdminIntegerFieldWidget(),
            min_value=0,
            initial=memory.get("max_events", MAX_EVENTS),
        ),
        TOKENS: forms.IntegerField(
            label=_("Tokens at most"),
            widget=AdminIntegerFieldWidget(),
            min_value=1,
            initial=memory.get("max_tokens", MAX_TOKENS),
        ),
    }


def _takes_model(row: AgentVersion) -> bool:
    try:
        offer: AgentOffer = find_agent_offer(row.agent.provider)
    except NotOffered:
        return True
    return offer.takes_model
