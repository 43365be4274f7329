"""The vendors of a cluster: one HTTP server on loopback, in the test's own process."""

import json
import random
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

from tests.cluster.ports import HOST

GIVES_UP_HANGING_S = 60.0


@dataclass(frozen=True)
class Call:
    """One message that arrived, as the vendor saw it.

    Attributes:
        at: When, on this process's monotonic clock.
        taken: Whether the vendor will show it to the recipient; a repeat under a known key it
            will not.
    """

    at: float
    channel: str
    room: str
    event: str
    index: int
    text: str
    key: str | None
    taken: bool


@dataclass(frozen=True)
class Generation:
    """One answer the model was asked for; `take` counts those of the same question."""

    at: float
    room: str
    question: str
    take: int
    answer: str


@dataclass(frozen=True)
class Reply:
    """How the vendor answers one call.

    Attributes:
        code: Why the call is refused; None takes it.
        retryable: What the refusal says about trying again.
        wait_s: How long the answer takes.
        hangs: Whether it takes until `release`.
        drops: Whether the line is cut instead of an answer.
    """

    code: str | None = None
    retryable: bool = True
    wait_s: float = 0.0
    hangs: bool = False
    drops: bool = False


class _Listener(ThreadingHTTPServer):
    """Takes as many connections at once as a burst of deliveries makes."""

    request_queue_size = 512


class ProviderServer:
    """Takes text messages and makes answers, as it was told to, and remembers both.

    Attributes:
        url: Where it listens.
        pause_s: How long the model waits between two words.
        thinks_s: Between which bounds the model waits before the first word.
    """

    def __init__(self, *, seed: int = 0) -> None:
        self.pause_s = 0.02
        self.thinks_s = (0.0, 0.0)
        self._random = random.Random(seed)  # noqa: S311 - spreads load, guards nothing
        self._lock = threading.Lock()
        self._calls: list[Call] = []
        self._generations: list[Generation] = []
        self._ids = count(1)
        self._known: dict[str, str] = {}
        self._takes: Counter[tuple[str, str]] = Counter()
        self._always: defaultdict[str, Reply] = defaultdict(Reply)
        self._next: defaultdict[str, deque[Reply]] = defaultdict(deque)
        self._released = threading.Event()
        self._server = _Listener((HOST, 0), _exchange_with(self._answer))
        self.url = f"http://{HOST}:{self._server.server_address[1]}"

    # -- what a test tells it and asks it

    def always(self, channel: str, reply: Reply) -> None:
        """Answer a channel's calls like this from now on."""
        self._always[channel] = reply

    def next(self, channel: str, *replies: Reply) -> None:
        """Answer a channel's next calls like this, one each."""
        with self._lock:
            self._next[channel].extend(replies)

    def release(self) -> None:
        """Let the calls that hang go; none hangs after this."""
        self._released.set()

    def calls(self, channel: str | None = None, *, room: str | None = None) -> list[Call]:
        """Return what arrived, oldest first."""
        with self._lock:
            calls = list(self._calls)
        return [c for c in calls if channel in (None, c.channel) and room in (None, c.room)]

    def texts(self, channel: str, *, room: str | None = None) -> list[str]:
        """Return the words of the messages a channel's recipients are shown."""
        return [call.text for call in self.calls(channel, room=room) if call.taken]

    def generations(self) -> list[Generation]:
        """Return every answer that was asked for."""
        with self._lock:
            return list(self._generations)

    # -- serving

    @contextmanager
    def serving(self) -> Iterator["ProviderServer"]:
        """Listen until the block ends."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.release()
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def _answer(self, path: str, said: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
        """Return status and body, or None to cut the line."""
        if path == "/generate":
            return 200, self._generate(**said)
        channel = path.removeprefix("/send/")
        with self._lock:
            reply = self._next[channel].popleft() if self._next[channel] else self._always[channel]
            message_id = self._note(channel, said, reply)
        if reply.hangs:
            self._released.wait(GIVES_UP_HANGING_S)
        time.sleep(reply.wait_s)
        if reply.drops:
            return None
        if reply.code is not None:
            return 422, {"code": reply.code, "retryable": reply.retryable}
        return 200, {"id": message_id}

    def _note(self, channel: str, said: dict[str, Any], reply: Reply) -> str:
        key = said["key"]
        fresh = key is None or key not in self._known
        taken = fresh and reply.code is None
        message_id = self._known.get(key) or f"{channel}-{next(self._ids)}"
        if key is not None and taken:
            self._known[key] = message_id
        self._calls.append(Call(time.monotonic(), channel, taken=taken, **said))
        return message_id

    def _generate(self, room: str, question: str) -> dict[str, Any]:
        with self._lock:
            self._takes[room, question] += 1
            take = self._takes[room, question]
            thinks_s = self._random.uniform(*self.thinks_s)
            sentence = f"You said {question!r} and I have read it, take {take}."
            self._generations.append(Generation(time.monotonic(), room, question, take, sentence))
        time.sleep(thinks_s)
        return {"words": _split(sentence), "pause_s": self.pause_s}


def _split(sentence: str) -> list[str]:
    first, *others = sentence.split(" ")
    return [first, *(f" {word}" for word in others)]


def _exchange_with(
    answer: Callable[[str, dict[str, Any]], tuple[int, dict[str, Any]] | None],
) -> type[BaseHTTPRequestHandler]:
    class Exchange(BaseHTTPRequestHandler):
        """One request, answered by the server."""

        def do_POST(self) -> None:
            """Read JSON, write JSON."""
            length = int(self.headers["Content-Length"])
            said = self.rfile.read(length)
            # Whoever asked may have been killed in the middle of it.
            answered = answer(self.path, json.loads(said)) if len(said) == length else None
            if answered is None:
                return
            status, body = answered
            payload = json.dumps(body).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)
            except OSError:
                self.close_connection = True  # whoever asked was killed meanwhile

        def log_message(self, format: str, *args: Any) -> None:
            """Write no access log."""

    return Exchange
