"""The bot's access token: asked for once, kept until shortly before it ends."""

import asyncio
import time
from collections.abc import Callable

import httpx

from channels_app.providers.base.http_client import SendProblem, VendorClient, retry_after_of
from channels_app.providers.base.outcomes import refused
from channels_app.providers.teams.config import TeamsConfig
from channels_app.providers.teams.credentials import NoCredentials, build_grant
from rooms.domain.delivery import SendOutcome

EARLY_S = 300.0
"""How long before its end a token is replaced, in seconds."""


class AccessTokens:
    """Tokens of one bot.

    Nothing has been sent while a token is asked for, so no failure here leaves a message's fate
    open.

    Args:
        config: The bot.
        client: Speaks to the login service.
        now: Seconds on a clock that never goes back.
    """

    def __init__(
        self,
        config: TeamsConfig,
        client: VendorClient,
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config
        self._client = client
        self._now = now
        self._token = ""
        self._ends_at = 0.0
        self._asking = asyncio.Lock()

    async def get(self) -> str:
        """Return a token that is still good; callers who come together wait for one request.

        Raises:
            SendProblem: If there is none to be had.
        """
        async with self._asking:
            if not self._token or self._now() >= self._ends_at:
                await self._ask()
            return self._token

    def drop(self, token: str) -> None:
        """Forget a token that was refused, unless it was replaced meanwhile."""
        if token == self._token:
            self._token = ""

    async def _ask(self) -> None:
        try:
            form = build_grant(self._config)
        except NoCredentials as error:
            raise _problem(SendOutcome.AUTH, "missing_credentials", str(error)) from None
        try:
            response = await self._client.request("POST", self._config.token_url, data=form)
        except SendProblem as problem:
            result = problem.result.model_copy(update={"outcome": SendOutcome.TRANSIENT})
            raise SendProblem(result) from None
        if not response.is_success:
            raise _read_refusal(response)
        self._keep(response)

    def _keep(self, response: httpx.Response) -> None:
        try:
            answer = response.json()
            token, lifetime = answer["access_token"], float(answer["expires_in"])
        except (ValueError, LookupError, TypeError):
            token, lifetime = None, 0.0
        if not isinstance(token, str) or not token:
            words = "Microsoft Entra ID: the answer holds no token"
            raise _problem(SendOutcome.TRANSIENT, "unreadable_answer", words)
        self._token = token
        self._ends_at = self._now() + max(lifetime - EARLY_S, 0.0)


def _read_refusal(response: httpx.Response) -> SendProblem:
    """Read a refusal; the vendor's sentence is left out: it names the app."""
    try:
        answer = response.json()
        error, numbers = str(answer.get("error") or ""), answer.get("error_codes") or []
        code = f"AADSTS{numbers[0]}" if numbers else error
    except (ValueError, LookupError, TypeError, AttributeError):
        error, code = "", ""
    code = code or f"http_{response.status_code}"
    words = f"Microsoft Entra ID: {response.status_code} {error} ({code})"
    wait = retry_after_of(response)
    return SendProblem(refused(_outcome_of(response.status_code), code, words, retry_after=wait))


def _outcome_of(status: int) -> SendOutcome:
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return SendOutcome.THROTTLED
    is_theirs = status >= httpx.codes.INTERNAL_SERVER_ERROR
    return SendOutcome.TRANSIENT if is_theirs else SendOutcome.AUTH


def _problem(outcome: SendOutcome, code: str, words: str) -> SendProblem:
    return SendProblem(refused(outcome, code, words))
