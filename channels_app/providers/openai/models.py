"""What OpenAI's models take, by name; as of November 2026.

Sources: https://developers.openai.com/api/docs/models, its guide "Reasoning models", and for tools
in Chat Completions https://github.com/openai/openai-openapi/issues/541.

A model that reasons takes no temperature, wants `max_completion_tokens`, and is told an effort in
the place of a number of tokens.
"""

from bisect import bisect_left
from dataclasses import dataclass

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
"""Every effort there is, from the least."""

EFFORT_BUDGETS = (0, 1_024, 4_096, 16_384, 32_768, 65_536)
"""How many tokens of thinking each effort stands for, but for the last, which is beyond them all.

OpenAI documents no such numbers: an effort is a wish, and these only keep the order.
"""

UNASKED_THINKING = 4_096
"""Tokens that a model gets on top of its answer which cannot be told not to think at all."""


@dataclass(frozen=True)
class Traits:
    """What one model takes.

    Attributes:
        context_window: How many tokens it can read; None if that is not known.
        vision: Whether it understands pictures.
        efforts: The efforts it takes; none of a model that does not reason.
        reasons_without_tools: Whether Chat Completions refuses function tools but for the effort
            `none`.
    """

    context_window: int | None = None
    vision: bool = True
    efforts: tuple[str, ...] = ()
    reasons_without_tools: bool = False

    @property
    def reasons(self) -> bool:
        """Whether it thinks before it answers."""
        return bool(self.efforts)

    def effort_of(self, budget: int | None) -> str:
        """Return the effort that a budget of tokens stands for; None is as little as it takes.

        Where it does not take that effort, it is the next higher one that it takes.
        """
        wanted = bisect_left(EFFORT_BUDGETS, budget or 0)
        return next((each for each in EFFORTS[wanted:] if each in self.efforts), self.efforts[-1])


_O = ("low", "medium", "high")
_GPT_5 = ("minimal", "low", "medium", "high")
_GPT_5_1 = ("none", "low", "medium", "high")
_GPT_5_2 = ("none", "low", "medium", "high", "xhigh")
_GPT_5_6 = ("none", "low", "medium", "high", "xhigh", "max")
_PRO = ("medium", "high", "xhigh")
_ASTRA = ("low", "medium", "high", "xhigh", "max")

MODELS = {
    "gpt-3.5-turbo": Traits(16_385, vision=False),
    "gpt-4": Traits(8_192, vision=False),
    "gpt-4-turbo": Traits(128_000),
    "gpt-4o": Traits(128_000),
    "gpt-4.1": Traits(1_047_576),
    "o1": Traits(200_000, efforts=_O),
    "o3": Traits(200_000, efforts=_O),
    "o3-mini": Traits(200_000, vision=False, efforts=_O),
    "o4-mini": Traits(200_000, efforts=_O),
    "gpt-5": Traits(400_000, efforts=_GPT_5),
    "gpt-5-pro": Traits(400_000, efforts=("high",)),
    "gpt-5.1": Traits(400_000, efforts=_GPT_5_1),
    "gpt-5.2": Traits(400_000, efforts=_GPT_5_2),
    "gpt-5.2-pro": Traits(400_000, efforts=_PRO),
    "gpt-5.4": Traits(1_050_000, efforts=_GPT_5_2, reasons_without_tools=True),
    "gpt-5.4-mini": Traits(400_000, efforts=_GPT_5_2, reasons_without_tools=True),
    "gpt-5.4-nano": Traits(400_000, efforts=_GPT_5_2, reasons_without_tools=True),
    "gpt-5.4-pro": Traits(1_050_000, efforts=_PRO),
    "gpt-5.5": Traits(1_050_000, efforts=_GPT_5_2, reasons_without_tools=True),
    "gpt-5.5-pro": Traits(1_050_000, efforts=_PRO),
    "gpt-5.6": Traits(1_050_000, efforts=_GPT_5_6, reasons_without_tools=True),
    "gpt-6": Traits(1_050_000, efforts=_GPT_5_6, reasons_without_tools=True),
    "gpt-6.1": Traits(1_050_000, efforts=_GPT_5_6, reasons_without_tools=True),
    "gpt-6.2": Traits(1_050_000, efforts=_GPT_5_6, reasons_without_tools=True),
    "gpt-6-astra": Traits(1_050_000, efforts=_ASTRA, reasons_without_tools=True),
    "gpt-6.2-astra": Traits(1_050_000, efforts=_ASTRA, reasons_without_tools=True),
}
"""By the beginning of the name; the longest one that ends at a dash counts."""

NEWER = Traits(efforts=_O, reasons_without_tools=True)
"""What a model of OpenAI's is taken for that is not in the table: every newer one reasons."""

FOREIGN = Traits(vision=False)
"""What a model of a compatible server is taken for that is not in the table."""


def traits_of(model: str, *, is_own: bool) -> Traits:
    """Return what a model takes.

    Args:
        model: As the server names it; the beginning of `ft:gpt-4o:…` and `openai/gpt-4o` is not
            looked at.
        is_own: Whether the server is OpenAI's own.
    """
    name = model.removeprefix("ft:").rpartition("/")[2].partition(":")[0]
    known = [each for each in MODELS if name == each or name.startswith(f"{each}-")]
    if known:
        return MODELS[max(known, key=len)]
    return NEWER if is_own else FOREIGN
