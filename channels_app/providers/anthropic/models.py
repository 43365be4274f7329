"""What Anthropic's models take, by name.

As of November 2026, from https://platform.claude.com/docs/en/build-with-claude/thinking, the
overview of models beside it, and the migration guide of each. A name that is not here is taken for
the newest kind, which refuses what it does not take.
"""

import re
from dataclasses import dataclass
from typing import Literal

Unasked = Literal["silent", "disabled", "between_tools", "always"]
"""What becomes of thinking that nobody asked for: the model does not think (nothing is sent); it
thinks unless told not to, with either word; or it always does."""


@dataclass(frozen=True)
class Model:
    """What a model takes.

    Attributes:
        adaptive: Whether it decides itself how much to think; else thinking has a budget.
        unasked: What it does where no thinking is asked for.
        sampling: Whether it takes a temperature while it does not think.
        context_window: How many tokens it can read; None is unknown.
    """

    adaptive: bool = True
    unasked: Unasked = "silent"
    sampling: bool = False
    context_window: int | None = 1_000_000


_BUDGETED = Model(adaptive=False, sampling=True, context_window=200_000)
_WITH_A_BUDGET = (
    "claude-3-haiku",
    "claude-3-sonnet",
    "claude-3-opus",
    "claude-3-5-haiku",
    "claude-3-5-sonnet",
    "claude-3-7-sonnet",
    "claude-sonnet-4",
    "claude-sonnet-4-0",
    "claude-sonnet-4-5",
    "claude-opus-4",
    "claude-opus-4-0",
    "claude-opus-4-1",
    "claude-opus-4-5",
    "claude-haiku-4-5",
)
_ALWAYS_THINKING = Model(unasked="always")

MODELS: dict[str, Model] = dict.fromkeys(_WITH_A_BUDGET, _BUDGETED) | {
    "claude-sonnet-4-6": Model(sampling=True),
    "claude-opus-4-6": Model(sampling=True),
    "claude-opus-4-7": Model(),
    "claude-opus-4-8": Model(),
    "claude-sonnet-5": Model(unasked="disabled"),
    "claude-opus-5": Model(unasked="disabled"),
    "claude-haiku-5-5": Model(unasked="disabled"),
    "claude-sonnet-5-5": Model(unasked="between_tools"),
    "claude-opus-5-5": _ALWAYS_THINKING,
    "claude-fable-5": _ALWAYS_THINKING,
    "claude-fable-5-1": _ALWAYS_THINKING,
    "claude-fable-5-2": _ALWAYS_THINKING,
    "claude-mythos-preview": _ALWAYS_THINKING,
    "claude-mythos-5": _ALWAYS_THINKING,
    "claude-mythos-5-1": _ALWAYS_THINKING,
    "claude-mythos-5-2": _ALWAYS_THINKING,
}
"""By the name without its date."""

DATE = re.compile(r"-(\d{8}|latest)$")
UNKNOWN = Model(unasked="always", context_window=None)


def model_of(name: str) -> Model:
    """Return what the model of this name takes."""
    return MODELS.get(DATE.sub("", name), UNKNOWN)


def sees_pictures(name: str) -> bool:
    """Tell whether a model can look at pictures: all can since Claude 3."""
    return name.startswith("claude-") and not name.startswith(("claude-2", "claude-instant"))
