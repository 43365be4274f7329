"""Fetching files of messages: whole, not too large, and never from our own network."""

import asyncio
import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

import httpx

from channels_app.providers.base.guarded_http import ForbiddenHostError, GuardedTransport

DEFAULT_MAX_BYTES = 25_000_000
TIMEOUT_S = 20.0
MAX_REDIRECTS = 5
CHUNK_BYTES = 64 * 1024
PASSING = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT)

GONE = "it is not there any more"
TOO_LARGE = "it is too large"
FORBIDDEN = "its address is not one to fetch from"
NOT_THE_SAME = "it is not the file that was announced"
NOT_NOW = "it could not be fetched"

Headers = Callable[[str], Mapping[str, str]]
"""Returns what to send to an address: credentials to the vendor, nothing to others."""


class MediaUnavailable(LookupError):
    """A file cannot be had.

    Attributes:
        retryable: Whether it may be had later.
        reason: Why, in words that are fit for everybody; the text of the exception is for logs.
    """

    def __init__(self, message: str, *, retryable: bool = False, reason: str = NOT_NOW) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.reason = reason


@dataclass(frozen=True)
class FetchedMedia:
    """A file as it was fetched; `mime_type` is what the server said, "" if it said nothing."""

    content: bytes
    mime_type: str = ""

    @property
    def sha256(self) -> str:
        """The digest in hex."""
        return hashlib.sha256(self.content).hexdigest()


async def download(
    url: str,
    *,
    headers_of: Headers | None = None,
    own_url: str = "",
    sha256: str | None = None,
    max_bytes: int = DEFAULT_MAX_BYTES,
    timeout: float = TIMEOUT_S,
) -> FetchedMedia:
    """Fetch a file from an address that somebody gave us.

    Args:
        url: Only https, and only public hosts; each redirect is looked at in the same way.
        headers_of: Asked anew for each address, so that no credentials follow a redirect; None
            sends nothing.
        own_url: An address from our own settings, whose host may be any; "" trusts none.
        sha256: The digest that was announced, in hex or base64.
        max_bytes: More is not read.
        timeout: Seconds for everything.

    Raises:
        MediaUnavailable: If it cannot be had. Its text names hosts, never whole addresses, which
            are secrets for as long as they live.
    """
    try:
        async with asyncio.timeout(timeout):
            fetched = await _follow(
                _parse(url), headers_of or _no_headers, _parse(own_url).host, max_bytes
            )
    except TimeoutError:
        raise MediaUnavailable(f"no file within {timeout:g} s", retryable=True) from None
    except ForbiddenHostError as error:
        raise MediaUnavailable(str(error), reason=FORBIDDEN) from None
    except (httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
        problem = f"no request can be made: {type(error).__name__}"
        raise MediaUnavailable(problem, reason=FORBIDDEN) from None
    except httpx.HTTPError as error:
        raise MediaUnavailable(f"no file: {type(error).__name__}", retryable=True) from None
    check_digest(fetched.content, sha256)
    return fetched


async def _follow(
    url: httpx.URL, headers_of: Headers, own_host: str, max_bytes: int
) -> FetchedMedia:
    for _ in range(MAX_REDIRECTS + 1):
        is_own = bool(own_host) and url.host == own_host
        guard = GuardedTransport(allow_private=is_own, allow_http=is_own)
        # Packed bytes could unpack to any size.
        headers = {"Accept-Encoding": "identity", **headers_of(str(url))}
        async with (
            httpx.AsyncClient(transport=guard, timeout=TIMEOUT_S) as client,
            client.stream("GET", url, headers=headers) as response,
        ):
            if not response.has_redirect_location:
                return await _read(response, max_bytes)
            url = url.join(_parse(response.headers["location"]))
    raise MediaUnavailable(f"{url.host}: more than {MAX_REDIRECTS} redirects", reason=FORBIDDEN)


async def _read(response: httpx.Response, max_bytes: int) -> FetchedMedia:
    check_answer(response)
    content = await read_capped(response, max_bytes)
    return FetchedMedia(content, response.headers.get("content-type", ""))


def check_answer(response: httpx.Response) -> None:
    """Return if an answer holds a file.

    Raises:
        MediaUnavailable: If it does not.
    """
    status = response.status_code
    said = f"{response.url.host} answered {status}"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in PASSING:
        raise MediaUnavailable(said, retryable=True)
    if status != HTTPStatus.OK:
        raise MediaUnavailable(said, reason=GONE)
    if response.headers.get("content-encoding", "identity") != "identity":
        raise MediaUnavailable(f"{response.url.host} packs what it was asked to send as it is")


async def read_capped(response: httpx.Response, max_bytes: int) -> bytes:
    """Return the bytes of an answer.

    Raises:
        MediaUnavailable: If there are more than `max_bytes`.
    """
    told = response.headers.get("content-length", "")
    content = bytearray()
    if not told.isdigit() or int(told) <= max_bytes:
        async for chunk in response.aiter_raw(CHUNK_BYTES):
            content += chunk
            if len(content) > max_bytes:
                break
        else:
            return bytes(content)
    raise MediaUnavailable(f"a file has more than {max_bytes} bytes", reason=TOO_LARGE)


def check_digest(content: bytes, *announced: str | None) -> None:
    """Return if a file is the one that was announced, in hex or in base64.

    Raises:
        MediaUnavailable: If it is another one.
    """
    digest = hashlib.sha256(content).digest()
    spellings = (digest.hex(), base64.b64encode(digest).decode())
    for told in filter(None, announced):
        if told not in spellings:
            raise MediaUnavailable(
                f"the file is not what was announced: {told}", reason=NOT_THE_SAME
            )


def _no_headers(_: str) -> dict[str, str]:
    return {}


def _parse(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except httpx.InvalidURL:
        raise MediaUnavailable("the address cannot be read", reason=FORBIDDEN) from None
