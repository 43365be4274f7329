"""Daphne as the site's server: bounded towards slow readers, and orderly when it stops."""

import asyncio
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any

from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet import defer

from rooms.domain.json import JsonObject
from rooms.serving.flow import WriteFlow
from rooms.serving.signals import end_at_once_when_told

FINISH_REQUESTS_SECONDS = 5.0
# The close code that asks clients to come back (registered beside those of RFC 6455).
SERVICE_RESTART = 1012

Step = Callable[[], Awaitable[None]]


class SiteServer(Server):  # type: ignore[misc]  # Daphne ships no types
    """Serves one ASGI application until it is told to stop (SIGINT, SIGTERM).

    Attributes:
        fault: Why it could not listen, or None.
        failure: What went wrong in `on_start`, or None; it ends the server.
    """

    def __init__(
        self,
        application: Callable[..., Awaitable[Any]],
        *,
        host: str,
        port: int,
        on_start: Step,
        on_stop: Step,
    ) -> None:
        super().__init__(
            application,
            endpoints=build_endpoint_description_strings(host=host, port=port),
            verbosity=0,
        )
        self.fault: str | None = None
        self.failure: BaseException | None = None
        self._on_start = on_start
        self._on_stop = on_stop
        self._ports: list[Any] = []
        self._flows: dict[WebSocketProtocol, WriteFlow] = {}
        self._starting: asyncio.Task[None] | None = None

    def run(self) -> None:
        """Serve; returns when everything has ended."""
        _call_soon(self._start)
        super().run()

    @property
    def bound_port(self) -> int:
        """The port it listens on, which the system chose where 0 was asked for."""
        return int(self.listening_addresses[0][1])

    # -- Daphne's own steps, extended

    def listen_success(self, port: Any) -> None:
        """Keep the port, so that it can be closed first."""
        self._ports.append(port)
        super().listen_success(port)

    def listen_error(self, failure: Any) -> None:
        """Keep the reason, so that the command can tell it."""
        self.fault = failure.getErrorMessage().rstrip(".")
        self.stop()

    async def handle_reply(self, protocol: Any, message: JsonObject) -> None:
        """Send what the application says; on sockets, wait while the client does not read."""
        await super().handle_reply(protocol, message)
        if message["type"] == "websocket.send" and protocol in self.connections:
            flow = self._flows.get(protocol)
            if flow is None:
                flow = self._flows[protocol] = WriteFlow(protocol.transport)
            await flow.wait()

    def protocol_disconnected(self, protocol: Any) -> None:
        """Forget the flow of a connection that is gone."""
        self._flows.pop(protocol, None)
        super().protocol_disconnected(protocol)

    def kill_all_applications(self) -> defer.Deferred[None]:
        """Take no new connections, let requests and deliveries end, then let the reactor stop."""
        return defer.Deferred.fromFuture(asyncio.ensure_future(self._wind_down()))

    # -- starting and stopping

    def _start(self) -> None:
        self._starting = asyncio.ensure_future(self._on_start())
        self._starting.add_done_callback(self._end_if_failed)

    def _end_if_failed(self, starting: asyncio.Task[None]) -> None:
        if not starting.cancelled() and starting.exception() is not None:
            self.failure = starting.exception()
            self.stop()

    async def _wind_down(self) -> None:
        end_at_once_when_told()
        for port in self._ports:
            port.stopListening()
        if self._starting is not None:
            self._starting.cancel()
        sockets = self._running(is_socket=True)
        self._send_sockets_away()
        for task in sockets:
            task.cancel()
        requests = self._running(is_socket=False)
        if sockets or requests:
            _, late = await asyncio.wait(sockets | requests, timeout=FINISH_REQUESTS_SECONDS)
            for task in late:
                task.cancel()
        await self._on_stop()

    def _send_sockets_away(self) -> None:
        """Close sockets now: deliveries may take their time, and clients can go elsewhere."""
        for protocol in list(self.connections):
            if isinstance(protocol, WebSocketProtocol) and protocol.state == protocol.STATE_OPEN:
                # Autobahn's public way takes no code that speaks for the server.
                protocol.sendCloseFrame(code=SERVICE_RESTART)

    def _running(self, *, is_socket: bool) -> set[asyncio.Task[Any]]:
        return {
            details["application_instance"]
            for protocol, details in self.connections.items()
            if isinstance(protocol, WebSocketProtocol) is is_socket
            and "application_instance" in details
            and not details["application_instance"].done()
        }


def _call_soon(step: Callable[[], None]) -> None:
    """Call `step` once the reactor runs; it and its loop were made when Daphne was imported."""
    reactor: Any = import_module("twisted.internet.reactor")
    reactor.callLater(0, step)
