"""How long an answer may be, how warm, and how much the model thinks before it."""

from dataclasses import dataclass

from channels_app.providers.base.ai import AIContext
from channels_app.providers.openai.config import OpenAIConfig
from channels_app.providers.openai.models import UNASKED_THINKING, Traits

LEAST = {"chat": 1, "responses": 16}
"""The smallest bound that each API takes, in tokens."""


@dataclass(frozen=True)
class Limits:
    """What holds for one question.

    Attributes:
        output_tokens: Upper bound of reasoning and answer together.
        temperature: None for a model that takes none.
        effort: How much it thinks; None for a model that does not reason.
        is_told: Whether the model is to tell what it thinks.
    """

    output_tokens: int
    temperature: float | None = None
    effort: str | None = None
    is_told: bool = False


def limits_of(context: AIContext, config: OpenAIConfig, traits: Traits) -> Limits:
    """Return what holds for a question; what it does not set is the config's."""
    said = context.model_fields_set
    asked = context.max_tokens if "max_tokens" in said else config.max_tokens
    answer = max(LEAST[config.api], asked)
    if not traits.reasons:
        warmth = context.temperature if "temperature" in said else config.temperature
        return Limits(output_tokens=answer, temperature=warmth)
    effort = _effort(context, config, traits)
    thinking = 0 if effort == "none" else context.thinking_budget or UNASKED_THINKING
    return Limits(
        output_tokens=answer + thinking,
        effort=effort,
        is_told=effort != "none" and bool(context.thinking_budget),
    )


def _effort(context: AIContext, config: OpenAIConfig, traits: Traits) -> str:
    if config.api == "chat" and context.tools and traits.reasons_without_tools:
        return "none"
    return traits.effort_of(context.thinking_budget)
