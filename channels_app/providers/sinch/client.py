"""Posting batches to Sinch."""

from collections.abc import Sequence

import httpx

from channels_app.providers.base.checking import explain, unreadable
from channels_app.providers.base.http_client import SendProblem, VendorClient
from channels_app.providers.base.outcomes import accepted, refused
from channels_app.providers.sinch.config import SinchConfig
from channels_app.providers.sinch.errors import UNREADABLE, read_refusal
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.json import JsonObject

VENDOR = "Sinch"
NO_PLAN = "there is no such service plan in this region"
MISMATCH = (
    "plan, token and region do not belong together. All three are in the Sinch dashboard, under "
    "SMS, Service APIs"
)
NOT_TAKEN = (SendOutcome.THROTTLED, SendOutcome.TRANSIENT)


class SinchClient:
    """One service plan."""

    def __init__(self, config: SinchConfig) -> None:
        headers = {"Authorization": f"Bearer {config.api_token.get_secret_value()}"}
        self._client = VendorClient(VENDOR, timeout=config.timeout, headers=headers)
        self._url = config.api_url

    async def send(self, batches: Sequence[JsonObject]) -> ProviderResult:
        """Post batches in order; what follows one that is not taken is not posted."""
        taken: list[str] = []
        for batch in batches:
            try:
                taken.append(await self._post(batch))
            except SendProblem as problem:
                return _after(taken, problem.result)
        return accepted(*taken)

    async def check(self) -> None:
        """Ask for one of the plan's batches.

        Raises:
            CheckFailed: If the plan or its token is wrong, or if Sinch could not be asked.
        """
        try:
            response = await self._client.request("GET", f"{self._url}?page_size=1")
        except SendProblem as problem:
            raise explain(problem.result, VENDOR, "the address is none", field="base_url") from None
        if not response.is_success:
            no_plan = response.status_code == httpx.codes.NOT_FOUND
            words, field = (NO_PLAN, "service_plan_id") if no_plan else (MISMATCH, "api_token")
            raise explain(read_refusal(response), VENDOR, words, field=field)
        if "json" not in response.headers.get("content-type", ""):
            raise unreadable(VENDOR)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _post(self, batch: JsonObject) -> str:
        response = await self._client.request("POST", self._url, json=batch)
        if not response.is_success:
            raise SendProblem(read_refusal(response))
        return _read_id(response)


def _read_id(response: httpx.Response) -> str:
    """Return the id of the batch.

    Raises:
        SendProblem: If the answer names none: then nobody knows what was taken.
    """
    try:
        batch_id = response.json()["id"]
    except (ValueError, LookupError, TypeError):
        batch_id = None
    if not isinstance(batch_id, str) or not batch_id:
        problem = "Sinch: the answer names no batch"
        raise SendProblem(refused(SendOutcome.UNKNOWN, UNREADABLE, problem))
    return batch_id


def _after(taken: Sequence[str], result: ProviderResult) -> ProviderResult:
    """Return what a refusal means after some batches were taken.

    Trying all of it again would send those twice, so what might be tried again is left open.
    """
    if not taken:
        return result
    outcome = SendOutcome.UNKNOWN if result.outcome in NOT_TAKEN else result.outcome
    return result.model_copy(
        update={
            "outcome": outcome,
            "provider_message_id": taken[0],
            "provider_message_ids": list(taken),
        }
    )
