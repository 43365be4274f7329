"""The WebSocket routes of this app."""

from channels.security.websocket import AllowedHostsOriginValidator
from channels.sessions import CookieMiddleware

from channels_app.consumers.room import room_consumer
from rooms.routing import register_websocket, websocket_path


def register() -> None:
    """Serve ``/ws/{room_id}``.

    Cookies identify the client, so a page of another site must not be able to open it: the
    origin is checked here, whatever the site wraps around its routes.
    """
    application = AllowedHostsOriginValidator(CookieMiddleware(room_consumer))
    register_websocket(websocket_path("ws/<str:room_id>", application, name="roomkit_room"))
