"""How Daphne's sockets tell that a client reads too slowly."""

import asyncio
from typing import Any


class WriteFlow:
    """Opens and closes with the send buffer of one connection.

    A push producer in Twisted's words. Twisted would buffer without end for a client that does
    not read. Registered as the producer of the transport, this learns when the buffer is over its
    limit (64 KiB) and when it is empty.
    """

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._open = asyncio.Event()
        self._open.set()
        # The HTTP channel that began the connection is still registered after the upgrade.
        transport.unregisterProducer()
        transport.registerProducer(self, True)

    async def wait(self) -> None:
        """Return as soon as the transport takes more."""
        if not self._open.is_set():
            await self._open.wait()

    # -- called by Twisted, hence the names

    def pauseProducing(self) -> None:  # noqa: N802
        """Stop: the buffer is full."""
        self._open.clear()

    def resumeProducing(self) -> None:  # noqa: N802
        """Go on: the buffer is empty."""
        self._open.set()
        if self._transport.disconnecting:
            # A transport on its way out waits for its producer to leave.
            self._transport.unregisterProducer()

    def stopProducing(self) -> None:  # noqa: N802
        """Let whoever waits go: the connection is lost."""
        self._open.set()
