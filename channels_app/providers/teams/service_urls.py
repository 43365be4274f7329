"""Which service URLs may be shown the bot's token.

A conversation brings its service URL with it. The token is like a password, so a URL that somebody
slipped in must not get it (vendor's page "Authentication with the Bot Connector API").
"""

from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from channels_app.providers.base.http_client import SendProblem
from channels_app.providers.base.outcomes import refused
from rooms.domain.delivery import SendOutcome

FORBIDDEN = "forbidden_service_url"


def check_service_url(url: str, hosts: Iterable[str]) -> str:
    """Return a service URL without the slash at its end.

    Args:
        url: As an activity gave it.
        hosts: As in `TeamsConfig.service_hosts`.

    Raises:
        SendProblem: If it is none of the allowed hosts', or not HTTPS.
    """
    parts = _split(url)
    if parts is None or not any(_covers(host, parts) for host in hosts):
        host = parts.hostname if parts else None
        words = f"Teams: the bot's token is not shown to {host or 'an unreadable address'}"
        raise SendProblem(refused(SendOutcome.REJECTED, FORBIDDEN, words))
    return url.rstrip("/")


def _split(url: str) -> SplitResult | None:
    """Take a URL apart; None if it is not one that only names a place."""
    try:
        parts = urlsplit(url)
        has_port = parts.port is not None
    except ValueError:
        return None
    named = bool(parts.hostname) and (has_port or not parts.netloc.endswith(":"))
    # With blanks and backslashes, httpx and urlsplit could disagree about the host.
    is_plain = not any(sign in url for sign in "@?#\\\t\r\n ")
    return parts if named and is_plain else None


def _covers(allowed: str, parts: SplitResult) -> bool:
    if "://" in allowed:
        return f"{parts.scheme}://{parts.netloc}" == allowed.rstrip("/")
    host = (parts.hostname or "").lower()
    if parts.scheme != "https" or parts.port not in (None, 443):
        return False
    return host.endswith(allowed[1:]) if allowed.startswith("*.") else host == allowed
