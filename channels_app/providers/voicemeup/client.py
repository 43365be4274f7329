"""Calls to VoiceMeUp."""

from collections.abc import Sequence

from channels_app.providers.base.checking import explain
from channels_app.providers.base.http_client import SendProblem, VendorClient
from channels_app.providers.base.outcomes import accepted, refused
from channels_app.providers.voicemeup.answers import read_hash
from channels_app.providers.voicemeup.config import VoiceMeUpConfig
from rooms.domain.delivery import ProviderResult, SendOutcome

VENDOR = "VoiceMeUp"
NOT_TAKEN = (SendOutcome.THROTTLED, SendOutcome.TRANSIENT)


class VoiceMeUpClient:
    """One account. Its token goes into the body, never into an address."""

    def __init__(self, config: VoiceMeUpConfig) -> None:
        self._config = config
        self._client = VendorClient(VENDOR, timeout=config.timeout)

    async def send(self, messages: Sequence[dict[str, str]]) -> ProviderResult:
        """Queue messages in order; what follows one that is not taken is not sent."""
        hashes: list[str] = []
        for message in messages:
            try:
                hashes.append(await self._queue(message))
            except SendProblem as problem:
                return _after(hashes, problem.result)
        return accepted(*filter(None, hashes))

    async def check(self) -> None:
        """Ask whether the host answers, without credentials.

        Raises:
            CheckFailed: If it does not, or says that it is broken.
        """
        try:
            response = await self._client.request("GET", self._config.base_url)
        except SendProblem as problem:
            raise explain(problem.result, VENDOR, "the host is no address", field="host") from None
        if response.is_server_error:
            broken = refused(SendOutcome.TRANSIENT, f"http_{response.status_code}", VENDOR)
            raise explain(broken, VENDOR, "", field="host")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _queue(self, message: dict[str, str]) -> str:
        who = {
            "username": self._config.username,
            "auth_token": self._config.auth_token.get_secret_value(),
        }
        url = f"{self._config.base_url}queue_sms"
        return read_hash(await self._client.request("POST", url, data=who | message))


def _after(hashes: Sequence[str], result: ProviderResult) -> ProviderResult:
    """Return what a refusal means after some messages were taken.

    Trying all of it again would send those twice, so what might be tried again is left open.
    """
    if not hashes:
        return result
    known = list(filter(None, hashes))
    outcome = SendOutcome.UNKNOWN if result.outcome in NOT_TAKEN else result.outcome
    return result.model_copy(
        update={
            "outcome": outcome,
            "provider_message_id": known[0] if known else None,
            "provider_message_ids": known,
        }
    )
