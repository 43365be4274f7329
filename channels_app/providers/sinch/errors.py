"""What Sinch's refusals mean for a message.

Its codes, such as `syntax_constraint_violation`, name what is wrong with a batch; whether it may be
sent again is told by the HTTP status (the vendor's page "HTTP Status Codes for the SMS REST API").
"""

from typing import Any

import httpx

from channels_app.providers.base.http_client import outcome_of_status, retry_after_of
from channels_app.providers.base.outcomes import refused
from rooms.domain.delivery import ProviderResult, SendOutcome

UNREADABLE = "unreadable_answer"

TEMPORARY_FAILURE = "404"
"""The one code of delivery reports of which the vendor says that the message can be retried."""


def read_refusal(response: httpx.Response) -> ProviderResult:
    """Return what an answer other than success means.

    The vendor's text is left out: it may repeat what was sent.
    """
    code = _code_of(response)
    throttled = response.status_code == httpx.codes.TOO_MANY_REQUESTS
    return refused(
        _outcome_of(response.status_code),
        code,
        f"Sinch: {code}",
        retry_after=retry_after_of(response) if throttled else None,
    )


def outcome_of_report(code: str) -> SendOutcome:
    """Return what the code of a failed delivery means; most are not worth another try."""
    return SendOutcome.TRANSIENT if code == TEMPORARY_FAILURE else SendOutcome.REJECTED


def _outcome_of(status: int) -> SendOutcome:
    """Return what a status means; 403 is about this message, not about the token."""
    if status < httpx.codes.BAD_REQUEST or status == httpx.codes.FORBIDDEN:
        return SendOutcome.REJECTED
    return outcome_of_status(status)


def _code_of(response: httpx.Response) -> str:
    try:
        body: Any = response.json()
    except ValueError:
        body = None
    code = body.get("code") if isinstance(body, dict) else None
    return str(code) if code else f"http_{response.status_code}"
