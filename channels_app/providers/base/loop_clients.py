"""Clients that belong to the event loop in which they were opened."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Generic, TypeVar

Client = TypeVar("Client")


class LoopClients(Generic[Client]):
    """One client for each event loop that asks for one.

    Connections cannot be used, nor closed, outside the loop that opened them, and a worker may run
    one loop after another. So each client lives in an asynchronous generator: a loop that ends
    closes those (`asyncio.run` does), and what comes behind their `yield` closes the client.

    Args:
        serve: Opens a client, yields it once and closes it.
    """

    def __init__(self, serve: Callable[[], AsyncGenerator[Client, None]]) -> None:
        self._serve = serve
        self._open: dict[asyncio.AbstractEventLoop, Client] = {}
        self._serving: dict[asyncio.AbstractEventLoop, AsyncGenerator[Client, None]] = {}

    async def current(self) -> Client:
        """Return the running loop's client."""
        loop = asyncio.get_running_loop()
        if loop not in self._open:
            for ended in [each for each in self._open if each.is_closed()]:
                self._open.pop(ended)
                self._serving.pop(ended)
            serving = self._serve()
            self._open[loop], self._serving[loop] = await anext(serving), serving
        return self._open[loop]

    async def close(self) -> None:
        """Close the running loop's client; `current` opens another one."""
        loop = asyncio.get_running_loop()
        self._open.pop(loop, None)
        if (serving := self._serving.pop(loop, None)) is not None:
            await serving.aclose()
