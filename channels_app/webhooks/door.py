"""A shorter way for webhooks: past Django's middleware, which costs more than keeping one does.

application = ProtocolTypeRouter({"http": webhooks_first(get_asgi_application()), ...})
"""

import logging
from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve

from channels_app.webhooks.reading import MAX_MAIL_BYTES
from channels_app.webhooks.views import webhook
from rooms.domain.json import JsonObject

logger = logging.getLogger("roomkit.channels.webhooks")

Application = Callable[..., Awaitable[Any]]
Receive = Callable[[], Awaitable[JsonObject]]
Send = Callable[[JsonObject], Awaitable[None]]


def webhooks_first(application: Application) -> Application:
    """Answer webhooks at once and leave everything else to a site's ASGI application.

    A webhook is proved by its signature: it needs no session, no user and no language, and its view
    is the same one as by the long way.

    Args:
        application: Django's own, as `get_asgi_application()` returns it.
    """

    async def answer(scope: JsonObject, receive: Receive, send: Send) -> Any:
        match = _find(scope)
        if match is None:
            return await application(scope, receive, send)
        body = await _read(receive)
        if body is None:
            return None
        await _respond(await _ask(ASGIRequest(scope, body), match), send)
        return None

    return answer


def _find(scope: JsonObject) -> ResolverMatch | None:
    """Return the view's arguments if a webhook is asked for."""
    if scope["type"] != "http":
        return None
    try:
        match = resolve(_path_of(scope))
    except Resolver404:
        return None
    return match if match.func is webhook else None


def _path_of(scope: JsonObject) -> str:
    """Return the path below where the site is mounted."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", "")) or "/"


async def _read(receive: Receive) -> BytesIO | None:
    """Read a body, no further than one byte over the largest; None if the caller has gone."""
    body = BytesIO()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        if body.tell() <= MAX_MAIL_BYTES:
            body.write(message.get("body", b""))
        if not message.get("more_body"):
            body.seek(0)
            return body


async def _ask(request: ASGIRequest, match: ResolverMatch) -> HttpResponse:
    """Ask the view; what it does not expect becomes a 500, as Django's own handler makes of it."""
    try:
        return await webhook(request, **match.kwargs)
    except Exception:  # whoever posts must be answered, so that it is sent again
        logger.exception("webhook failed", extra=match.kwargs)
        return HttpResponse(status=500)


async def _respond(response: HttpResponse, send: Send) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in response.items()]
    await send(
        {
            "type": "http.response.start",
            "status": response.status_code,
            "headers": [*headers, (b"content-length", b"%d" % len(response.content))],
        }
    )
    await send({"type": "http.response.body", "body": response.content})
