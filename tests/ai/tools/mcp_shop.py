"""A real MCP server on loopback, by the official package, with a shop's tools."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from mcp.server.mcpserver import Image, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels_app.ai.tools.mcp_transport import Transport

HOST = "127.0.0.1"
PATHS: dict[Transport, str] = {"streamable_http": "/mcp", "sse": "/sse"}
HIDDEN = "\u202e\u200b\U000e0041\x07"
LONG = "Long. " * 500
NO_SUCH_METHOD = {"code": -32601, "message": "Method not found"}


class _Server(uvicorn.Server):
    """Tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self.listening.set()

    def cut(self) -> None:
        """End as if the machine had failed."""
        self._loop.call_soon_threadsafe(self._cut)

    def _cut(self) -> None:
        for connection in tuple(self.server_state.connections):
            connection.transport.abort()
        self.should_exit = self.force_exit = True


class Shop:
    """Serves one transport at one address; it can be stopped and started there again.

    Attributes:
        calls: The names of tools as they were called.
        headers: Those of each HTTP request.
        begun: Is set when `wait` was called; it never answers.
        is_old: Whether it does as servers did before 2026, which keep sessions.
    """

    def __init__(self, transport: Transport, *, is_old: bool = False) -> None:
        self.transport = transport
        self.is_old = is_old
        self.calls: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.begun = threading.Event()
        self._port = _free_port()
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._port}{PATHS[self.transport]}"

    def start(self) -> None:
        config = uvicorn.Config(self._app(), HOST, self._port, log_config=None)
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        self._server.listening.wait()

    def stop(self) -> None:
        """Cut all lines and stop listening; twice is harmless."""
        if self._server is not None and self._thread is not None:
            self._server.cut()
            self._thread.join()
            self._server = None

    def forget(self) -> None:
        """Begin anew with what was called."""
        self.calls.clear()
        self.headers.clear()
        self.begun.clear()

    def _app(self) -> ASGIApp:
        server = _declare(self)
        app = server.sse_app() if self.transport == "sse" else server.streamable_http_app()
        return _recorded(self, app)


@contextmanager
def serving(transport: Transport, *, is_old: bool = False) -> Iterator[Shop]:
    shop = Shop(transport, is_old=is_old)
    shop.start()
    try:
        yield shop
    finally:
        shop.stop()


def _declare(shop: Shop) -> MCPServer:
    server = MCPServer("shop")

    @server.tool()
    def add(a: int, b: int) -> int:
        """Add two numbers."""
        shop.calls.append("add")
        return a + b

    @server.tool()
    def refund(order: str) -> str:
        """Give money back."""
        shop.calls.append("refund")
        raise ToolError(f"no order {order}")

    @server.tool()
    async def wait() -> str:
        """Never answer."""
        shop.calls.append("wait")
        shop.begun.set()
        await asyncio.Event().wait()
        return "never"

    @server.tool(
        name="shop.look", description=f"Look{HIDDEN} at it. {LONG}", structured_output=False
    )
    def look() -> list[Any]:
        return ["front", Image(data=b"png", format="png")]

    return server


def _recorded(shop: Shop, app: ASGIApp) -> ASGIApp:
    async def recorded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        shop.headers.append({key.decode(): value.decode() for key, value in scope["headers"]})
        if not shop.is_old or scope["method"] != "POST":
            await app(scope, receive, send)
            return
        body = await _read(receive)
        asked = json.loads(body)
        if asked["method"] == "server/discover":
            await _answer(send, {"jsonrpc": "2.0", "id": asked["id"], "error": NO_SUCH_METHOD})
        else:
            await app(scope, _given(body, receive), send)

    return recorded


async def _read(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


def _given(body: bytes, receive: Receive) -> Receive:
    left = [{"type": "http.request", "body": body, "more_body": False}]

    async def give() -> Message:
        return left.pop() if left else await receive()

    return give


async def _answer(send: Send, content: dict[str, Any]) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(content).encode()})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
