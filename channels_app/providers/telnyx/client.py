"""Calls to Telnyx's API, each message under a key that keeps it from being sent twice."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import httpx
from pydantic import SecretStr

from channels_app.providers.base.http_client import SendProblem, VendorClient
from channels_app.providers.base.outcomes import accepted, refused
from channels_app.providers.telnyx.errors import UNREADABLE, read_refusal
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.json import JsonObject


@dataclass(frozen=True)
class Taken:
    """A message that Telnyx has; `parts` is what it is billed as, if that is told."""

    id: str
    parts: int | None


def make_key(*facts: str) -> str:
    """Return the idempotency key of what these facts name: the same facts, the same key.

    Telnyx answers a repeated key with the first success, for a day, as long as the body is the same
    to the byte (the vendor's page "Idempotency").
    """
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


class TelnyxAPI:
    """One account.

    Args:
        api_key: Sent as bearer token.
        base_url: Without a slash at the end.
        timeout: Seconds until an answer.
    """

    def __init__(self, *, api_key: SecretStr, base_url: str, timeout: float) -> None:
        headers = {"Authorization": f"Bearer {api_key.get_secret_value()}"}
        self._client = VendorClient("Telnyx", timeout=timeout, headers=headers)
        self._base_url = base_url.rstrip("/")

    async def send(self, path: str, messages: Sequence[JsonObject], *, key: str) -> ProviderResult:
        """Send messages in order; what follows one that is not taken is not sent.

        Sending all of them again under the same `key` makes no second message of any.
        """
        taken: list[Taken] = []
        for number, message in enumerate(messages):
            try:
                taken.append(await self._send_one(path, message, f"{key}-{number}"))
            except SendProblem as problem:
                return _partly(problem.result, taken)
        parts = [each.parts for each in taken if each.parts is not None]
        return accepted(*(each.id for each in taken), segments=sum(parts) if parts else None)

    async def get(self, path: str) -> httpx.Response:
        """Read something; the answer may be any status.

        Raises:
            SendProblem: If there is no answer.
        """
        return await self._client.request("GET", f"{self._base_url}{path}")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _send_one(self, path: str, message: JsonObject, key: str) -> Taken:
        response = await self._client.request(
            "POST", f"{self._base_url}{path}", json=message, headers={"Idempotency-Key": key}
        )
        if not response.is_success:
            raise SendProblem(read_refusal(response))
        return _read_taken(response)


def _read_taken(response: httpx.Response) -> Taken:
    """Read the answer to a message.

    Raises:
        SendProblem: If it names no message: then nobody knows what was taken.
    """
    try:
        data = response.json()["data"]
        message_id, parts = data["id"], data.get("parts")
    except (ValueError, LookupError, TypeError, AttributeError):
        message_id, parts = None, None
    if not isinstance(message_id, str) or not message_id:
        problem = "Telnyx: the answer names no message"
        raise SendProblem(refused(SendOutcome.UNKNOWN, UNREADABLE, problem))
    return Taken(message_id, parts if isinstance(parts, int) else None)


def _partly(result: ProviderResult, taken: Sequence[Taken]) -> ProviderResult:
    """Add to a refusal which messages were taken before it."""
    ids = [each.id for each in taken]
    if not ids:
        return result
    return result.model_copy(update={"provider_message_ids": ids, "provider_message_id": ids[0]})
