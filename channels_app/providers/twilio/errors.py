"""What Twilio's error codes say about a message ("Error and Warning Dictionary").

Codes that are not listed go by the HTTP status; most of those are refusals for good.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import httpx

from channels_app.providers.base.http_client import outcome_of_status, retry_after_of
from channels_app.providers.base.outcomes import refused
from rooms.domain.delivery import ProviderResult, SendOutcome

OUTCOMES: Mapping[int, SendOutcome] = {
    **dict.fromkeys(
        (
            20429,  # too many requests
            21611,  # the sender's queue is full
            30001,  # queue overflow
            30022,  # rate of a 10DLC campaign
            63017,  # rate of the channel
            63018,  # rate of the sender
        ),
        SendOutcome.THROTTLED,
    ),
    **dict.fromkeys(
        (
            20503,  # service unavailable
            30003,  # the handset is off or out of reach
            30008,  # unknown error of a carrier
            30017,  # congestion of a carrier
            63009,  # error of the channel's provider
            63010,  # internal error of channels
            63012,  # internal error of the channel's provider
        ),
        SendOutcome.TRANSIENT,
    ),
    **dict.fromkeys(
        (
            20003,  # wrong credentials
            20005,  # the account is not active
            20006,  # access denied
            20008,  # test credentials
            30002,  # the account is suspended
            90010,  # the account is not active
        ),
        SendOutcome.AUTH,
    ),
    **dict.fromkeys(
        (
            20404,  # no such account or address
            21211,  # no number to send to
            21408,  # a country that is not enabled
            21602,  # nothing to say
            21603,  # no sender
            21606,  # a sender of somebody else
            21612,  # a pair of numbers that no route joins
            21614,  # not a mobile number
            21617,  # too long
            21620,  # a file that cannot be fetched
            21623,  # too many files
            21659,  # a sender of another country
            30004,  # blocked by the recipient
            30005,  # unknown handset
            30006,  # a landline
            30007,  # filtered by a carrier
            30023,  # daily cap of a 10DLC brand
            30034,  # an unregistered sender
            63003,  # no such recipient on the channel
            63024,  # no such recipient on the channel
        ),
        SendOutcome.REJECTED,
    ),
    21610: SendOutcome.OPTED_OUT,
    63016: SendOutcome.WINDOW_CLOSED,
}

MAX_CODE_DIGITS = 9
_NUMBER = re.compile(r"\+?\d{7,}")


def outcome_of_code(code: int) -> SendOutcome:
    """Return what the code of a report says; an unlisted one is a refusal for good."""
    return OUTCOMES.get(code, SendOutcome.REJECTED)


def outcome_of_report(code: str) -> SendOutcome | None:
    """Return what the code of a report says, as Twilio writes it; None for what is no code."""
    is_code = code.isascii() and code.isdecimal() and len(code) <= MAX_CODE_DIGITS
    return outcome_of_code(int(code)) if is_code else None


def read_refusal(response: httpx.Response) -> ProviderResult:
    """Read an answer that does not say 2xx, in either shape of Twilio's errors."""
    body = _object(response)
    code = body.get("code")
    outcome = OUTCOMES.get(code) if isinstance(code, int) else None
    words = " ".join(str(body[key]) for key in ("title", "message", "detail") if body.get(key))
    return refused(
        outcome or _outcome_of_status(response.status_code),
        str(code or f"http_{response.status_code}"),
        without_numbers(words) or f"Twilio answered {response.status_code}",
        retry_after=retry_after_of(response),
    )


def without_numbers(words: str) -> str:
    """Hide phone numbers: errors are logged, and Twilio quotes the recipient's."""
    return _NUMBER.sub("…", words)


def _outcome_of_status(status: int) -> SendOutcome:
    # A redirect is followed by nobody, and what it means for the message is anybody's guess.
    return SendOutcome.UNKNOWN if status < HTTPStatus.BAD_REQUEST else outcome_of_status(status)


def _object(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:  # a proxy's page
        return {}
    return body if isinstance(body, dict) else {}
