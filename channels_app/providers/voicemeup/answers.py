"""What VoiceMeUp answers: nearly always HTTP success, whatever it says."""

from collections.abc import Iterator
from typing import Any

import httpx

from channels_app.providers.base.http_client import (
    SendProblem,
    outcome_of_status,
    retry_after_of,
)
from channels_app.providers.base.outcomes import refused
from rooms.domain.delivery import SendOutcome

SUCCESS = "success"
QUEUED = "queued_sms_hash"
UNREADABLE = "unreadable_answer"
NO_CODE = "no_code"


def read_hash(response: httpx.Response) -> str:
    """Return the id of the message that was queued, "" if the vendor does not tell it.

    Raises:
        SendProblem: If it was not queued, or nobody knows.
    """
    if not response.is_success:
        raise _http_problem(response)
    answer = _read_json(response)
    messages = list(_messages_in(answer))
    if _status_of(answer) != SUCCESS:
        code = next((str(each["code"]) for each in messages if each.get("code")), NO_CODE)
        # The vendor's words are left out: they may repeat numbers.
        raise SendProblem(refused(SendOutcome.REJECTED, code, f"VoiceMeUp: {code}"))
    found = (each.get("_content") for each in messages if each.get("code") == QUEUED)
    return str(next(found, None) or "")


def _http_problem(response: httpx.Response) -> SendProblem:
    status = response.status_code
    outcome = outcome_of_status(status)
    if status < httpx.codes.BAD_REQUEST:
        outcome = SendOutcome.REJECTED  # a redirect is not followed
    code = f"http_{status}"
    throttled = outcome is SendOutcome.THROTTLED
    wait = retry_after_of(response) if throttled else None
    return SendProblem(refused(outcome, code, f"VoiceMeUp: {code}", retry_after=wait))


def _read_json(response: httpx.Response) -> dict[str, Any]:
    """Return the answer.

    Raises:
        SendProblem: If it says neither success nor error.
    """
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or _status_of(answer) is None:
        problem = "VoiceMeUp: the answer says neither success nor error"
        raise SendProblem(refused(SendOutcome.UNKNOWN, UNREADABLE, problem))
    return answer


def _status_of(answer: dict[str, Any]) -> str | None:
    details = answer.get("response_details")
    status = details.get("response_status") if isinstance(details, dict) else None
    return status if isinstance(status, str) else None


def _messages_in(part: Any) -> Iterator[dict[str, Any]]:
    """Yield every message in an answer: an object, or a list of them, wherever it stands."""
    if not isinstance(part, dict):
        return
    for name, value in part.items():
        if name == "message":
            found = value if isinstance(value, list) else [value]
            yield from (each for each in found if isinstance(each, dict))
        else:
            yield from _messages_in(value)
