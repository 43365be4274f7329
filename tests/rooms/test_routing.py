import pytest
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator

from rooms import routing


class Greeter(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.accept()
        await self.send(self.scope["url_route"]["kwargs"]["name"])


@pytest.fixture(autouse=True)
def no_routes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routing, "websocket_urlpatterns", [])


def register_greeter() -> None:
    routing.register_websocket(routing.websocket_path("ws/<str:name>/", Greeter.as_asgi()))


async def test_registered_route_is_served() -> None:
    register_greeter()
    router = URLRouter(routing.websocket_urlpatterns)  # type: ignore[arg-type] # see asgi.py
    socket = WebsocketCommunicator(router, "/ws/noor/")

    await socket.connect()

    assert await socket.receive_from() == "noor"
    await socket.disconnect()


def test_route_that_would_hide_another_is_refused() -> None:
    register_greeter()

    with pytest.raises(ValueError, match="'ws/<str:name>/' is registered twice"):
        register_greeter()
