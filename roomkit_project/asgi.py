"""The site as an ASGI application: HTTP by Django, WebSockets by Channels."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application

from rooms import routing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roomkit_project.settings")

# Made first: it loads the apps, and with them the socket routes they register.
http_application = get_asgi_application()

application = ProtocolTypeRouter(
    {
        "http": http_application,
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(
                # The stubs ask for a pattern type of their own that nothing can construct.
                URLRouter(routing.websocket_urlpatterns)  # type: ignore[arg-type]
            )
        ),
    }
)
