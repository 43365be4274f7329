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

# What follows needs the apps.
from channels_app.webhooks.door import webhooks_first  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": webhooks_first(http_application),
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(
                # The stubs ask for a pattern type of their own that nothing can construct.
                URLRouter(routing.websocket_urlpatterns)  # type: ignore[arg-type]
            )
        ),
    }
)
