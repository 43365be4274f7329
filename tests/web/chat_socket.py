"""A client of the room socket, for tests: through the whole ASGI application of the site."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from channels.testing import WebsocketCommunicator

from channels_app import visitors
from roomkit_project.asgi import application
from rooms.kit import RoomKit
from rooms.testing.rig import Line, ScriptedAgent

ROOM = "room-1"
CHANNEL = "web-chat"
AGENT = "assistant"
VISITOR = "visitor-1"
ORIGIN = (b"origin", b"http://localhost:8000")

Frame = dict[str, Any]


def cookie_header(cookies: Mapping[str, str]) -> tuple[bytes, bytes]:
    """Return the header that carries cookies."""
    return b"cookie", "; ".join(f"{name}={value}" for name, value in cookies.items()).encode()


def visitor_cookies(visitor_id: str = VISITOR) -> dict[str, str]:
    """Return the cookies of a visitor."""
    return {visitors.COOKIE_NAME: visitors.sign(visitor_id)}


def let_agent_say(kit: RoomKit, *lines: Line) -> ScriptedAgent:
    """Give the room's agent a script."""
    kit.unregister_channel(AGENT)
    agent = ScriptedAgent(AGENT, *lines)
    kit.register_channel(agent)
    return agent


class ChatSocket:
    """An open socket; frames are read in the order in which they came."""

    def __init__(self, communicator: WebsocketCommunicator) -> None:
        self._communicator = communicator

    async def send(self, frame: Frame) -> None:
        """Send a frame."""
        await self._communicator.send_to(text_data=json.dumps(frame))

    async def send_raw(self, *, text: str | None = None, data: bytes | None = None) -> None:
        """Send what is no proper frame."""
        await self._communicator.send_to(text_data=text, bytes_data=data)

    async def read(self) -> Frame:
        """Return the next frame."""
        frame: Frame = json.loads(await self._communicator.receive_from(timeout=5))
        return frame

    async def until(self, kind: str) -> Frame:
        """Skip to the next frame of a kind."""
        return (await self.collect(kind))[-1]

    async def collect(self, last_kind: str) -> list[Frame]:
        """Return the frames up to and including the next one of a kind."""
        frames = [await self.read()]
        while frames[-1]["type"] != last_kind:
            frames.append(await self.read())
        return frames

    async def say(self, client_id: str, body: str) -> Frame:
        """Say something and return the answer to it: an ack or an error."""
        await self.send({"type": "message", "id": client_id, "body": body})
        while (frame := await self.read())["type"] not in ("ack", "error"):
            pass
        return frame

    async def close_code(self) -> int:
        """Read to the end and return the code the server closed with."""
        while (message := await self._communicator.receive_output(5))["type"] == "websocket.send":
            pass
        code: int = message["code"]
        return code


@asynccontextmanager
async def connect(
    room_id: str = ROOM, *, cookies: Mapping[str, str] | None = None, query: str = ""
) -> AsyncIterator[ChatSocket]:
    """Open a socket with the visitor's cookie, or with others."""
    headers = [ORIGIN, cookie_header(visitor_cookies() if cookies is None else cookies)]
    path = f"/ws/{room_id}{query}"
    communicator = WebsocketCommunicator(application, path, headers=headers)
    accepted, _ = await communicator.connect(timeout=5)
    assert accepted
    try:
        yield ChatSocket(communicator)
    finally:
        await communicator.disconnect(timeout=5)


@asynccontextmanager
async def greeted(room_id: str = ROOM, **options: Any) -> AsyncIterator[ChatSocket]:
    """Open a socket and skip the `hello`."""
    async with connect(room_id, **options) as socket:
        assert (await socket.read())["type"] == "hello"
        yield socket


def shown(frames: list[Frame]) -> list[str]:
    """Return what the events among some frames say."""
    return [frame["event"]["content"]["body"] for frame in frames if frame["type"] == "event"]
