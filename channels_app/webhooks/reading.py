"""From an HTTP request to the request that a vendor's signature covers."""

from django.http import HttpRequest

from channels_app.providers.base.webhook import WebhookRequest
from rooms.conf import get_settings
from rooms.domain.enums import ChannelType

MEGABYTE = 1024 * 1024
# Mail comes with its attachments; everything else names files by address.
MAX_MAIL_BYTES = 30 * MEGABYTE
MAX_BYTES = 2 * MEGABYTE


class TooLarge(Exception):
    """A body is larger than anything the vendor sends."""


def read_request(request: HttpRequest, channel_type: str) -> WebhookRequest:
    """Read a request without parsing it: signatures cover the bytes as they came.

    Raises:
        TooLarge: If the body exceeds what channels of this type take.
    """
    limit = MAX_MAIL_BYTES if channel_type == ChannelType.EMAIL else MAX_BYTES
    if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
        raise TooLarge
    body = request.read(limit + 1)
    if len(body) > limit:
        raise TooLarge
    return WebhookRequest(
        method=request.method or "POST",
        url=public_url(request),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
    )


def public_url(request: HttpRequest) -> str:
    """Return the address that the vendor called, query included.

    Behind a proxy only `ROOMKIT["PUBLIC_URL"]` knows it: what the request says of its host can be
    made up, and signatures are checked against this.
    """
    base = get_settings().PUBLIC_URL or f"{request.scheme}://{request.get_host()}"
    query = request.META.get("QUERY_STRING", "")
    return f"{base.rstrip('/')}{_raw_path(request)}{'?' if query else ''}{query}"


def _raw_path(request: HttpRequest) -> str:
    """Return the path as it stood in the request line: decoding and encoding changes some bytes."""
    raw: bytes = getattr(request, "scope", {}).get("raw_path") or b""
    # Some servers leave the query in it.
    return raw.decode("latin-1").partition("?")[0] or request.path
