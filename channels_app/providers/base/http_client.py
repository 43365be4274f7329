"""Speaking HTTP to vendors: what a failure says about the message is decided here, once.

The difference that matters: a request that never reached the vendor may be sent again; one that may
have reached it must not be, since no vendor's send is idempotent unless it says so.
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import httpx

from channels_app.providers.base.outcomes import refused
from channels_app.providers.base.trust import trusted_authorities
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.frozen import utc_now

NEVER_ARRIVED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
NOT_SENT = (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError)


class SendProblem(Exception):
    """The vendor gave no answer that could be read; `result` says what that means."""

    def __init__(self, result: ProviderResult) -> None:
        super().__init__(result.error)
        self.result = result


class VendorClient:
    """An HTTP client of one vendor, made when it is first used.

    Args:
        vendor: The vendor's name, for error texts.
        timeout: Seconds until an answer.
        headers: Sent with each request.
        transport: Replaces the network, such as one that refuses private hosts.
    """

    def __init__(
        self,
        vendor: str,
        *,
        timeout: float,
        headers: dict[str, str] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._vendor = vendor
        self._timeout = timeout
        self._headers = headers or {}
        self._transport = transport
        self._client: httpx.AsyncClient | None = None

    async def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        """Make one request and return the answer, whatever its status; redirects are not followed.

        Raises:
            SendProblem: If there is no answer. Its text names no address: tokens may be in it.
        """
        try:
            return await self._open().request(method, url, **options)
        except NEVER_ARRIVED as error:
            raise self._problem(SendOutcome.TRANSIENT, "unreachable", error) from None
        except NOT_SENT as error:
            raise self._problem(SendOutcome.REJECTED, "invalid_request", error) from None
        except httpx.TimeoutException as error:
            raise self._problem(SendOutcome.UNKNOWN, "timeout", error) from None
        except httpx.HTTPError as error:
            raise self._problem(SendOutcome.UNKNOWN, "connection_lost", error) from None

    async def close(self) -> None:
        """Close the connections; twice is harmless, and a request opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def _open(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(
                timeout=self._timeout,
                headers=self._headers,
                verify=trusted_authorities(),
                transport=self._transport,
                follow_redirects=False,
            )
        return self._client

    def _problem(self, outcome: SendOutcome, code: str, error: Exception) -> SendProblem:
        return SendProblem(refused(outcome, code, f"{self._vendor}: {type(error).__name__}"))


def outcome_of_status(status: int) -> SendOutcome:
    """Return what an HTTP status says when the body says nothing more.

    A 5xx is UNKNOWN: the vendor may have taken the message before it failed. A 503 says by its
    definition that it has not (RFC 9110 §15.6.4).
    """
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return SendOutcome.ACCEPTED
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return SendOutcome.THROTTLED
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return SendOutcome.AUTH
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return SendOutcome.TRANSIENT
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return SendOutcome.UNKNOWN
    return SendOutcome.REJECTED


def retry_after_of(response: httpx.Response, *, now: datetime | None = None) -> float | None:
    """Return the seconds of a `Retry-After` header in either form (RFC 9110 §10.2.3), or None."""
    return parse_retry_after(response.headers.get("retry-after", ""), now=now)


def parse_retry_after(given: str, *, now: datetime | None = None) -> float | None:
    """Return the seconds that a `Retry-After` header asks for, or None if it asks for nothing."""
    given = given.strip()
    if given.isascii() and given.isdigit():
        return float(given)
    try:
        moment = parsedate_to_datetime(given)
    except ValueError:
        return None
    # A date of unknown zone, "-0000", is UTC (RFC 5322 §3.3).
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or utc_now())).total_seconds())
