"""The steps of an agent's turn as a page shows them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from channels_app.models import AgentRun, AgentStep
from rooms.domain.json import JsonObject

MOST_STEPS = 500
TEMPLATE = "channels_app/admin/agent_run_steps.html"


@dataclass(frozen=True)
class ShownStep:
    """One step; what a model thought stands apart from what it said.

    Attributes:
        response: What came back beside the text, for who looks closely.
        text: What the model said, or the tool answered.
        tokens: Used in all; None if nothing was counted.
    """

    row: AgentStep
    request: str
    response: str
    text: str
    thinking: str
    tokens: int | None


def draw_timeline(run: AgentRun, *, shows_cost: bool) -> SafeString:
    """Return the steps of a run, the first ones if there are very many."""
    rows = list(run.steps.order_by("seq")[: MOST_STEPS + 1])
    return render_to_string(
        TEMPLATE,
        {
            "steps": [_shown(row) for row in rows[:MOST_STEPS]],
            "has_more": len(rows) > MOST_STEPS,
            "most": MOST_STEPS,
            "shows_cost": shows_cost,
            "currency": run.currency,
        },
    )


def count_tokens(usage: JsonObject) -> int | None:
    """Return all tokens of a usage; None if nothing was counted."""
    counts = [each for each in usage.values() if isinstance(each, int)]
    return sum(counts) if counts else None


def _shown(row: AgentStep) -> ShownStep:
    rest = {name: value for name, value in row.response.items() if value not in ("", [], None)}
    thinking = rest.pop("thinking", [])
    text = rest.pop("text", "") or rest.pop("result", "")
    if rest.get("shown") == text:
        del rest["shown"]
    return ShownStep(
        row=row,
        request=_pretty(row.request),
        response=_pretty(rest),
        text=str(text),
        thinking="\n\n".join(_thoughts(thinking)),
        tokens=count_tokens(row.usage),
    )


def _thoughts(thinking: object) -> Iterable[str]:
    """List what a model thought; signatures are the vendor's and are left out."""
    if isinstance(thinking, str):
        return [thinking]
    parts = thinking if isinstance(thinking, list) else []
    return [str(part.get("thinking", "")) for part in parts if isinstance(part, dict)]


def _pretty(value: JsonObject) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) if value else ""
