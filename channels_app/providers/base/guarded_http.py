"""Requests to addresses that people give us: never into our own network.

A name is looked up here and the connection is made to the very address that was checked, so a name
that changes its address between check and connection (DNS rebinding) gains nothing. Redirects are
requests of their own and pass the same check.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import httpx

from channels_app.providers.base.trust import trusted_authorities

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Clouds answer their machines here (Oracle's metadata, Azure's WireServer), though the second is a
# public address, and Python has known the first for a private one only since 2024.
_OF_CLOUDS = (
    ipaddress.IPv4Network("192.0.0.0/24"),
    ipaddress.IPv4Network("168.63.129.16/32"),
)


class ForbiddenHostError(httpx.UnsupportedProtocol):
    """An address must not be reached from here; the request was not made."""


async def resolve_host(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host, as the system knows them.

    Raises:
        OSError: If it has none.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the internet.

    Addresses that wrap another one, such as `::ffff:127.0.0.1`, are judged by that one.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return all(_is_global(each) for each in _meanings(ip))


def _make_transport() -> httpx.AsyncBaseTransport:
    return httpx.AsyncHTTPTransport(verify=trusted_authorities())


class GuardedTransport(httpx.AsyncBaseTransport):
    """Reaches public hosts only; hand it to an `httpx.AsyncClient` or a `VendorClient`.

    Make one for each provider or download: it keeps connections apart by host name, because two
    names at one address must not share a connection that was made for one of them.

    Args:
        allow_private: Whether hosts of the own network may be reached; for tests and development.
        allow_http: Whether a request may go unencrypted.
        resolve: Looks names up.
        make_transport: Makes what connections run over.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        allow_http: bool = False,
        resolve: Resolve = resolve_host,
        make_transport: Callable[[], httpx.AsyncBaseTransport] = _make_transport,
    ) -> None:
        self._allow_private = allow_private
        self._schemes = {"https", "http"} if allow_http else {"https"}
        self._resolve = resolve
        self._make_transport = make_transport
        self._transports: dict[str, httpx.AsyncBaseTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Make a request to the first address of its host that takes a connection.

        Raises:
            ForbiddenHostError: If one of the host's addresses is not public, or if the request
                would go unencrypted. The text names the host, not the whole address.
            httpx.ConnectError: If the host is unknown or takes no connection.
        """
        host = request.url.raw_host.decode("ascii")
        addresses = await self.find_addresses(request)
        if host not in self._transports:
            self._transports[host] = self._make_transport()
        return await _try_each(self._transports[host], request, host, addresses)

    async def find_addresses(self, request: httpx.Request) -> Sequence[str]:
        """Return where a request would go; nothing is sent.

        Raises:
            ForbiddenHostError: If it must not go there.
            httpx.ConnectError: If the host is unknown.
        """
        host = request.url.raw_host.decode("ascii")
        if request.url.scheme not in self._schemes:
            raise ForbiddenHostError(f"{host}: use one of {sorted(self._schemes)}", request=request)
        addresses = await self._look_up(host, request)
        if not self._allow_private and not all(map(is_public, addresses)):
            raise ForbiddenHostError(f"{host} is not a public host", request=request)
        return addresses

    async def aclose(self) -> None:
        """Close all connections."""
        transports = list(self._transports.values())
        self._transports.clear()
        for transport in transports:
            await transport.aclose()

    async def _look_up(self, host: str, request: httpx.Request) -> Sequence[str]:
        if (literal := _read_literal(host)) is not None:
            return [literal]
        patience = request.extensions.get("timeout", {}).get("connect")
        try:
            async with asyncio.timeout(patience):
                addresses = await self._resolve(host, request.url.port or 0)
        except TimeoutError:
            raise httpx.ConnectTimeout(
                f"{host} was not looked up in time", request=request
            ) from None
        except OSError as error:
            raise httpx.ConnectError(f"{host} is unknown: {error}", request=request) from error
        if not addresses:
            raise httpx.ConnectError(f"{host} has no address", request=request)
        return addresses


async def _try_each(
    transport: httpx.AsyncBaseTransport,
    request: httpx.Request,
    host: str,
    addresses: Sequence[str],
) -> httpx.Response:
    for address in addresses[:-1]:
        try:
            return await transport.handle_async_request(_aim(request, host, address))
        except (httpx.ConnectError, httpx.ConnectTimeout):
            continue  # nothing was sent: the next address may answer
    return await transport.handle_async_request(_aim(request, host, addresses[-1]))


def _aim(request: httpx.Request, host: str, address: str) -> httpx.Request:
    """Aim a request at an address; certificate and `Host` stay those of the name."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": host},
    )


def _read_literal(host: str) -> str | None:
    """Return the address that a host already is, in whatever way it is written, or None.

    `127.1`, `0x7f.1` and `2130706433` are all 127.0.0.1 to a resolver.
    """
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def _meanings(ip: Address) -> list[Address]:
    """Return the addresses that traffic to `ip` may end at."""
    if isinstance(ip, ipaddress.IPv4Address):
        return [ip]
    if ip.ipv4_mapped is not None:
        return [ip.ipv4_mapped]
    if ip in _NAT64:
        return [ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)]
    return [ip, ip.sixtofour] if ip.sixtofour is not None else [ip]


def _is_global(ip: Address) -> bool:
    if isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local:
        return False
    if any(ip in network for network in _OF_CLOUDS):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)
