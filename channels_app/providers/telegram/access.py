"""Calling the Bot API, without the token getting out.

Telegram wants the token in the address of each call, and addresses are logged: by httpx itself, by
error trackers, by exceptions. So calls are made to an address that has a mark in its place, and the
token is put in where nobody looks any more: between the client and the network.
"""

from typing import Any

import httpx
from pydantic import SecretStr

from channels_app.providers.base.http_client import VendorClient
from channels_app.providers.telegram.config import TelegramConfig
from channels_app.providers.telegram.errors import Refusal, read_refusal

MARK = "bot:token"


class TokenTransport(httpx.AsyncBaseTransport):
    """Puts the token into the address of each request, in the place of `MARK`.

    Args:
        token: Of the bot.
    """

    def __init__(self, token: SecretStr) -> None:
        self._token = token
        self._network: httpx.AsyncHTTPTransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Make the request with the token."""
        if self._network is None:
            self._network = httpx.AsyncHTTPTransport()
        return await self._network.handle_async_request(
            httpx.Request(
                request.method,
                request.url.copy_with(raw_path=self._path(request.url.raw_path)),
                headers=request.headers,
                stream=request.stream,
                extensions=request.extensions,
            )
        )

    async def aclose(self) -> None:
        """Close the connections; a request opens new ones."""
        network, self._network = self._network, None
        if network is not None:
            await network.aclose()

    def _path(self, path: bytes) -> bytes:
        token = self._token.get_secret_value().encode()
        return path.replace(f"/{MARK}/".encode(), b"/bot" + token + b"/", 1)


class BotAPI:
    """The methods of one bot."""

    def __init__(self, config: TelegramConfig) -> None:
        self._base = config.api_base
        self._token = config.bot_token
        self._client = VendorClient(
            "Telegram",
            timeout=config.timeout,
            transport=TokenTransport(config.bot_token),
        )

    async def call(self, method: str, **fields: Any) -> Any:
        """Call a method and return its result.

        Raises:
            SendProblem: If there is no answer.
            Refusal: If Telegram does not do it.
        """
        response = await self._client.request("POST", self._url(method), json=fields)
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if response.is_success and isinstance(answer, dict) and answer.get("ok") is True:
            return answer.get("result")
        raise self._refusal(response, answer)

    async def download(self, path: str) -> bytes:
        """Return a file by the path that `getFile` told.

        Raises:
            SendProblem: If there is no answer.
            Refusal: If there is no such file.
        """
        response = await self._client.request("GET", f"{self._base}/file/{MARK}/{path}")
        if not response.is_success:
            raise self._refusal(response, None)
        return response.content

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    def _refusal(self, response: httpx.Response, answer: Any) -> Refusal:
        return read_refusal(response, answer, hidden=self._token.get_secret_value())

    def _url(self, method: str) -> str:
        return f"{self._base}/{MARK}/{method}"
