"""What the errors of OpenAI and of compatible servers mean for whoever asked.

See https://developers.openai.com/api/docs/guides/error-codes.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus

from channels_app.providers.base.ai import ProviderError
from channels_app.providers.base.http_client import parse_retry_after
from channels_app.providers.openai.extra import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    OpenAIError,
)

AGAIN = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS})

STATUSES: Mapping[str, int] = {
    "invalid_request_error": 400,
    "invalid_prompt": 400,
    "context_length_exceeded": 400,
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
    "server_error": 500,
    "internal_server_error": 500,
    "internalservererror": 500,
    "internal server error": 500,
    "service_unavailable": 503,
    "overloaded": 503,
}
"""The statuses that errors amid an answer, which began with 200, would have had."""

TOO_LONG = "context_length_exceeded"
TOO_LONG_WORDS = re.compile(r"context (length|window)", re.IGNORECASE)
"""How compatible servers refuse a request that is too long for the model; they have no code."""


@contextmanager
def translated(vendor: str) -> Iterator[None]:
    """Turn the SDK's errors into ours.

    Args:
        vendor: Whose error it is.

    Raises:
        ProviderError: If the model refused, failed or could not be reached.
    """
    try:
        yield
    except APIStatusError as error:
        raise _refused(error, vendor) from error
    except APITimeoutError as error:
        raise _away(vendor, "timeout", "did not answer in time") from error
    except APIConnectionError as error:
        words = "could not be reached, or the line was cut"
        raise _away(vendor, "connection_error", words) from error
    except APIError as error:
        raise failed(error.code or error.type, error.message, vendor) from error
    except (OpenAIError, ValueError) as error:
        words = f"sent what cannot be read: {type(error).__name__}: {error}"
        raise _away(vendor, "unreadable_answer", words) from error


def cut_short(vendor: str) -> ProviderError:
    """Return the error of an answer that stopped without saying that it had ended."""
    return _away(vendor, "connection_error", "stopped amid the answer")


def unreadable(vendor: str) -> ProviderError:
    """Return the error of an answer that is none, such as a page of something in between."""
    return _away(vendor, "unreadable_answer", "sent what is no answer: is its address right?")


def failed(code: str | None, message: str, vendor: str) -> ProviderError:
    """Return the error of an answer that had begun, with 200, and then failed."""
    word = code or ""
    status = int(word) if word.isdecimal() else STATUSES.get(word.lower())
    return ProviderError(
        f"{vendor} failed amid the answer, {word}: {message}",
        retryable=_may_help(status),
        provider=vendor,
        status_code=status,
        code=word or None,
        context_overflow=_overflows(status, code, message),
    )


def _refused(error: APIStatusError, vendor: str) -> ProviderError:
    code = error.code if error.code and not error.code.isdecimal() else error.type
    return ProviderError(
        f"{vendor} refused: {error.message}",
        retryable=_may_help(error.status_code),
        provider=vendor,
        status_code=error.status_code,
        retry_after=_wait(error),
        code=code or f"http_{error.status_code}",
        context_overflow=_overflows(error.status_code, code, error.message),
    )


def _away(vendor: str, code: str, words: str) -> ProviderError:
    return ProviderError(f"{vendor} {words}", retryable=True, provider=vendor, code=code)


def _may_help(status: int | None) -> bool:
    return status is not None and (status in AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR)


def _overflows(status: int | None, code: str | None, message: str) -> bool:
    """Tell whether a request was too long for the model; one too long for a quota is a 429."""
    if code == TOO_LONG:
        return True
    return status == HTTPStatus.BAD_REQUEST and TOO_LONG_WORDS.search(message) is not None


def _wait(error: APIStatusError) -> float | None:
    """Return for how many seconds to wait; milliseconds are finer, where they are said."""
    headers = error.response.headers
    said = headers.get("retry-after-ms", "")
    if said.isdecimal():
        return int(said) / 1000
    return parse_retry_after(headers.get("retry-after", ""))
