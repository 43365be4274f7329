"""How long an answer may be."""

from channels_app.providers.base.ai import AIContext
from channels_app.providers.gemini.config import GeminiConfig


def output_bound(context: AIContext, config: GeminiConfig) -> int:
    """Return the most tokens that an answer may have.

    What the model thinks counts as part of its answer: a budget for it is added.
    """
    asked = "max_tokens" in context.model_fields_set
    bound = context.max_tokens if asked else config.max_tokens
    return bound + max(context.thinking_budget or 0, 0)
