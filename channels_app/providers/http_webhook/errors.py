"""What a receiver's answer means for an event."""

from http import HTTPStatus

import httpx

from channels_app.providers.base.http_client import outcome_of_status, retry_after_of
from channels_app.providers.base.outcomes import refused
from rooms.domain.delivery import ProviderResult, SendOutcome

GONE = "endpoint_gone"

# A receiver knows a repeated webhook by its id: whatever went wrong on its side may be tried again.
LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY})


def read_refusal(response: httpx.Response) -> ProviderResult:
    """Read an answer that is no success; redirects are not followed, and are none."""
    status = response.status_code
    if status == HTTPStatus.GONE:
        return refused(SendOutcome.REJECTED, GONE, "the receiver wants no more webhooks")
    return refused(
        _outcome(status),
        f"http_{status}",
        f"the receiver answered {status}",
        retry_after=retry_after_of(response),
    )


def _outcome(status: int) -> SendOutcome:
    if status in LATER:
        return SendOutcome.TRANSIENT
    if status < HTTPStatus.BAD_REQUEST:
        return SendOutcome.REJECTED
    return outcome_of_status(status)
