"""What Gemini's errors mean for whoever asked.

See https://ai.google.dev/gemini-api/docs/troubleshooting and, for the details of an error,
https://google.aip.dev/193.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import httpx

from channels_app.providers.base.ai import ProviderError
from channels_app.providers.base.http_client import parse_retry_after
from channels_app.providers.gemini.extra import APIError
from rooms.domain.json import JsonObject

VENDOR = "gemini"
AGAIN = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS})
ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo"
RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo"
OVERFLOWS = ("exceeds the maximum number of tokens", "exceeds the maximum token")
"""How a request is refused that is too long for the model; there is no code for it."""


@contextmanager
def translated() -> Iterator[None]:
    """Turn the errors of the SDK and of the line into ours.

    Raises:
        ProviderError: If the model refused, failed or could not be reached.
    """
    try:
        yield
    except APIError as error:
        raise _refused(error) from error
    except httpx.TimeoutException as error:
        raise _away("timeout", "did not answer in time") from error
    except httpx.HTTPError as error:
        raise _away("connection_error", "could not be reached, or the line was cut") from error
    except (ValueError, TypeError) as error:
        # What the SDK cannot read of an answer, or would not write in a request.
        raise ProviderError(
            f"Google's SDK gave up: {type(error).__name__}", provider=VENDOR, code="unreadable"
        ) from error


def cut_short() -> ProviderError:
    """Return the error of an answer that stopped without saying that it had ended."""
    return _away("connection_error", "stopped amid the answer")


def _away(code: str, words: str) -> ProviderError:
    return ProviderError(f"Gemini {words}", retryable=True, provider=VENDOR, code=code)


def _refused(error: APIError) -> ProviderError:
    status, said = error.code, error.message or ""
    details = _details(error.details)
    code = _text(details, ERROR_INFO, "reason") or error.status or f"http_{status}"
    return ProviderError(
        f"Gemini refused with {status} {code}: {said}",
        retryable=status in AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR,
        provider=VENDOR,
        status_code=status,
        retry_after=_wait(error, details),
        code=code,
        context_overflow=status == HTTPStatus.BAD_REQUEST and any(w in said for w in OVERFLOWS),
    )


def _details(body: Any) -> list[JsonObject]:
    """Return the details of an error, which may be any JSON."""
    error = body.get("error") if isinstance(body, dict) else None
    details = error.get("details") if isinstance(error, dict) else None
    return [each for each in details or [] if isinstance(each, dict)]


def _text(details: list[JsonObject], kind: str, key: str) -> str:
    return next((str(each.get(key, "")) for each in details if each.get("@type") == kind), "")


def _wait(error: APIError, details: list[JsonObject]) -> float | None:
    """Return the seconds that the error's details name, such as `34.5s`, or else its header."""
    told = _text(details, RETRY_INFO, "retryDelay").removesuffix("s")
    try:
        return max(0.0, float(told))
    except ValueError:
        headers = getattr(error.response, "headers", None) or {}
        return parse_retry_after(headers.get("retry-after", ""))
