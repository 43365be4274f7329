"""How long an answer took, or what came instead of it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import Generic, TypeVar

from rooms.domain.json import JsonObject

TIMEOUT_SECONDS = 3.0

Found_co = TypeVar("Found_co", covariant=True)


@dataclass(frozen=True)
class Measured(Generic[Found_co]):
    """What a probe came back with.

    Attributes:
        ms: How long it took.
        found: What it found, None if it failed.
        error: Why it failed. Its text may hold addresses and user names: it belongs in logs only.
    """

    ms: float
    found: Found_co | None = None
    error: Exception | None = None

    @property
    def ok(self) -> bool:
        """Whether it succeeded."""
        return self.error is None

    @property
    def error_name(self) -> str:
        """The kind of failure, which may be shown to anybody; '' without one."""
        return type(self.error).__name__ if self.error else ""

    def brief(self) -> JsonObject:
        """Return success and time, or the kind of failure."""
        return {"ok": True, "ms": self.ms} if self.ok else {"ok": False, "error": self.error_name}


async def measure(
    probe: Awaitable[Found_co], *, timeout: float = TIMEOUT_SECONDS
) -> Measured[Found_co]:
    """Await a probe for at most `timeout` seconds; whatever goes wrong with it is the answer."""
    began = monotonic()
    try:
        async with asyncio.timeout(timeout):
            found = await probe
    except Exception as error:  # servers fail in ways of their drivers; none may spread from here
        return Measured(ms=_since(began), error=error)
    return Measured(ms=_since(began), found=found)


async def measure_again(
    probe: Callable[[], Awaitable[Found_co]], *, timeout: float = TIMEOUT_SECONDS
) -> Measured[Found_co]:
    """Measure a probe once everything it needs is imported and connected."""
    first = await measure(probe(), timeout=timeout)
    return await measure(probe(), timeout=timeout) if first.ok else first


def _since(began: float) -> float:
    return round((monotonic() - began) * 1000, 1)
