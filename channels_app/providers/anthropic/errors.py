"""What Anthropic's errors mean for whoever asked.

See https://platform.claude.com/docs/en/api/errors.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from json import JSONDecodeError

from channels_app.providers.anthropic.extra import (
    AnthropicError,
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    TransportError,
    TransportTimeout,
)
from channels_app.providers.base.ai import ProviderError
from channels_app.providers.base.http_client import parse_retry_after

VENDOR = "anthropic"
AGAIN = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS})
STATUSES: Mapping[str, int] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "conflict_error": 409,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""The statuses that errors amid a stream, which began with 200, would have had."""

OVERFLOWS = ("prompt is too long", "exceed context limit")
"""How a request is refused that is too long for the model; there is no code for it."""


@contextmanager
def translated() -> Iterator[None]:
    """Turn the SDK's errors into ours.

    Raises:
        ProviderError: If the model refused, failed or could not be reached.
    """
    try:
        yield
    except APIStatusError as error:
        raise _refused(error) from error
    except (APITimeoutError, TransportTimeout) as error:
        raise _away("timeout", "did not answer in time") from error
    except (APIConnectionError, TransportError) as error:
        raise _away("connection_error", "could not be reached, or the line was cut") from error
    except JSONDecodeError as error:
        raise _away("unreadable_answer", "sent something that is no JSON") from error
    except AnthropicError as error:
        raise ProviderError(
            f"Anthropic's SDK gave up: {type(error).__name__}: {error}", provider=VENDOR
        ) from error


def cut_short() -> ProviderError:
    """Return the error of an answer that stopped without saying that it had ended."""
    return _away("connection_error", "stopped amid the answer")


def _away(code: str, words: str) -> ProviderError:
    return ProviderError(f"Anthropic {words}", retryable=True, provider=VENDOR, code=code)


def _refused(error: APIStatusError) -> ProviderError:
    kind, said = _read(error)
    status = error.status_code
    if status < HTTPStatus.BAD_REQUEST:
        status = STATUSES.get(kind, HTTPStatus.INTERNAL_SERVER_ERROR)
    return ProviderError(
        f"Anthropic refused with {status} {kind}: {said}",
        retryable=status in AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR,
        provider=VENDOR,
        status_code=int(status),
        retry_after=parse_retry_after(error.response.headers.get("retry-after", "")),
        code=kind or f"http_{status}",
        context_overflow=_overflows(status, said),
    )


def _read(error: APIStatusError) -> tuple[str, str]:
    """Return the vendor's word for an error and what it says; a proxy's error has neither."""
    body = error.body if isinstance(error.body, dict) else {}
    told = body.get("error")
    told = told if isinstance(told, dict) else {}
    return str(told.get("type") or ""), str(told.get("message") or "no reason given")


def _overflows(status: int, said: str) -> bool:
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return True
    return status == HTTPStatus.BAD_REQUEST and any(words in said for words in OVERFLOWS)
