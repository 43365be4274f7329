"""How much a model is given to read, before anybody has counted it."""

from channels_app.ai.turn.results import estimate_tokens
from channels_app.providers.base.ai import AIContext, AIImagePart, AIMessage, AIPart

# Vendors count pictures by their size, and make large ones smaller before they do.
IMAGE_TOKENS = 1600


def estimate_read(context: AIContext) -> int:
    """Return about how many tokens a request is: prompt, conversation and tools."""
    prompt = estimate_tokens(context.system_prompt or "")
    messages = sum(map(_tokens_of, context.messages))
    return prompt + messages + sum(estimate_tokens(t.model_dump_json()) for t in context.tools)


def _tokens_of(message: AIMessage) -> int:
    if isinstance(message.content, str):
        return estimate_tokens(message.content)
    return sum(map(_tokens_of_part, message.content))


def _tokens_of_part(part: AIPart) -> int:
    is_picture = isinstance(part, AIImagePart)
    return IMAGE_TOKENS if is_picture else estimate_tokens(part.model_dump_json())
