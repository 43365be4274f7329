"""Visitors of the chat page: people without an account, known by a signed cookie.

The cookie holds nothing but an opaque id and the moment it was signed. It is HttpOnly, so that no
script of the page can read it, and opens only rooms in which that id takes part.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from rooms.domain.frozen import new_id

COOKIE_NAME = "roomkit_visitor"
LIFETIME = timedelta(days=180)
# A cookie in use is signed anew once it is this old, so that it never ends in mid-conversation.
ROTATE_AFTER = timedelta(days=30)
ID_PREFIX = "visitor-"

_SALT = "roomkit.channels.visitor"


@dataclass(frozen=True)
class Visitor:
    """Somebody who holds a valid token.

    Attributes:
        id: The participant id in rooms.
        is_stale: Whether the token should be replaced by a fresh one.
    """

    id: str
    is_stale: bool = False


def new_visitor() -> Visitor:
    """Make up a visitor nobody has met; the token has to be given with `remember`."""
    return Visitor(id=f"{ID_PREFIX}{new_id()}", is_stale=True)


def sign(visitor_id: str) -> str:
    """Return the token of a visitor."""
    return _signer().sign(visitor_id)


def read_token(token: str | None) -> Visitor | None:
    """Return whose token this is, or None when it is missing, forged, damaged or too old."""
    if not token:
        return None
    try:
        visitor_id = _signer().unsign(token, max_age=LIFETIME)
    except signing.BadSignature:
        return None
    return Visitor(id=visitor_id, is_stale=_is_older(token, ROTATE_AFTER))


def read_request(request: HttpRequest) -> Visitor | None:
    """Return the visitor a request comes from, or None."""
    return read_token(request.COOKIES.get(COOKIE_NAME))


def remember(response: HttpResponseBase, visitor: Visitor, *, secure: bool) -> None:
    """Give a visitor a token where the present one is missing or getting old.

    Args:
        response: Gets the cookie.
        visitor: As `read_request` or `new_visitor` returned it.
        secure: Whether the page came over HTTPS; then the cookie travels over nothing else.
    """
    if not visitor.is_stale:
        return
    response.set_cookie(
        COOKIE_NAME,
        sign(visitor.id),
        max_age=LIFETIME,
        secure=secure,
        httponly=True,
        samesite="Lax",
    )


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=_SALT)


def _is_older(token: str, age: timedelta) -> bool:
    try:
        _signer().unsign(token, max_age=age)
    except signing.SignatureExpired:
        return True
    return False
