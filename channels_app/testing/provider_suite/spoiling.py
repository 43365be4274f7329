"""Webhooks that are not what they were."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

from channels_app.providers.base.webhook import WebhookRequest

BODIES = (
    b"",
    b"\x00\xff\xfe",
    b"null",
    b"[]",
    b"[[]]",
    b"{}",
    b'"text"',
    b'{"a":',
    b"[" * 50_000,
    b"a=b&c",
    b"--x\r\n\r\n",
)


def spoil_body(request: WebhookRequest) -> Iterator[WebhookRequest]:
    """Yield a request with bodies that the vendor never sends, and with pieces of its own."""
    size = len(request.body)
    pieces = (request.body[: size // 2], request.body[size // 3 :], request.body[:-1])
    for body in (*BODIES, *pieces):
        yield replace(request, body=body)


def add_to_body(request: WebhookRequest) -> WebhookRequest:
    """Return a request with one byte changed; it can still be read."""
    middle = len(request.body) // 2
    changed = bytes([request.body[middle] ^ 1])
    return replace(request, body=request.body[:middle] + changed + request.body[middle + 1 :])


def take_away(request: WebhookRequest, carrier: str) -> WebhookRequest:
    """Return a request without a header, or without a field (`?name`) of its address."""
    return _with(request, carrier, None)


def falsify(request: WebhookRequest, carrier: str) -> WebhookRequest:
    """Return a request with one sign of a header, or of a field of its address, changed."""
    given = _value_of(request, carrier)
    middle = len(given) // 2
    other = "1" if given[middle] != "1" else "2"
    return _with(request, carrier, given[:middle] + other + given[middle + 1 :])


def _value_of(request: WebhookRequest, carrier: str) -> str:
    if carrier.startswith("?"):
        return dict(request.query)[carrier[1:]]
    return request.headers[carrier]


def _with(request: WebhookRequest, carrier: str, value: str | None) -> WebhookRequest:
    if not carrier.startswith("?"):
        kept = {name: text for name, text in request.headers.items() if name != carrier}
        return replace(request, headers=kept if value is None else {**kept, carrier: value})
    address, _, query = request.url.partition("?")
    fields = [(name, text) for name, text in parse_qsl(query, True) if name != carrier[1:]]
    if value is not None:
        fields.append((carrier[1:], value))
    return replace(request, url=f"{address}?{urlencode(fields)}")
