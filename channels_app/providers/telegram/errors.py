"""What Telegram's refusals mean for a message.

Telegram tells refusals apart by sentences only, which it does not promise to keep; an unknown one
is judged by its number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx

from channels_app.providers.base.http_client import (
    SendProblem,
    outcome_of_status,
    retry_after_of,
)
from channels_app.providers.base.outcomes import refused
from rooms.domain.delivery import ProviderResult, SendOutcome

MARKUP_UNREADABLE = "markup_unreadable"
MIGRATED = "chat_migrated"
ALREADY_SO = frozenset({"not_modified", "already_deleted"})
"""Refusals of what has been done before: nothing is left to do."""
TOO_LATE = frozenset({"too_old_to_delete", "too_old_to_edit", "target_gone"})
"""Refusals of a change to a message that is beyond change."""


@dataclass(frozen=True)
class _Sentence:
    part: str
    code: str
    outcome: SendOutcome = SendOutcome.REJECTED


SENTENCES = (
    _Sentence("bot was blocked by the user", "blocked", SendOutcome.OPTED_OUT),
    _Sentence("user is deactivated", "user_deactivated", SendOutcome.OPTED_OUT),
    _Sentence("bot was kicked", "kicked", SendOutcome.OPTED_OUT),
    _Sentence("bot is not a member", "not_a_member", SendOutcome.OPTED_OUT),
    _Sentence("group chat was deleted", "chat_deleted", SendOutcome.OPTED_OUT),
    _Sentence("can't initiate conversation", "never_started"),
    _Sentence("chat not found", "chat_not_found"),
    _Sentence("upgraded to a supergroup", MIGRATED),
    _Sentence("can't parse entities", MARKUP_UNREADABLE),
    _Sentence("message is not modified", "not_modified"),
    _Sentence("message to delete not found", "already_deleted"),
    _Sentence("message can't be deleted", "too_old_to_delete"),
    _Sentence("message can't be edited", "too_old_to_edit"),
    _Sentence("message to edit not found", "target_gone"),
    _Sentence("message to react not found", "target_gone"),
    _Sentence("is too long", "too_long"),
    _Sentence("text is empty", "empty"),
    _Sentence("BUTTON_", "bad_button"),
    _Sentence("REACTION_INVALID", "bad_reaction"),
    _Sentence("HTTP URL", "media_not_fetched"),
    _Sentence("WEBPAGE_", "media_not_fetched"),
    _Sentence("wrong type of the web page content", "media_not_fetched"),
    _Sentence("wrong remote file", "media_not_fetched"),
    _Sentence("PEER_ID_INVALID", "chat_not_found"),
    _Sentence("not enough rights", "no_right"),
    _Sentence("have no rights", "no_right"),
    _Sentence("CHAT_WRITE_FORBIDDEN", "no_right"),
)

# 403 is about the chat, not about our credentials; a malformed token is answered with 404.
STATUSES: Mapping[int, SendOutcome] = {
    HTTPStatus.FORBIDDEN: SendOutcome.REJECTED,
    HTTPStatus.NOT_FOUND: SendOutcome.AUTH,
}


class Refusal(SendProblem):
    """Telegram has not done what it was asked.

    Attributes:
        code: One of ours in `SENTENCES`, else `telegram_<status>`.
        migrated_to: The chat that took the place of the one that was written to.
    """

    def __init__(self, result: ProviderResult, migrated_to: int | None) -> None:
        super().__init__(result)
        self.code = result.code or ""
        self.migrated_to = migrated_to


def read_refusal(response: httpx.Response, answer: Any, *, hidden: str) -> Refusal:
    """Read an answer that is no success.

    Args:
        response: As it came.
        answer: Its JSON, None if it is none.
        hidden: What must not be in the text.
    """
    envelope = answer if isinstance(answer, dict) else {}
    parameters = envelope.get("parameters")
    facts = parameters if isinstance(parameters, dict) else {}
    words = str(envelope.get("description") or "no description").replace(hidden, "***")
    result = _judge(_status_of(response, envelope), words, _retry_after(facts, response))
    moved = facts.get("migrate_to_chat_id")
    return Refusal(result, moved if isinstance(moved, int) else None)


def _judge(status: int, words: str, retry_after: float | None) -> ProviderResult:
    message = f"Telegram: {words}"
    for sentence in SENTENCES:
        if sentence.part in words and status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return refused(sentence.outcome, sentence.code, message, retry_after=retry_after)
    if status < HTTPStatus.BAD_REQUEST:
        return refused(SendOutcome.UNKNOWN, "unreadable_answer", message)
    outcome = STATUSES.get(status) or outcome_of_status(status)
    return refused(outcome, f"telegram_{status}", message, retry_after=retry_after)


def _status_of(response: httpx.Response, envelope: Mapping[str, Any]) -> int:
    """Return the error's number: an HTTP success may carry a refusal."""
    code = envelope.get("error_code")
    if envelope.get("ok") is False and isinstance(code, int):
        return code
    return response.status_code


def _retry_after(facts: Mapping[str, Any], response: httpx.Response) -> float | None:
    seconds = facts.get("retry_after")
    if isinstance(seconds, int | float):
        return float(seconds)
    return retry_after_of(response)
