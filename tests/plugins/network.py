"""No test talks to the world: only this machine's own addresses can be reached."""

import ipaddress
import socket
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import pytest

_INTERNET = {socket.AF_INET, socket.AF_INET6}


class NetworkBlockedError(RuntimeError):
    """A test tried to reach an address outside this machine."""


@pytest.fixture(autouse=True, scope="session")
def local_network_only() -> Iterator[None]:
    """Refuse connections, datagrams and name look-ups that leave this machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, _guard_socket(getattr(socket.socket, name)))
        patch.setattr(socket, "getaddrinfo", _guard_lookup(socket.getaddrinfo))
        yield


def is_local(host: str | bytes | None) -> bool:
    """Tell whether a host name or IP address is this machine's own."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in {None, "", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(str(name)).is_loopback
    except ValueError:
        return False


def _guard_socket(method: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a socket method whose last argument is the address."""

    @wraps(method)
    def guarded(self: socket.socket, *args: Any) -> Any:
        if self.family in _INTERNET:
            _require_local(args[-1][0])
        return method(self, *args)

    return guarded


def _guard_lookup(lookup: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap ``getaddrinfo``, whose first argument is the host."""

    @wraps(lookup)
    def guarded(host: str | bytes | None, *args: Any, **kwargs: Any) -> Any:
        _require_local(host)
        return lookup(host, *args, **kwargs)

    return guarded


def _require_local(host: str | bytes | None) -> None:
    if not is_local(host):
        msg = f"A test tried to reach {host!r}; fake that service on 127.0.0.1."
        raise NetworkBlockedError(msg)
