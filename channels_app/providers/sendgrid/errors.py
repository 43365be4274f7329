"""What SendGrid's answers say about a mail."""

from http import HTTPStatus
from typing import Any

import httpx

from channels_app.providers.base.http_client import outcome_of_status, retry_after_of
from channels_app.providers.base.outcomes import refused
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.frozen import utc_now

RESET_HEADER = "X-RateLimit-Reset"  # Unix seconds


def read_refusal(response: httpx.Response) -> ProviderResult:
    """Return what an answer that is no success says."""
    error = _first_error(response)
    said = str(error.get("message") or response.reason_phrase or "no reason given")
    return refused(
        _outcome(response, error),
        f"http_{response.status_code}",
        said[:500],
        retry_after=_wait(response),
    )


def _outcome(response: httpx.Response, error: dict[str, Any]) -> SendOutcome:
    """Tell a sender that is not verified from a key that is wrong: both are 403."""
    if response.status_code == HTTPStatus.FORBIDDEN and error.get("field"):
        return SendOutcome.REJECTED
    return outcome_of_status(response.status_code)


def _first_error(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    errors = body.get("errors") if isinstance(body, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else {}
    return first if isinstance(first, dict) else {}


def _wait(response: httpx.Response) -> float | None:
    reset_at = response.headers.get(RESET_HEADER, "")
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS and reset_at.isdigit():
        return max(0.0, int(reset_at) - utc_now().timestamp())
    return retry_after_of(response)
