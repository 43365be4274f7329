"""Keeping leases alive for as long as their holders work."""

import asyncio
import logging
from collections.abc import Collection, Mapping
from contextvars import Context
from typing import Generic, Protocol, TypeVar

logger = logging.getLogger("roomkit.core.locks")

Token = TypeVar("Token")

RENEWALS_PER_LEASE = 3


class Leases(Protocol[Token]):
    """Locks with a time limit, kept where all processes see them."""

    async def take(self, key: str) -> Token | None:
        """Return a token, None when somebody else has it, a false one when nothing needs it."""

    async def renew(self, held: Mapping[str, Token]) -> Collection[str]:
        """Let the time of leases begin anew; return the keys known to be somebody else's now."""

    async def give_back(self, key: str, token: Token) -> None:
        """End a lease; one that was lost is left to whoever has it."""


class Renewal(Generic[Token]):
    """Renews, on one event loop, whatever is held for longer than a third of its time.

    Args:
        leases: Where the leases are.
        seconds: How long they last.
    """

    def __init__(self, leases: Leases[Token], *, seconds: float) -> None:
        self._leases = leases
        self._pause = seconds / RENEWALS_PER_LEASE
        self._loop = asyncio.get_running_loop()
        self._held: dict[str, tuple[Token, float]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._renewing: asyncio.Task[None] | None = None

    def keep(self, key: str, token: Token) -> None:
        """Keep a lease alive from now on."""
        self._held[key] = token, self._loop.time()
        if self._timer is None:
            self._arm()

    def drop(self, key: str) -> None:
        """Renew a lease no more; a renewal that is on its way may still arrive."""
        self._held.pop(key, None)

    async def settle(self) -> None:
        """Wait until no renewal is on its way."""
        if self._renewing is not None:
            await asyncio.wait([self._renewing])

    async def close(self) -> None:
        """Renew nothing any more."""
        self._held.clear()
        if self._timer is not None:
            self._timer.cancel()
        await self.settle()

    def _arm(self) -> None:
        self._timer = self._loop.call_later(self._pause, self._fire)

    def _fire(self) -> None:
        self._timer = None
        if not self._held:
            return
        self._arm()
        latest = self._loop.time() - self._pause
        aged = {key: token for key, (token, since) in self._held.items() if since <= latest}
        if aged and self._renewing is None:
            # Not under the lock of whoever happened to set the timer.
            self._renewing = self._loop.create_task(self._renew(aged), context=Context())

    async def _renew(self, aged: Mapping[str, Token]) -> None:
        try:
            lost = await self._leases.renew(aged)
        except Exception:  # the next renewal may succeed; else another process takes over
            logger.warning("leases not renewed", exc_info=True, extra={"keys": sorted(aged)})
            return
        finally:
            self._renewing = None
        for key in lost:
            if self._held.get(key, (None, 0.0))[0] == aged[key]:
                logger.error("lease lost", extra={"key": key})
                self.drop(key)
