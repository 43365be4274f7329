"""A vendor's HTTP interface on loopback, in the test's own process.

A fake of one vendor derives from `FakeVendor`, checks each request as the vendor documents it and
answers in the vendor's words. What a request must look like comes from the vendor's own schema or
SDK, never from the provider that is tested against it.
"""

import json
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

HOST = "127.0.0.1"
POLL_S = 0.02


@dataclass(frozen=True)
class Request:
    """One request as it arrived.

    Attributes:
        method: In capitals.
        path: As on the wire, without the query.
        query: In order, blanks kept.
        headers: By lower-case name.
        body: The raw bytes.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> list[tuple[str, str]]:
        """The fields of a urlencoded body, in order, blanks kept."""
        return parse_qsl(self.body.decode(), keep_blank_values=True, strict_parsing=bool(self.body))

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            ValueError: If it is none.
        """
        return json.loads(self.body)


@dataclass(frozen=True)
class Streamed:
    """A body that goes out piece by piece; whoever makes the pieces may wait between them.

    Attributes:
        pieces: What is sent, each at once; None cuts the line there.
        content_type: What the body calls itself.
    """

    pieces: Iterable[bytes | None]
    content_type: str = "text/event-stream; charset=utf-8"


@dataclass(frozen=True)
class Response:
    """What is answered; a body that is neither text, bytes nor `Streamed` is sent as JSON."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def encode(self) -> tuple[bytes, str]:
        """Return the body's bytes and content type."""
        if self.body is None:
            return b"", "text/plain"
        if isinstance(self.body, bytes):
            return self.body, "application/octet-stream"
        if isinstance(self.body, str):
            return self.body.encode(), "text/plain; charset=utf-8"
        return json.dumps(self.body).encode(), "application/json"


@dataclass(frozen=True)
class Fault:
    """How the next request goes wrong.

    Attributes:
        response: Answered instead of the vendor's own, without taking the request.
        drops_after: Whether the request is taken, and the line is cut instead of an answer.
        wait_s: Seconds until the answer.
    """

    response: Response | None = None
    drops_after: bool = False
    wait_s: float = 0.0


class Refused(Exception):
    """The vendor does not take a request; `response` says so in the vendor's words."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"{response.status}: {response.body}")
        self.response = response


class _Listener(ThreadingHTTPServer):
    """Takes as many connections at once as a burst of deliveries makes."""

    request_queue_size = 512
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that has gone away before its answer; others are printed."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class FakeVendor:
    """Serves one vendor; a subclass says in `answer` what it takes.

    Attributes:
        requests: Everything that arrived, also what was refused, oldest first.
        refusals: What was refused, so that a test can assert that nothing was.
    """

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.refusals: list[Refused] = []
        self._faults: deque[Fault] = deque()
        self._lock = threading.Lock()
        self._server: _Listener | None = None

    def answer(self, request: Request) -> Response:
        """Take a request, or raise `Refused`; called by one thread at a time."""
        raise NotImplementedError(f"{type(self).__name__} must say what it answers")

    # -- what a test tells it

    def fail_next(self, *faults: Fault) -> None:
        """Let the next requests go wrong, one fault each."""
        with self._lock:
            self._faults.extend(faults)

    # -- serving

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end.

        Raises:
            RuntimeError: If it does not serve.
        """
        if self._server is None:
            raise RuntimeError(f"{type(self).__name__} does not serve: use `with fake.serving():`")
        return f"http://{HOST}:{self._server.server_address[1]}"

    @contextmanager
    def serving(self) -> Iterator[Self]:
        """Listen until the block ends."""
        self._server = _Listener((HOST, 0), _handler_of(self))
        thread = threading.Thread(target=self._server.serve_forever, args=(POLL_S,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
            thread.join()

    def take(self, request: Request) -> Response | None:
        """Answer a request; None cuts the line."""
        with self._lock:
            self.requests.append(request)
            fault = self._faults.popleft() if self._faults else Fault()
        time.sleep(fault.wait_s)
        if fault.response is not None:
            return fault.response
        try:
            with self._lock:
                response = self.answer(request)
        except Refused as refused:
            self.refusals.append(refused)
            response = refused.response
        return None if fault.drops_after else response


class _Handler(BaseHTTPRequestHandler):
    vendor: FakeVendor
    protocol_version = "HTTP/1.1"
    # Else the second piece of an answer waits until the client acknowledges the first: up to 40 ms.
    disable_nagle_algorithm = True

    def serve(self) -> None:
        response = self.vendor.take(self._read())
        if response is None:
            self.close_connection = True
        elif isinstance(response.body, Streamed):
            self._stream(response, response.body)
        else:
            body, content_type = response.encode()
            self._begin(response, content_type, {"Content-Length": str(len(body))})
            self.wfile.write(body)

    def _stream(self, response: Response, body: Streamed) -> None:
        self._begin(response, body.content_type, {"Transfer-Encoding": "chunked"})
        for piece in body.pieces:
            if piece is None:
                self.close_connection = True
                return
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def _begin(self, response: Response, content_type: str, framing: Mapping[str, str]) -> None:
        self.send_response(response.status)
        headers = {"Content-Type": content_type, **response.headers, **framing}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = serve  # noqa: N815 - the base's names

    def _read(self) -> Request:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        return Request(
            method=self.command,
            path=parts.path,
            query=tuple(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
        )

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: `requests` has it all."""


def _handler_of(vendor: FakeVendor) -> type[_Handler]:
    return type("Handler", (_Handler,), {"vendor": vendor})
