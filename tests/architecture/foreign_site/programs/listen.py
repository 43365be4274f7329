"""Open the socket of a room as a logged-in person, say something, and print the frames."""

import asyncio
import json
from typing import Any

import django
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils.module_loading import import_string

django.setup()

from rooms import get_kit  # noqa: E402

# It carries no types; that of Channels needs Daphne.
Communicator: Any = ApplicationCommunicator
ROOM = "room-8"
LAST = "ack"


def log_in() -> str:
    """Return the cookie header of somebody who may see every room."""
    people = get_user_model()._default_manager
    user, _ = people.get_or_create(email="desk@hotel.example", is_superuser=True)
    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def scope(cookie: str) -> dict[str, Any]:
    """Return what a server tells the application about a socket."""
    headers = [(b"cookie", cookie.encode()), (b"origin", b"http://localhost")]
    return {
        "type": "websocket",
        "path": f"/ws/{ROOM}",
        "raw_path": f"/ws/{ROOM}".encode(),
        "query_string": b"",
        "headers": headers,
        "subprotocols": [],
    }


async def main(cookie: str) -> list[str]:
    """Talk to the socket until it has acknowledged a message; return the types of its frames."""
    kit = get_kit()
    await kit.create_room(ROOM)
    await kit.attach_channel(ROOM, "web-chat")
    application = import_string(settings.ASGI_APPLICATION)
    socket = Communicator(application, scope(cookie))
    await socket.send_input({"type": "websocket.connect"})
    assert (await socket.receive_output(5))["type"] == "websocket.accept"
    message = {"type": "message", "id": "1", "body": "Is anybody there?"}
    await socket.send_input({"type": "websocket.receive", "text": json.dumps(message)})
    frames: list[str] = []
    while LAST not in frames:
        frames.append(json.loads((await socket.receive_output(5))["text"])["type"])
    await socket.send_input({"type": "websocket.disconnect", "code": 1000})
    await socket.wait(5)
    await kit.close()
    return frames


print(json.dumps(asyncio.run(main(log_in()))))
