"""Counting tokens: OpenAI counts cached ones among those of the request, we count them apart."""

from channels_app.providers.openai.extra import CompletionUsage, ResponseUsage


def read_chat_usage(usage: CompletionUsage | None) -> dict[str, int]:
    """Return what Chat Completions says a question has cost; nothing said is {}.

    The tokens of the reasoning are among those of the answer.
    """
    if usage is None:
        return {}
    details = getattr(usage, "prompt_tokens_details", None)
    return _apart(usage.prompt_tokens, usage.completion_tokens, details)


def read_responses_usage(usage: ResponseUsage | None) -> dict[str, int]:
    """Return what the Responses API says a question has cost; nothing said is {}."""
    if usage is None:
        return {}
    details = getattr(usage, "input_tokens_details", None)
    return _apart(usage.input_tokens, usage.output_tokens, details)


def _apart(asked: int, answered: int, details: object) -> dict[str, int]:
    cached = getattr(details, "cached_tokens", None) or 0
    written = getattr(details, "cache_write_tokens", None) or 0
    return {
        "input_tokens": max(0, (asked or 0) - cached - written),
        "output_tokens": answered or 0,
        "cache_read_input_tokens": cached,
        "cache_creation_input_tokens": written,
    }
