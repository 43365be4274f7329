"""Circuit breakers: a vendor that keeps failing is left alone for a while (RFC §13)."""

import asyncio
from collections.abc import Callable
from contextvars import Context
from types import TracebackType
from typing import Self

from rooms.domain.breaker import (
    Admission,
    BreakerEdge,
    BreakerPolicy,
    BreakerState,
    BreakerWord,
)
from rooms.ports import SharedState
from rooms.resilience.clock import Clock

CIRCUIT_BREAKER_OPEN = "circuit_breaker_open"
"""The error code of a delivery that was not attempted because the breaker is open."""

EdgeCallback = Callable[[str, BreakerEdge], None]
"""Called with the channel id and what happened to its breaker."""

# A probe's place is renewed so often within its time that one late renewal loses nothing.
RENEWALS_PER_PROBE = 3


class ChannelCircuitBreakers:
    """The breaker of every channel, as all processes of the site see it.

    Nothing is kept here: each attempt asks and tells the shared state, so that the failures of
    all processes count together, one of them probes, and one of them reports an edge.

    Args:
        shared: Where the breakers are.
        clock: Paces the renewal of probes.
        policy: When breakers open and how they recover.
        on_edge: Called in the process whose word opened or closed a breaker.
    """

    def __init__(
        self,
        shared: SharedState,
        *,
        clock: Clock,
        policy: BreakerPolicy | None = None,
        on_edge: EdgeCallback | None = None,
    ) -> None:
        self._shared = shared
        self._clock = clock
        self._policy = policy or BreakerPolicy()
        self._on_edge = on_edge

    async def admit(self, channel_id: str) -> "Permit | None":
        """Return leave to try the channel once, or None when the attempt must fail fast."""
        admission = await self._shared.admit(channel_id, self._policy)
        return None if admission is None else Permit(self, admission)

    async def states(self) -> dict[str, BreakerState]:
        """Return the state of every breaker by channel id, for health pages."""
        return await self._shared.breaker_states()

    async def forget(self, channel_id: str) -> None:
        """Drop a channel's breaker in all processes; the next one starts closed."""
        await self._shared.reset_breaker(channel_id)

    async def report(self, admission: Admission, word: BreakerWord) -> None:
        """Pass on what came of an attempt, and tell of the edge it led over; `Permit` calls it."""
        edge = await self._shared.report(admission, word)
        if edge is not None and self._on_edge is not None:
            self._on_edge(admission.channel_id, edge)

    async def keep_probe(self, admission: Admission) -> None:
        """Renew a probe's place until it is lost or this is cancelled; `Permit` runs it."""
        pause = admission.policy.probe_seconds / RENEWALS_PER_PROBE
        await self._clock.sleep(pause)
        while await self._shared.renew_probe(admission):
            await self._clock.sleep(pause)


class Permit:
    """Leave to try once; say what came of it, or leave the `async with` block to say nothing.

    An outcome that tells nothing about the vendor, such as a wrong number or a cancelled attempt,
    is left unsaid. Only the first word counts. A probe keeps its place for as long as the block
    lasts; one whose process dies loses it after `BreakerPolicy.probe_seconds`.
    """

    def __init__(self, breakers: ChannelCircuitBreakers, admission: Admission) -> None:
        self._breakers = breakers
        self._admission = admission
        self._is_settled = False
        self._keeping: asyncio.Task[None] | None = None

    async def succeed(self) -> None:
        """Report that the vendor took the delivery."""
        await self._say(BreakerWord.SUCCESS)

    async def fail(self) -> None:
        """Report that the vendor failed; a whole exhausted retry sequence is one failure."""
        await self._say(BreakerWord.FAILURE)

    async def __aenter__(self) -> Self:
        if self._admission.probe:
            self._keeping = asyncio.get_running_loop().create_task(
                self._breakers.keep_probe(self._admission), context=Context()
            )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
        await self._say(BreakerWord.NOTHING)

    async def _say(self, word: BreakerWord) -> None:
        if self._is_settled:
            return
        self._is_settled = True
        if self._admission.probe:
            # Whoever cancels the attempt must not keep the probe's place with it.
            await asyncio.shield(self._breakers.report(self._admission, word))
        elif word is not BreakerWord.NOTHING:
            await self._breakers.report(self._admission, word)
