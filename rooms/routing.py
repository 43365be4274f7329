"""The WebSocket routes that the ASGI application serves.

An app adds its own in ``AppConfig.ready()``, so that no app imports the routes of an app above it::

    register_websocket(websocket_path("ws/roomkit/live/", LiveConsumer.as_asgi()))
"""

from collections.abc import Awaitable, Callable
from typing import Any

from django.urls import URLPattern, path

websocket_urlpatterns: list[URLPattern] = []


def websocket_path(
    route: str, application: Callable[..., Awaitable[Any]], *, name: str | None = None
) -> URLPattern:
    """Build the route of a consumer: `django.urls.path` for an ASGI application.

    Args:
        route: The path without a leading slash; it may hold converters such as ``<str:room_id>``.
        application: What ``Consumer.as_asgi()`` returns.
        name: The route's name, unique among the sockets.
    """
    # Django types its views by the response they return; an ASGI application returns none.
    return path(route, application, name=name)  # type: ignore[arg-type]


def register_websocket(route: URLPattern) -> None:
    """Serve one more WebSocket route.

    Call it in ``AppConfig.ready()``: the ASGI application reads the list once, when it is
    built. Registering the same path again is refused, so that no app silently hides another's.

    Args:
        route: What `websocket_path` returns.

    Raises:
        ValueError: The same path is registered already.
    """
    taken = {str(known.pattern) for known in websocket_urlpatterns}
    if str(route.pattern) in taken:
        msg = f"WebSocket path {str(route.pattern)!r} is registered twice; change one of the two."
        raise ValueError(msg)
    websocket_urlpatterns.append(route)
