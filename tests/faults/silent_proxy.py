"""A way to a server that can fall silent: connections stay open, and nothing comes any more."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from threading import Event, Lock, Thread

from tests.cluster.ports import HOST


class SilentProxy:
    """Passes bytes on until it is told to swallow those of the connections there are.

    The host goes on acknowledging what it receives, as a frozen server's does, so that no time
    limit of TCP notices.
    """

    def __init__(self, server: tuple[str, int], stack: ExitStack) -> None:
        self._server = server
        self._stack = stack
        self._mutex = Lock()
        self._mute = Event()
        self._listener = stack.enter_context(socket.create_server((HOST, 0)))
        self.port: int = self._listener.getsockname()[1]
        Thread(target=self._accept, daemon=True).start()

    def fall_silent(self) -> None:
        """Let all connections of now be silent; new ones work."""
        with self._mutex:
            self._mute.set()
            self._mute = Event()

    def _accept(self) -> None:
        with suppress(OSError):  # the end of the listener
            while True:
                client = self._listener.accept()[0]
                server = socket.create_connection(self._server)
                with self._mutex:
                    self._stack.callback(client.close)
                    self._stack.callback(server.close)
                    mute = self._mute
                for source, sink in ((client, server), (server, client)):
                    Thread(target=_pump, args=(source, sink, mute), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket, mute: Event) -> None:
    with suppress(OSError):  # either end has gone
        while data := source.recv(65536):
            if not mute.is_set():
                sink.sendall(data)
        if not mute.is_set():
            sink.shutdown(socket.SHUT_WR)


@contextmanager
def silent_proxy(server: tuple[str, int]) -> Iterator[SilentProxy]:
    """Open a way to a server; it is gone with the block."""
    with ExitStack() as stack:
        yield SilentProxy(server, stack)
