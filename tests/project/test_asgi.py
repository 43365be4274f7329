import pytest
from channels.testing import HttpCommunicator, WebsocketCommunicator

from roomkit_project.asgi import application


async def test_socket_from_a_page_of_another_site_is_refused() -> None:
    socket = WebsocketCommunicator(
        application, "/ws/anything/", headers=[(b"origin", b"https://evil.example")]
    )

    connected, _ = await socket.connect()

    assert not connected


async def test_socket_from_our_own_page_reaches_the_routes() -> None:
    socket = WebsocketCommunicator(
        application, "/ws/no-such-route/", headers=[(b"origin", b"http://localhost:8000")]
    )

    with pytest.raises(ValueError, match="No route found"):
        await socket.connect()


async def test_http_request_reaches_django() -> None:
    request = HttpCommunicator(
        application, "GET", "/admin/login/", headers=[(b"host", b"localhost")]
    )

    answer = await request.get_response()
    await request.wait()

    assert answer["status"] == 200
