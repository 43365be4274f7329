"""What Telnyx's refusals mean for a message.

Codes: the vendor's pages "API error codes" and "Messaging Error Code Reference". What is not in the
table is told by the HTTP status: nearly all of it is for good. Failures after a message was taken
come by webhook.
"""

from typing import Any

import httpx

from channels_app.providers.base.http_client import outcome_of_status, retry_after_of
from channels_app.providers.base.outcomes import refused
from rooms.domain.delivery import ProviderResult, SendOutcome

OPTED_OUT_CODE = "40300"

OUTCOMES = {
    "10007": SendOutcome.UNKNOWN,  # unexpected error
    "10008": SendOutcome.UNKNOWN,  # timed out inside
    "10009": SendOutcome.AUTH,
    "10010": SendOutcome.AUTH,
    "10011": SendOutcome.THROTTLED,
    OPTED_OUT_CODE: SendOutcome.OPTED_OUT,
    "40318": SendOutcome.THROTTLED,  # our queue is full
}
DELIVERY_OUTCOMES = {
    "40002": SendOutcome.THROTTLED,  # taken for spam, for a while
    "40004": SendOutcome.TRANSIENT,  # refused for no known reason
    "40006": SendOutcome.TRANSIENT,  # the recipient's carrier is down
    "40011": SendOutcome.THROTTLED,  # the carrier's limit
    OPTED_OUT_CODE: SendOutcome.OPTED_OUT,
}
"""What a failure after the message was taken says about sending it anew."""

UNREADABLE = "unreadable_answer"


def read_refusal(response: httpx.Response) -> ProviderResult:
    """Return what an answer other than success means.

    The vendor's `detail` is left out: it repeats phone numbers.
    """
    error = _first_error(response)
    code = str(error.get("code") or f"http_{response.status_code}")
    title = str(error.get("title") or "no reason given")
    source = error.get("source")
    where = source.get("pointer") if isinstance(source, dict) else None
    return refused(
        OUTCOMES.get(code) or _outcome_of_status(response.status_code),
        code,
        f"Telnyx: {title} ({where})" if where else f"Telnyx: {title}",
        retry_after=_wait_of(response),
    )


def outcome_of_delivery(code: str) -> SendOutcome:
    """Return what the code of a failed delivery means; nearly all of them are for good."""
    return DELIVERY_OUTCOMES.get(code, SendOutcome.REJECTED)


def _outcome_of_status(status: int) -> SendOutcome:
    """Return what a status says under a code that is not in the table."""
    if status < httpx.codes.BAD_REQUEST:
        return SendOutcome.REJECTED  # a redirect is not followed
    if status == httpx.codes.CONFLICT:
        return SendOutcome.UNKNOWN  # an earlier try under the same key may be under way
    return outcome_of_status(status)


def _wait_of(response: httpx.Response) -> float | None:
    """Return the seconds to wait; Telnyx writes them into a header of its own."""
    if response.status_code != httpx.codes.TOO_MANY_REQUESTS:
        return None
    reset = response.headers.get("x-ratelimit-reset", "")
    seconds = float(reset) if reset.isascii() and reset.isdecimal() else None
    if response.headers.get("retry-after"):
        return retry_after_of(response)
    return seconds


def _first_error(response: httpx.Response) -> dict[str, Any]:
    try:
        errors = response.json()["errors"]
        first = errors[0]
    except (ValueError, LookupError, TypeError):
        return {}
    return first if isinstance(first, dict) else {}
