"""OpenAI's SDK, which is an extra; everything of it that is used is named here."""

try:
    from openai import (
        APIConnectionError,
        APIError,
        APIStatusError,
        APITimeoutError,
        AsyncOpenAI,
        DefaultAsyncHttpxClient,
        OpenAIError,
    )
    from openai.types import CompletionUsage
    from openai.types.chat import (
        ChatCompletion,
        ChatCompletionChunk,
        ChatCompletionMessage,
        ChatCompletionMessageToolCallUnion,
    )
    from openai.types.chat.chat_completion_chunk import ChoiceDelta, ChoiceDeltaToolCall
    from openai.types.responses import (
        Response,
        ResponseErrorEvent,
        ResponseOutputItem,
        ResponseOutputItemDoneEvent,
        ResponseOutputRefusal,
        ResponseOutputText,
        ResponseReasoningItem,
        ResponseReasoningSummaryPartAddedEvent,
        ResponseStreamEvent,
        ResponseUsage,
    )
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "OpenAI's models need its SDK: pip install 'django-roomkit[openai]'", name=error.name
    ) from error

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncOpenAI",
    "ChatCompletion",
    "ChatCompletionChunk",
    "ChatCompletionMessage",
    "ChatCompletionMessageToolCallUnion",
    "ChoiceDelta",
    "ChoiceDeltaToolCall",
    "CompletionUsage",
    "DefaultAsyncHttpxClient",
    "OpenAIError",
    "Response",
    "ResponseErrorEvent",
    "ResponseOutputItem",
    "ResponseOutputItemDoneEvent",
    "ResponseOutputRefusal",
    "ResponseOutputText",
    "ResponseReasoningItem",
    "ResponseReasoningSummaryPartAddedEvent",
    "ResponseStreamEvent",
    "ResponseUsage",
]
