"""Time as a collaborator, so that tests need not wait for it."""

import asyncio
import time
from datetime import datetime
from typing import Protocol

from rooms.domain.frozen import utc_now


class Clock(Protocol):
    """What the time is and how to let it pass."""

    def monotonic(self) -> float:
        """Return seconds that only ever grow; their zero means nothing."""

    def now(self) -> datetime:
        """Return the present moment, timezone-aware in UTC."""

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds`; zero or less only lets other tasks run."""


class SystemClock:
    """The machine's own clock."""

    def monotonic(self) -> float:
        """Return seconds since some moment of this machine's past."""
        return time.monotonic()

    def now(self) -> datetime:
        """Return the present moment, timezone-aware in UTC."""
        return utc_now()

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds` on the running event loop."""
        await asyncio.sleep(max(seconds, 0.0))
