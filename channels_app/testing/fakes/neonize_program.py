"""The program behind a client of neonize: what a test lets happen, and who is told of it."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from channels_app.testing.fakes.neonize_checks import EVENT_TO_INT, wire

Listener = Callable[[Any, Any], Awaitable[None]]


class FakeEvents:
    """What a client calls when something happens; `qr` is for pictures."""

    def __init__(self) -> None:
        self.listeners: dict[type[Any], Listener] = {}
        self.show_code: Callable[[Any, bytes], Awaitable[None]] | None = None

    def __call__(self, event: type[Any]) -> Callable[[Listener], None]:
        """Register a listener of one type of event."""
        if event not in EVENT_TO_INT:
            raise KeyError(event)

        def register(listener: Listener) -> None:
            if not inspect.iscoroutinefunction(listener):
                raise TypeError(f"{listener} is no coroutine function")
            self.listeners[event] = listener

        return register

    def qr(self, show_code: Callable[[Any, bytes], Awaitable[None]]) -> None:
        """Register what shows the picture that links the account."""
        self.show_code = show_code


class FakeProgram:
    """Runs for one client.

    Attributes:
        events: Whom the client has told to listen.
        is_up: Whether it is connected.
    """

    def __init__(self, client: Any) -> None:
        self.events = FakeEvents()
        self.is_up = False
        self._client = client
        self._running: asyncio.Future[None] | None = None
        self._telling: set[asyncio.Future[None]] = set()

    @property
    def is_running(self) -> bool:
        """Whether it was told to connect, and has not ended."""
        return self._running is not None and not self._running.done()

    @property
    def is_idle(self) -> bool:
        """Whether every listener that was told something has returned."""
        return not self._telling

    def tell(self, event: Any) -> None:
        """Let an event happen, as the program would: by its bytes, without waiting for the end."""
        listener = self.events.listeners.get(type(event))
        if isinstance(event, wire.Connected):
            self.is_up = True
        if isinstance(event, wire.Disconnected | wire.LoggedOut | wire.StreamReplaced):
            self.is_up = False
        if listener is not None:
            copy = type(event).FromString(event.SerializeToString())
            self._spawn(listener(self._client, copy))

    def show_picture(self, code: str) -> None:
        """Show the next picture that links the account."""
        if self.events.show_code is None:
            raise RuntimeError("nobody looks at the pictures: register event.qr first")
        self._spawn(self.events.show_code(self._client, code.encode()))

    def end(self, error: Exception | None = None) -> None:
        """Let the program end."""
        if self._running is None:
            raise RuntimeError("not connected")
        if error is None:
            self._running.set_result(None)
        else:
            self._running.set_exception(error)

    def begin(self) -> "asyncio.Task[None]":
        """Begin to run; what is returned ends when the program does."""
        running = self._running = asyncio.get_running_loop().create_future()

        async def run() -> None:
            await running

        return asyncio.ensure_future(run())

    def stop(self) -> None:
        """End, if it runs."""
        self.is_up = False
        if self._running is not None and not self._running.done():
            self._running.set_result(None)

    def _spawn(self, telling: Awaitable[None]) -> None:
        task = asyncio.ensure_future(telling)
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)
