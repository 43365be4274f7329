"""What the Bot Connector's refusals mean for a message.

Codes and advice: "Status codes from bot conversational APIs" in "Messages in bot conversations";
`MessageWritesBlocked` and `ForbiddenOperationException` from "Send proactive messages".
"""

import httpx

from channels_app.providers.base.http_client import outcome_of_status, retry_after_of
from channels_app.providers.base.outcomes import refused
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.json import JsonObject

NOT_IN_ROSTER = "BotNotInConversationRoster"
BLOCKED_BY_USER = "ConversationBlockedByUser"
CONVERSATION_GONE = "ConversationNotFound"
ACTIVITY_GONE = "ActivityNotFoundInConversation"

OUTCOMES = {
    "BotNotRegistered": SendOutcome.AUTH,
    "BotDisabledByAdmin": SendOutcome.REJECTED,
    NOT_IN_ROSTER: SendOutcome.REJECTED,
    BLOCKED_BY_USER: SendOutcome.OPTED_OUT,
    "MessageWritesBlocked": SendOutcome.OPTED_OUT,
    "ForbiddenOperationException": SendOutcome.REJECTED,  # not installed for this person
    "InvalidBotApiHost": SendOutcome.REJECTED,
    "NotEnoughPermissions": SendOutcome.REJECTED,
    ACTIVITY_GONE: SendOutcome.REJECTED,
    CONVERSATION_GONE: SendOutcome.REJECTED,
    "PreconditionFailed": SendOutcome.TRANSIENT,
    "MessageSizeTooBig": SendOutcome.REJECTED,
    "Throttled": SendOutcome.THROTTLED,
}

RETRIED = frozenset({412, 502, 503, 504})
"""Statuses that the vendor tells bots to try again; a 500 it tells them not to."""

LOST = frozenset({NOT_IN_ROSTER, BLOCKED_BY_USER, "MessageWritesBlocked", CONVERSATION_GONE})
"""Codes after which the vendor wants a conversation forgotten, until somebody writes in it."""


def read_refusal(response: httpx.Response) -> ProviderResult:
    """Return what an answer other than success means."""
    codes = _codes_of(response)
    code = next((code for code in codes if code in OUTCOMES), codes[0] if codes else "")
    return refused(
        OUTCOMES.get(code) or _outcome_of_status(response.status_code, code),
        code or f"http_{response.status_code}",
        f"Teams: {response.status_code} {code or response.reason_phrase}",
        retry_after=retry_after_of(response),
    )


def _outcome_of_status(status: int, code: str) -> SendOutcome:
    """Return what a status says under a code that is not in the table."""
    if status in RETRIED:
        return SendOutcome.TRANSIENT
    if status < httpx.codes.BAD_REQUEST:
        return SendOutcome.REJECTED  # a redirect is not followed: the token would go with it
    if status == httpx.codes.FORBIDDEN and code:
        # About one conversation: it must not stop the others, as a wrong password would.
        return SendOutcome.REJECTED
    return outcome_of_status(status)


def _codes_of(response: httpx.Response) -> list[str]:
    """Return the codes in an error's envelope, the most telling first."""
    try:
        body: JsonObject = response.json()
        error = body.get("error")
        places = [body.get("subCode")]
        places += [error.get("subCode"), error.get("code")] if isinstance(error, dict) else []
    except (ValueError, AttributeError):
        return []
    return [place for place in places if isinstance(place, str) and place]
