"""What Meta's error codes say about a message.

Codes of WhatsApp: "Cloud API: Error codes". Codes of Messenger: "Common error codes". Subcodes tell
apart what one code of Messenger stands for.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

import httpx

from channels_app.providers.base.http_client import outcome_of_status, retry_after_of
from channels_app.providers.base.outcomes import refused
from rooms.domain.delivery import ProviderResult, SendOutcome

Codes: TypeAlias = Mapping[int | tuple[int, int], SendOutcome]

SERVER_ERROR = 500
MAX_CODE_DIGITS = 9

AUTH_CODES = {0, 3, 10, 190, *range(200, 300), 131005}
PAIR_LIMIT = 131056
PAIR_LIMIT_SECONDS = 6.0
"""One message each six seconds may go to one person; the answer names no time."""


def _all(outcome: SendOutcome, *codes: int) -> dict[int | tuple[int, int], SendOutcome]:
    return dict.fromkeys(codes, outcome)


WHATSAPP: Codes = {
    **_all(SendOutcome.AUTH, *AUTH_CODES),
    **_all(SendOutcome.THROTTLED, 4, 80007, 130429, 131048, 131056, 131064, 133016),
    **_all(SendOutcome.TRANSIENT, 2, 131000, 131016, 131053, 131057),
    131047: SendOutcome.WINDOW_CLOSED,
    131050: SendOutcome.OPTED_OUT,
}

MESSENGER: Codes = {
    **_all(SendOutcome.AUTH, *AUTH_CODES),
    **_all(SendOutcome.THROTTLED, 4, 17, 32, 613, 80006),
    **_all(SendOutcome.TRANSIENT, 1, 2, 1200),
    (1, 1357046): SendOutcome.UNKNOWN,  # Meta's own words: sent, and then reported as an error
    (10, 2018065): SendOutcome.WINDOW_CLOSED,
    (10, 2018278): SendOutcome.WINDOW_CLOSED,
    (200, 1545041): SendOutcome.OPTED_OUT,  # the person receives no messages from the page
}


class Unsendable(ValueError):
    """An event cannot become a message; `code` is ours, in snake case."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def read_refusal(response: httpx.Response, codes: Codes, vendor: str) -> ProviderResult:
    """Return what an answer other than 2xx says; Meta's code counts more than the status."""
    error = _error_of(response)
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    outcome = _outcome(response.status_code, codes, code, subcode)
    if error.get("is_transient") is True and outcome is SendOutcome.REJECTED:
        outcome = SendOutcome.TRANSIENT
    retry_after = retry_after_of(response)
    if retry_after is None and code == PAIR_LIMIT:
        retry_after = PAIR_LIMIT_SECONDS
    return refused(
        outcome,
        f"http_{response.status_code}" if code is None else _name(code, subcode),
        _words(error, response.status_code, vendor),
        retry_after=retry_after,
    )


def outcome_of_report(code: str) -> SendOutcome | None:
    """Return what the code of a report of WhatsApp says; an unlisted one is a refusal for good."""
    if not (code.isascii() and code.isdecimal()):
        return None
    return WHATSAPP.get(int(code[:MAX_CODE_DIGITS]), SendOutcome.REJECTED)


def _outcome(status: int, codes: Codes, code: int | None, subcode: int | None) -> SendOutcome:
    by_status = outcome_of_status(status)
    if code is None or by_status is SendOutcome.THROTTLED:
        return by_status
    told = codes.get((code, subcode or 0)) or codes.get(code)
    # A code that no table has is a refusal, unless the status says that Meta itself failed.
    return told or (by_status if status >= SERVER_ERROR else SendOutcome.REJECTED)


def _error_of(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _name(code: int, subcode: int | None) -> str:
    return str(code) if subcode is None else f"{code}/{subcode}"


def _words(error: dict[str, Any], status: int, vendor: str) -> str:
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else None
    said = [str(text) for text in (error.get("message"), details) if text]
    return f"{vendor}: {' – '.join(said) or f'HTTP {status}'}"
