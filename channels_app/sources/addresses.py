"""Where a source may connect to: not into our own network, unless that is meant."""

from urllib.parse import urlsplit

from channels_app.providers.base.guarded_http import is_public, resolve_host


class ForbiddenAddressError(ConnectionError):
    """An address must not be reached from here."""


async def resolve_allowed(url: str) -> str:
    """Return the IP address of a URL's host, to connect to this very one.

    Raises:
        ForbiddenAddressError: If one of the host's addresses is not public.
        OSError: If it has none.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    addresses = await resolve_host(host, parts.port or 0)
    if not all(map(is_public, addresses)):
        raise ForbiddenAddressError(
            f"{host} is not a public host: say allow_private=True if it is meant"
        )
    return addresses[0]
