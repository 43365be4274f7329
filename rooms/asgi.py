"""The kit and its worker beside an ASGI application: no second process to start.

application = with_worker(ProtocolTypeRouter({...}))
"""

from collections.abc import Awaitable, Callable
from typing import Any

from rooms.conf import get_settings
from rooms.domain.json import JsonObject
from rooms.runtime import get_kit
from rooms.serving.life import KitLife

Application = Callable[..., Awaitable[Any]]


def with_worker(application: Application) -> Application:
    """Wrap a site's ASGI application so that the worker runs on the server's event loop.

    It starts with the server where the server says so (ASGI lifespan), else with the first
    request: Daphne has no lifespan. With a lifespan it is also stopped in order. Where the role is
    `web` no worker runs, and only the kit is started and stopped.

    Args:
        application: The site's own application; it never sees lifespan scopes.
    """
    life = KitLife(get_kit, has_worker=get_settings().ROLE != "web")

    async def wrapped(scope: JsonObject, receive: Any, send: Any) -> Any:
        if scope["type"] == "lifespan":
            return await _live(life, receive, send)
        life.start()
        return await application(scope, receive, send)

    return wrapped


async def _live(life: KitLife, receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            life.start()
            await send({"type": "lifespan.startup.complete"})
        else:
            await life.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return
