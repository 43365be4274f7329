"""Fetching what a person sent by WhatsApp: by its id, whole, and from Meta's hosts only."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from channels_app.providers.base.guarded_http import GuardedTransport
from channels_app.providers.meta.config import WhatsAppCloudConfig
from channels_app.providers.meta.graph import Graph

EXPIRED = (403, 404, 410)
CHUNK_BYTES = 64 * 1024


class MediaUnavailable(LookupError):
    """A file cannot be had, or is not the one that was announced."""


@dataclass(frozen=True)
class FetchedMedia:
    """A file as the person sent it; `sha256` in hex."""

    content: bytes
    mime_type: str
    sha256: str


class MediaFetcher:
    """Fetches files of one number.

    The token is shown to the hosts of `config.media_hosts`, by https, and redirects are not
    followed: what an answer names as a file's address may lead anywhere.
    """

    def __init__(self, config: WhatsAppCloudConfig, graph: Graph) -> None:
        self._config = config
        self._graph = graph

    async def fetch(self, reference: str, *, sha256: str | None = None) -> FetchedMedia:
        """Return a file by its id or by the address that its content names.

        Args:
            reference: A media id, or an address that ends in one.
            sha256: The digest that the webhook announced, in hex or base64.

        Raises:
            SendProblem: If Meta does not know the id or does not answer.
            MediaUnavailable: If the file is elsewhere, too large, gone, or another one.
        """
        media_id = reference.rstrip("/").rpartition("/")[2]
        facts = await self._locate(media_id)
        content = await self._download(facts["url"])
        if content is None:
            # An address is good for minutes only; a second one is to be had.
            facts = await self._locate(media_id)
            content = await self._download(facts["url"])
        if content is None:
            raise MediaUnavailable(f"WhatsApp has no file for media id {media_id!r} any more")
        digest = hashlib.sha256(content)
        for announced in (facts.get("sha256"), sha256):
            if announced and announced not in _spellings(digest.digest()):
                raise MediaUnavailable(f"media {media_id!r} is not what was announced: {announced}")
        return FetchedMedia(content, str(facts.get("mime_type", "")), digest.hexdigest())

    async def _locate(self, media_id: str) -> dict[str, Any]:
        if not media_id.isdigit():
            raise MediaUnavailable(f"{media_id!r} is no media id of WhatsApp")
        query = {"phone_number_id": self._config.phone_number_id}
        facts = await self._graph.get(media_id, query)
        size = facts.get("file_size")
        if isinstance(size, int) and size > self._config.max_media_bytes:
            raise self._too_large(size)
        return facts

    async def _download(self, url: str) -> bytes | None:
        """Return the bytes at an address, None if it has expired."""
        self._check(url)
        token: SecretStr = self._config.access_token
        headers = {"Authorization": f"Bearer {token.get_secret_value()}"}
        # A gateway or a fake that is spoken to without TLS has nothing to lose by it.
        is_open = not self._config.api_base.startswith("https://")
        guard = GuardedTransport(allow_private=is_open, allow_http=is_open)
        async with httpx.AsyncClient(timeout=self._config.timeout, transport=guard) as client:
            try:
                async with client.stream("GET", url, headers=headers) as response:
                    if response.status_code in EXPIRED:
                        return None
                    return await self._read(response)
            except httpx.HTTPError as error:
                # The address is a secret for as long as it lives.
                problem = f"WhatsApp's media host: {type(error).__name__}"
                raise MediaUnavailable(problem) from None

    async def _read(self, response: httpx.Response) -> bytes:
        if response.status_code != httpx.codes.OK:
            raise MediaUnavailable(f"WhatsApp's media host answered {response.status_code}")
        content = bytearray()
        async for chunk in response.aiter_bytes(CHUNK_BYTES):
            content += chunk
            if len(content) > self._config.max_media_bytes:
                raise self._too_large(len(content))
        return bytes(content)

    def _check(self, url: str) -> None:
        host = urlsplit(url).hostname
        if host not in self._config.media_hosts:
            raise MediaUnavailable(
                f"a file is said to be at {host!r}, which is not shown the token: only "
                f"{', '.join(self._config.media_hosts)} are"
            )

    def _too_large(self, size: int) -> MediaUnavailable:
        return MediaUnavailable(
            f"a file of {size} bytes or more is larger than max_media_bytes, "
            f"{self._config.max_media_bytes}"
        )


def _spellings(digest: bytes) -> tuple[str, str]:
    """Return a digest in hex, as the API tells it, and in base64, as webhooks do."""
    return digest.hex(), base64.b64encode(digest).decode()
