"""A customer's browser without the browser: a socket that comes back, and words until heard."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import count, cycle
from time import monotonic
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.cluster.cluster import Cluster

Frame = dict[str, Any]

COOKIE = "roomkit_visitor"
PAUSE_S = 0.3
SAYS_AGAIN_AFTER_S = 5.0
HEARD_WITHIN_S = 60.0
OPENS_WITHIN_S = 5.0

# A visitor who comes back must not use the ids of an earlier visit.
_numbers = count(1)


@dataclass(frozen=True)
class Ack:
    """What the server promised.

    Attributes:
        at: When, on this process's monotonic clock.
    """

    body: str
    event_id: str
    index: int
    at: float


class Customer:
    """One visitor in one room.

    Connects to the addresses in turn, comes back after every cut, and says each message with the
    same id until it is acknowledged.

    Attributes:
        frames: Everything that was received, over all connections.
        acks: What was acknowledged, in that order.
        closings: The codes with which servers closed.
    """

    def __init__(self, room: str, cookie: str, webs: Sequence[str], *, seed: int = 0) -> None:
        self.room = room
        self.frames: list[Frame] = []
        self.acks: list[Ack] = []
        self.closings: list[int | None] = []
        self._cookie = cookie
        self._webs = cycle(webs)
        self._random = random.Random(f"{seed}:{room}")  # noqa: S311 - jitter
        self._last_index = -1
        self._waiting: dict[str, tuple[str, asyncio.Future[Ack]]] = {}
        self._socket: ClientConnection | None = None
        self._connected = asyncio.Event()

    async def say(self, body: str, *, client_id: str | None = None) -> Ack:
        """Say something until it is acknowledged.

        Args:
            body: The words.
            client_id: The message's id; None makes a new one.
        """
        client_id = client_id or f"{self.room}-{next(_numbers)}"
        heard: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        self._waiting[client_id] = (body, heard)
        async with asyncio.timeout(HEARD_WITHIN_S):
            while not heard.done():
                await self._send(client_id)
                await asyncio.wait([heard], timeout=SAYS_AGAIN_AFTER_S)
        return heard.result()

    async def connected(self) -> None:
        """Wait until the room's socket is open."""
        async with asyncio.timeout(HEARD_WITHIN_S):
            await self._connected.wait()

    async def ask(self, frame: Frame) -> None:
        """Send a frame as it is."""
        assert self._socket is not None
        await self._socket.send(json.dumps(frame))

    def shown(self) -> list[str]:
        """Return the words of the events that were shown, in the order of their index."""
        events = [frame["event"] for frame in self.frames if "event" in frame]
        said = {e["id"]: (e["index"], e["content"].get("body")) for e in events}
        return [body for _, body in sorted(said.values())]

    def states_of(self, event_id: str) -> list[str]:
        """Return the growing states in which an answer was shown, without the final one."""
        chunks = [f for f in self.frames if f["type"] == "stream_chunk"]
        return [frame["text"] for frame in chunks if frame["event_id"] == event_id]

    async def stay(self) -> None:
        """Be connected for ever."""
        for web in self._webs:
            with suppress(OSError, WebSocketException, TimeoutError):
                await self._visit(web)
            self._connected.clear()
            self._socket = None
            await asyncio.sleep(PAUSE_S * self._random.uniform(0.5, 1.5))

    async def _visit(self, web: str) -> None:
        address = f"{web.replace('http', 'ws', 1)}/ws/{self.room}?after={self._last_index}"
        headers = {"Cookie": f"{COOKIE}={self._cookie}"}
        async with connect(
            address,
            origin=web,  # type: ignore[arg-type]  # a NewType of str
            additional_headers=headers,
            open_timeout=OPENS_WITHIN_S,
            close_timeout=1,
            proxy=None,
        ) as socket:
            self._socket = socket
            try:
                async for text in socket:
                    await self._take(json.loads(text))
            finally:
                self.closings.append(socket.close_code)

    async def _take(self, frame: Frame) -> None:
        self.frames.append(frame)
        match frame["type"]:
            case "resumed":
                self._last_index = max(self._last_index, frame["latest_index"])
                self._connected.set()
                for client_id in list(self._waiting):
                    await self._send(client_id)
            case "ack":
                self._hear(frame)

    def _hear(self, frame: Frame) -> None:
        if frame["id"] not in self._waiting:
            return
        body, heard = self._waiting.pop(frame["id"])
        ack = Ack(body, frame["event_id"], frame["index"], monotonic())
        self.acks.append(ack)
        if not heard.done():
            heard.set_result(ack)

    async def _send(self, client_id: str) -> None:
        if self._socket is None or not self._connected.is_set():
            return
        body, _ = self._waiting[client_id]
        with suppress(WebSocketException):
            await self.ask({"type": "message", "id": client_id, "body": body})


@asynccontextmanager
async def in_the_room(
    cluster: Cluster, room: str, *webs: str, seed: int = 0
) -> AsyncIterator[Customer]:
    """Connect the visitor of a room to the named web processes in turn, all unless named."""
    addresses = [cluster.url(name) for name in webs] or cluster.webs
    customer = Customer(room, cluster.cookies[room], addresses, seed=seed)
    staying = asyncio.create_task(customer.stay())
    try:
        await customer.connected()
        yield customer
    finally:
        staying.cancel()
        with suppress(asyncio.CancelledError):
            await staying
