"""Anthropic's SDK, which is an extra; everything of it that is used is named here."""

try:
    from anthropic import (
        AnthropicError,
        APIConnectionError,
        APIStatusError,
        APITimeoutError,
        AsyncAnthropic,
        DefaultAsyncHttpxClient,
    )
    from httpx2 import HTTPError as TransportError
    from httpx2 import TimeoutException as TransportTimeout
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "Anthropic's models need its SDK: pip install 'django-roomkit[anthropic]'", name=error.name
    ) from error

__all__ = [
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "AnthropicError",
    "AsyncAnthropic",
    "DefaultAsyncHttpxClient",
    "TransportError",
    "TransportTimeout",
]
