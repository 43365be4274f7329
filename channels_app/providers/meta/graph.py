"""Posting to the Graph API, and sending a message that takes several posts."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
from pydantic import SecretStr

from channels_app.providers.base.http_client import SendProblem, VendorClient
from channels_app.providers.base.outcomes import accepted, refused
from channels_app.providers.meta.config import GraphConfig
from channels_app.providers.meta.errors import Codes, Unsendable, read_refusal
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.json import JsonObject

MAY_BE_REPEATED = (SendOutcome.THROTTLED, SendOutcome.TRANSIENT)


class Graph:
    """One account at graph.facebook.com.

    Args:
        config: Where it is.
        token: Sent as a header; in the query every proxy would log it.
        codes: What the API's error codes mean.
        vendor: The name in error texts.
    """

    def __init__(self, config: GraphConfig, token: SecretStr, codes: Codes, vendor: str) -> None:
        self._base_url = config.base_url
        self._codes = codes
        self._vendor = vendor
        self._client = VendorClient(
            vendor,
            timeout=config.timeout,
            headers={"Authorization": f"Bearer {token.get_secret_value()}"},
        )

    async def post(self, path: str, body: JsonObject) -> JsonObject:
        """Post to a path below the version and return the answer.

        Raises:
            SendProblem: If Meta refuses, or if nobody knows whether it took the body.
        """
        return self._read(await self._client.request("POST", self._url(path), json=body))

    async def get(self, path: str, query: dict[str, str]) -> JsonObject:
        """Get a path below the version and return the answer.

        Raises:
            SendProblem: If Meta refuses or does not answer.
        """
        return self._read(await self._client.request("GET", self._url(path), params=query))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    def _url(self, path: str) -> str:
        return f"{self._base_url}/{path}"

    def _read(self, response: httpx.Response) -> JsonObject:
        if not response.is_success:
            raise SendProblem(read_refusal(response, self._codes, self._vendor))
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            problem = f"{self._vendor}: an answer that is no JSON object"
            raise SendProblem(refused(SendOutcome.UNKNOWN, "unreadable_answer", problem))
        return answer


Post = Callable[[JsonObject], Awaitable[tuple[str, dict[str, Any]]]]
"""Posts one message and returns its id and what else was told."""


async def send_all(
    build: Callable[[], Sequence[JsonObject]],
    post: Post,
) -> ProviderResult:
    """Build an event's messages and post them in order, until one is not taken.

    Once a part was taken, the event must not be sent again as a whole: what could be repeated is
    then reported as unknown, with the ids of the parts that are out.
    """
    try:
        bodies = build()
    except Unsendable as problem:
        return refused(SendOutcome.REJECTED, problem.code, str(problem))
    ids: list[str] = []
    facts: dict[str, Any] = {}
    for body in bodies:
        try:
            message_id, facts = await post(body)
        except SendProblem as problem:
            return _broken_off(problem.result, ids, len(bodies))
        ids.append(message_id)
    return accepted(*ids, metadata=facts)


def _broken_off(result: ProviderResult, ids: list[str], parts: int) -> ProviderResult:
    if not ids:
        return result
    outcome = result.outcome or SendOutcome.UNKNOWN
    return result.model_copy(
        update={
            "outcome": SendOutcome.UNKNOWN if outcome in MAY_BE_REPEATED else outcome,
            "provider_message_id": ids[0],
            "provider_message_ids": ids,
            "metadata": {"parts": parts, "parts_sent": len(ids), "cause": str(outcome)},
        }
    )


def id_missing(vendor: str) -> SendProblem:
    """Return the problem of an answer that takes a message without naming it."""
    return SendProblem(refused(SendOutcome.UNKNOWN, "unreadable_answer", f"{vendor}: no id"))
