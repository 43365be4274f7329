"""What ElasticEmail's answers say about a mail."""

from http import HTTPStatus
from typing import Any

import httpx

from channels_app.providers.base.http_client import outcome_of_status, retry_after_of
from channels_app.providers.base.outcomes import accepted, refused
from rooms.domain.delivery import ProviderResult, SendOutcome


def read_answer(response: httpx.Response, message_id: str) -> ProviderResult:
    """Return what an answer says; a success without an id is none that can be followed.

    Args:
        response: Of the vendor.
        message_id: Our own Message-ID of the mail.
    """
    body = _body_of(response)
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        return refused(
            outcome_of_status(response.status_code),
            f"http_{response.status_code}",
            _words(body, response),
            retry_after=retry_after_of(response),
        )
    if body.get("Error") or body.get("success") is False:
        return refused(SendOutcome.REJECTED, "error_in_success", _words(body, response))
    given = body.get("MessageID") or body.get("TransactionID")
    if not given:
        return refused(SendOutcome.UNKNOWN, "no_id", "the answer names no mail")
    transaction = str(body.get("TransactionID") or "")
    metadata = {"message_id": message_id, "transaction_id": transaction}
    return accepted(str(given), metadata=metadata)


def _body_of(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _words(body: dict[str, Any], response: httpx.Response) -> str:
    said = body.get("Error") or body.get("error") or body.get("message") or response.reason_phrase
    return str(said or "no reason given")[:500]
