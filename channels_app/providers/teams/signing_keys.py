"""The keys by which Microsoft signs its calls to bots."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import jwt

from channels_app.providers.base.http_client import SendProblem, VendorClient
from channels_app.providers.base.outcomes import refused
from rooms.domain.delivery import SendOutcome
from rooms.domain.json import JsonObject

logger = logging.getLogger("roomkit.providers.teams")

FRESH_S = 24 * 3600.0
"""How long the list is used, in seconds."""

UNKNOWN_KEY_PAUSE_S = 60.0
"""How long after a fetch a key that is not in the list asks for no other, in seconds."""


@dataclass(frozen=True)
class SigningKey:
    """A public key, and the channels whose calls it may sign."""

    public: jwt.PyJWK
    endorsements: frozenset[str]


class SigningKeys:
    """The published keys, by their ids.

    Args:
        openid_url: Where the list is described.
        client: Fetches both.
        now: Seconds on a clock that never goes back.
    """

    def __init__(
        self,
        openid_url: str,
        client: VendorClient,
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._openid_url = openid_url
        self._client = client
        self._now = now
        self._keys: dict[str, SigningKey] = {}
        self._fetched_at: float | None = None
        self._fetching = asyncio.Lock()

    async def find(self, key_id: str) -> SigningKey | None:
        """Return a key; the list is fetched if it is old, or if it may have got a new key.

        Raises:
            SendProblem: If there is no list at all; an old one is used while no new one is to be
                had.
        """
        async with self._fetching:
            if self._is_due(key_id):
                await self._refresh()
            return self._keys.get(key_id)

    def find_now(self, key_id: str, *, timeout: float) -> SigningKey | None:
        """Return a key as `find` does, blocking the thread while the list is fetched.

        Args:
            key_id: The `kid` of a token.
            timeout: Seconds until an answer.

        Raises:
            SendProblem: If the list cannot be read.
            httpx.HTTPError: If there is no answer.
        """
        if self._is_due(key_id):
            with httpx.Client(timeout=timeout, follow_redirects=False) as client:
                openid = _read_body(client.get(self._openid_url))
                self._take(_read_body(client.get(_place_of_keys(openid))))
        return self._keys.get(key_id)

    def _is_due(self, key_id: str) -> bool:
        if self._fetched_at is None:
            return True
        age = self._now() - self._fetched_at
        return age >= (FRESH_S if key_id in self._keys else UNKNOWN_KEY_PAUSE_S)

    async def _refresh(self) -> None:
        try:
            openid = await self._fetch(self._openid_url)
            listed = await self._fetch(_place_of_keys(openid))
        except SendProblem:
            if not self._keys:
                raise
            logger.warning("the old signing keys of Teams are used: no new ones to be had")
            self._fetched_at = self._now()
        else:
            self._take(listed)

    async def _fetch(self, url: str) -> JsonObject:
        return _read_body(await self._client.request("GET", url))

    def _take(self, listed: JsonObject) -> None:
        self._keys = dict(_read_keys(listed))
        self._fetched_at = self._now()


def _read_body(response: httpx.Response) -> JsonObject:
    try:
        body = response.json() if response.status_code == httpx.codes.OK else None
    except ValueError:
        body = None
    if isinstance(body, dict):
        return body
    words = f"Teams: the signing keys cannot be read ({response.status_code})"
    raise SendProblem(refused(SendOutcome.TRANSIENT, "unreadable_keys", words))


def _place_of_keys(openid: JsonObject) -> str:
    return str(openid.get("jwks_uri") or "")


def _read_keys(listed: JsonObject) -> Iterator[tuple[str, SigningKey]]:
    """Read a list of keys (RFC 7517), with the vendor's own `endorsements`; only RSA keys sign."""
    for each in listed.get("keys") or []:
        if each.get("kty") != "RSA" or not each.get("kid"):
            continue
        try:
            public = jwt.PyJWK(each, algorithm="RS256")
        except (jwt.PyJWTError, ValueError):
            # One key that cannot be read must not take the others along.
            logger.warning("a signing key of Teams cannot be read", extra={"kid": each["kid"]})
            continue
        yield str(each["kid"]), SigningKey(public, frozenset(each.get("endorsements") or ()))
