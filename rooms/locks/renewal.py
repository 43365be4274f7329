"""Keeping leases alive for as long as their holders work."""

import asyncio
import logging
from collections.abc import Collection, Mapping
from contextvars import Context
from dataclasses import dataclass
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


@dataclass
class _Kept(Generic[Token]):
    """A lease that is kept; loop times in seconds."""

    token: Token
    since: float
    ends_at: float
    """Until then at least nobody else can have it."""


class Renewal(Generic[Token]):
    """Renews, on one event loop, whatever is held for longer than a third of its time.

    Args:
        leases: Where the leases are.
        seconds: How long they last.
    """

    def __init__(self, leases: Leases[Token], *, seconds: float) -> None:
        self._leases = leases
        self._seconds = seconds
        self._pause = seconds / RENEWALS_PER_LEASE
        self._loop = asyncio.get_running_loop()
        self._held: dict[str, _Kept[Token]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._renewing: asyncio.Task[None] | None = None

    def keep(self, key: str, token: Token, *, asked_at: float | None = None) -> None:
        """Keep a lease alive from now on, which was asked for at a loop time in seconds."""
        now = self._loop.time()
        ends_at = (now if asked_at is None else asked_at) + self._seconds
        self._held[key] = _Kept(token, since=now, ends_at=ends_at)
        if self._timer is None:
            self._arm()

    def drop(self, key: str) -> None:
        """Renew a lease no more; a renewal that is on its way may still arrive."""
        self._held.pop(key, None)

    def is_sure(self, key: str, token: Token) -> bool:
        """Tell whether a lease is kept and, by the clock of this process, cannot have run out."""
        kept = self._held.get(key)
        return kept is not None and kept.token == token and self._loop.time() < kept.ends_at

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
        aged = {key: kept.token for key, kept in self._held.items() if kept.since <= latest}
        if aged and self._renewing is None:
            # Not under the lock of whoever happened to set the timer.
            self._renewing = self._loop.create_task(self._renew(aged), context=Context())

    async def _renew(self, aged: Mapping[str, Token]) -> None:
        asked_at = self._loop.time()
        try:
            lost = await self._leases.renew(aged)
        except Exception:  # the next renewal may succeed; else another process takes over
            logger.warning("leases not renewed", exc_info=True, extra={"keys": sorted(aged)})
            return
        finally:
            self._renewing = None
        for key, token in aged.items():
            kept = self._held.get(key)
            if kept is None or kept.token != token:
                continue
            if key in lost:
                logger.error("lease lost", extra={"key": key})
                self.drop(key)
            else:
                kept.ends_at = asked_at + self._seconds
