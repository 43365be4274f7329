"""The Content-Security-Policy that every page of the project is sent with."""

from collections.abc import Iterable
from typing import Any

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1"})


def build_policy(hosts: Iterable[str]) -> dict[str, Any]:
    """Build the policy: everything from this origin, nothing inline, sockets to our own hosts.

    Args:
        hosts: ``ALLOWED_HOSTS``, the names this site answers to.
    """
    own = ["'self'"]
    return {
        "DIRECTIVES": {
            "default-src": own,
            "connect-src": [*own, *websocket_sources(hosts)],
            "base-uri": own,
            "form-action": own,
            "frame-ancestors": own,
            "object-src": ["'none'"],
        }
    }


def websocket_sources(hosts: Iterable[str]) -> list[str]:
    """Return the WebSocket sources for the hosts of this site, one each.

    Newer browsers count a socket to the page's own host as ``'self'``, older ones do not. A
    bare ``wss:`` would let a page talk to any host, so each host is named. ``*`` and IPv6
    addresses have no such form; there ``'self'`` alone decides.
    """
    return [
        f"ws://{host}:*" if host in LOOPBACK_HOSTS else f"wss://{_as_source(host)}"
        for host in hosts
        if host != "*" and not host.startswith("[")
    ]


def _as_source(host: str) -> str:
    """Turn Django's ``.example.com`` into the policy's ``*.example.com``."""
    return f"*{host}" if host.startswith(".") else host
