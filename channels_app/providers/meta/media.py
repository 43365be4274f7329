"""Fetching what a person sent by WhatsApp: by its id, whole, and from Meta's hosts only."""

from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from channels_app.providers.base.guarded_http import GuardedTransport
from channels_app.providers.base.media import (
    FORBIDDEN,
    GONE,
    TOO_LARGE,
    FetchedMedia,
    MediaUnavailable,
    check_answer,
    check_digest,
    read_capped,
)
from channels_app.providers.meta.config import WhatsAppCloudConfig
from channels_app.providers.meta.graph import Graph

EXPIRED = (403, 404, 410)


class MediaFetcher:
    """Fetches files of one number.

    The token is shown to the hosts of `config.media_hosts`, by https, and redirects are not
    followed: what an answer names as a file's address may lead anywhere.
    """

    def __init__(self, config: WhatsAppCloudConfig, graph: Graph) -> None:
        self._config = config
        self._graph = graph

    async def fetch(
        self, reference: str, *, sha256: str | None = None, max_bytes: int
    ) -> FetchedMedia:
        """Return a file by its id or by the address that its content names.

        Args:
            reference: A media id, or an address that ends in one.
            sha256: The digest that the webhook announced, in hex or base64.
            max_bytes: The largest file that is wanted; `config.max_media_bytes` is another limit.

        Raises:
            SendProblem: If Meta does not know the id or does not answer.
            MediaUnavailable: If the file is elsewhere, too large, gone, or another one.
        """
        media_id = reference.rstrip("/").rpartition("/")[2]
        limit = min(max_bytes, self._config.max_media_bytes)
        facts = await self._locate(media_id, limit)
        content = await self._download(facts["url"], limit)
        if content is None:
            # An address is good for minutes only; a second one is to be had.
            facts = await self._locate(media_id, limit)
            content = await self._download(facts["url"], limit)
        if content is None:
            gone = f"WhatsApp has no file for media id {media_id!r} any more"
            raise MediaUnavailable(gone, reason=GONE)
        check_digest(content, facts.get("sha256"), sha256)
        return FetchedMedia(content, str(facts.get("mime_type", "")))

    async def _locate(self, media_id: str, limit: int) -> dict[str, Any]:
        if not media_id.isdigit():
            raise MediaUnavailable(f"{media_id!r} is no media id of WhatsApp", reason=FORBIDDEN)
        query = {"phone_number_id": self._config.phone_number_id}
        facts = await self._graph.get(media_id, query)
        size = facts.get("file_size")
        if isinstance(size, int) and size > limit:
            told = f"a file of {size} bytes is larger than max_media_bytes, {limit}"
            raise MediaUnavailable(told, reason=TOO_LARGE)
        return facts

    async def _download(self, url: str, limit: int) -> bytes | None:
        """Return the bytes at an address, None if it has expired."""
        self._check(url)
        token: SecretStr = self._config.access_token
        headers = {
            "Authorization": f"Bearer {token.get_secret_value()}",
            "Accept-Encoding": "identity",
        }
        # A gateway or a fake that is spoken to without TLS has nothing to lose by it.
        is_open = not self._config.api_base.startswith("https://")
        guard = GuardedTransport(allow_private=is_open, allow_http=is_open)
        async with httpx.AsyncClient(timeout=self._config.timeout, transport=guard) as client:
            try:
                async with client.stream("GET", url, headers=headers) as response:
                    if response.status_code in EXPIRED:
                        return None
                    check_answer(response)
                    return await read_capped(response, limit)
            except httpx.HTTPError as error:
                # The address is a secret for as long as it lives.
                problem = f"WhatsApp's media host: {type(error).__name__}"
                raise MediaUnavailable(problem, retryable=True) from None

    def _check(self, url: str) -> None:
        host = urlsplit(url).hostname
        if host not in self._config.media_hosts:
            raise MediaUnavailable(
                f"a file is said to be at {host!r}, which is not shown the token: only "
                f"{', '.join(self._config.media_hosts)} are",
                reason=FORBIDDEN,
            )
