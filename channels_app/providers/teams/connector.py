"""Calls to the Bot Connector, each with the bot's token, at a conversation's own service URL."""

from typing import Any
from urllib.parse import quote

import httpx

from channels_app.providers.base.http_client import SendProblem, VendorClient
from channels_app.providers.teams.config import TeamsConfig
from channels_app.providers.teams.errors import read_refusal
from channels_app.providers.teams.service_urls import check_service_url
from channels_app.providers.teams.tokens import AccessTokens
from rooms.domain.delivery import SendOutcome
from rooms.domain.json import JsonObject

REPEATABLE = frozenset({"GET", "PUT", "DELETE"})
"""Methods that do no more when they come twice."""


class Connector:
    """The Connector, for one bot.

    Args:
        config: The bot.
        client: Speaks to the login service and to the Connector.
    """

    def __init__(self, config: TeamsConfig, client: VendorClient) -> None:
        self._config = config
        self._client = client
        self._tokens = AccessTokens(config, client)

    async def call(
        self, method: str, service_url: str, *path: str, **options: Any
    ) -> httpx.Response:
        """Make a call and return its successful answer.

        A token that is refused is replaced once: nothing was taken with it.

        Args:
            method: In capitals.
            service_url: The conversation's.
            path: What follows `/v3/conversations`, unencoded.
            options: `json` and `params`, as httpx has them.

        Raises:
            SendProblem: If there is no answer or a refusal, or if the URL may not see the token.
        """
        url = self._url(service_url, path)
        response = await self._attempt(method, url, options)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            response = await self._attempt(method, url, options)
        if not response.is_success:
            raise SendProblem(read_refusal(response))
        return response

    async def headers_for(self, url: str) -> dict[str, str]:
        """Return what is sent to fetch a file: the token to the Connector, nothing to others.

        Raises:
            SendProblem: If there is no token to be had.
        """
        try:
            check_service_url(url, self._config.service_hosts)
        except SendProblem:
            return {}
        return {"Authorization": f"Bearer {await self._tokens.get()}"}

    def _url(self, service_url: str, path: tuple[str, ...]) -> str:
        base = check_service_url(service_url, self._config.service_hosts)
        return "/".join([base, "v3", "conversations", *(quote(part, safe="") for part in path)])

    async def _attempt(self, method: str, url: str, options: dict[str, Any]) -> httpx.Response:
        token = await self._tokens.get()
        headers = {"Authorization": f"Bearer {token}"}
        try:
            response = await self._client.request(method, url, headers=headers, **options)
        except SendProblem as problem:
            raise _settled(problem, method) from None
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self._tokens.drop(token)
        return response


def read_object(response: httpx.Response) -> JsonObject:
    """Return the answer's JSON object; {} if it holds none, as some successes do."""
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _settled(problem: SendProblem, method: str) -> SendProblem:
    """Let what is not known to have happened be done again where twice does no harm."""
    is_unknown = problem.result.outcome is SendOutcome.UNKNOWN
    if not is_unknown or method not in REPEATABLE:
        return problem
    return SendProblem(problem.result.model_copy(update={"outcome": SendOutcome.TRANSIENT}))
