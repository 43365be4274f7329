"""What Gemini's models take, by name.

From https://ai.google.dev/gemini-api/docs/models and https://ai.google.dev/gemini-api/docs/thinking.
A name that begins with none of these is taken for the newest kind.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Model:
    """What a model takes.

    Attributes:
        thinking: Whether it is told how much to think by a level, or by a budget in tokens, or does
            not think.
        signed_calls: Whether each tool call must come back with a thought signature.
        context_window: How many tokens it can read; None is unknown.
    """

    thinking: Literal["level", "budget", "none"] = "level"
    signed_calls: bool = True
    context_window: int | None = 1_048_576


MODELS: dict[str, Model] = {
    "gemini-1.5-pro": Model(thinking="none", signed_calls=False, context_window=2_097_152),
    "gemini-1.5-flash": Model(thinking="none", signed_calls=False),
    "gemini-2.0-flash": Model(thinking="none", signed_calls=False),
    "gemini-2.5": Model(thinking="budget", signed_calls=False),
    "gemini-3": Model(),
}
"""By the beginning of the name; the longest counts."""

UNKNOWN = Model(context_window=None)

LOW_UP_TO = 8192
"""The largest budget, in tokens, that is a low level; what is above is a high one.

Every model with levels knows these two.
"""


def model_of(name: str) -> Model:
    """Return what the model of this name takes."""
    bare = name.removeprefix("models/")
    known = [prefix for prefix in MODELS if bare.startswith(prefix)]
    return MODELS[max(known, key=len)] if known else UNKNOWN
