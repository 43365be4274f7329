"""Many customers who write in the same moment, and when they are answered."""

import asyncio
import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bench.values import SENTENCE
from bench.webhook_rows import Taken
from channels_app.testing.fakes.server import Request, Response
from channels_app.testing.fakes.twilio import FakeTwilio
from channels_app.testing.fakes.twilio_webhooks import TwilioWebhooks

BURSTS_A_ROUND = 4
POSTS_A_ROUND = 40
ANSWERED_WITHIN_S = 60.0
HOOK, ROW = "/webhooks/sms/twilio/texts", "/bench/row"
MS = 1000


class Switchboard(FakeTwilio):
    """The vendor; tells when it was asked to send something.

    Attributes:
        hear: Called with the moment, on a thread of the vendor's.
    """

    def __init__(self) -> None:
        super().__init__()
        self.hear: Callable[[float], object] = lambda at: None

    def take(self, request: Request) -> Response | None:
        """Answer a request, and tell of it."""
        at = time.perf_counter()
        response = super().take(request)
        if response is not None and response.status == 201:
            self.hear(at)
        return response


@dataclass(frozen=True)
class Caller:
    """One connection to a web process, kept open, and the customer behind it."""

    address: str
    number: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def post(self, request: bytes) -> float:
        """Post once; returns how long the answer took, in milliseconds."""
        begun = time.perf_counter()
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        ended = time.perf_counter()
        status = head.split(b" ", 2)[1]
        assert status.startswith(b"2"), head.decode()
        return (ended - begun) * MS


class Bursts:
    """Lets everybody post at once, again and again.

    Args:
        vendor: Where the answers arrive.
        addresses: The web processes.
    """

    def __init__(self, vendor: Switchboard, addresses: Sequence[str]) -> None:
        self._vendor = vendor
        self._addresses = addresses
        self._sids = itertools.count(1)
        self._heard: asyncio.Queue[float] = asyncio.Queue()

    async def measure(self, rounds: int, *, callers: int) -> Taken:
        """Post in turn what is stored by the yardstick and what the site handles.

        Args:
            rounds: How often, a few bursts each.
            callers: How many post at once; each has a number of their own.
        """
        loop = asyncio.get_running_loop()
        self._vendor.hear = lambda at: loop.call_soon_threadsafe(self._heard.put_nowait, at)
        taken = Taken(callers)
        connected = [await self._connect(number) for number in range(callers)]
        await self._burst(connected, Taken(callers))  # opens the rooms
        for _ in range(rounds):
            taken.begin_round()
            for _ in range(max(BURSTS_A_ROUND, POSTS_A_ROUND // callers)):
                await self._burst(connected, taken)
        for caller in connected:
            caller.writer.close()
        return taken

    async def _burst(self, callers: Sequence[Caller], taken: Taken) -> None:
        rows = [self._build(caller, ROW) for caller in callers]
        taken.raw.extend(await self._post(callers, rows))
        hooks = [self._build(caller, HOOK) for caller in callers]
        begun = time.perf_counter()
        taken.stored.extend(await self._post(callers, hooks))
        for _ in callers:
            at = await asyncio.wait_for(self._heard.get(), ANSWERED_WITHIN_S)
            taken.answered.append((at - begun) * MS)

    async def _post(self, callers: Sequence[Caller], requests: Sequence[bytes]) -> list[float]:
        pairs = zip(callers, requests, strict=True)
        return list(await asyncio.gather(*(caller.post(request) for caller, request in pairs)))

    async def _connect(self, number: int) -> Caller:
        address = self._addresses[number % len(self._addresses)]
        parts = urlsplit(address)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        return Caller(address, f"+1514555{number:04d}", reader, writer)

    def _build(self, caller: Caller, path: str) -> bytes:
        """Return a request with a new message of a customer's, signed for its address."""
        webhooks = TwilioWebhooks(f"{caller.address}{path}")
        sid = f"SM{next(self._sids):032x}"
        headers, body = webhooks.inbound_text(SENTENCE, sid=sid, sender=caller.number)
        told = {
            **headers,
            "Host": urlsplit(caller.address).netloc,
            "Content-Length": str(len(body)),
        }
        lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
        return "\r\n".join([*lines, "", ""]).encode() + body
