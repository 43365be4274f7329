"""Shared state in Redis, for sites of several processes."""

import logging
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from rooms.domain.breaker import (
    Admission,
    BreakerEdge,
    BreakerPolicy,
    BreakerState,
    BreakerWord,
)
from rooms.domain.policies import RateLimit
from rooms.resilience.clock import Clock, SystemClock
from rooms.shared import scripts
from rooms.shared.buckets import bucket_sizes
from rooms.shared.clients import REDIS_ERRORS, RedisClients
from rooms.shared.local import LocalSharedState

logger = logging.getLogger("roomkit.core.shared")

# How long a Redis that did not answer is left alone.
ASK_AGAIN_AFTER_S = 1.0


class RedisAwayError(Exception):
    """Redis did not answer, now or a moment ago."""


class RedisSharedState:
    """Breakers, buckets and presence that all processes of a site see.

    While Redis does not answer each process goes by its own memory: a limit per process is better
    than no message. That is logged once, and once when it is over. What was admitted by one side
    is reported to that side, so a word about an attempt from before is lost with it; an edge may
    then be reported by each process.

    Args:
        url: Where Redis is, such as `redis://127.0.0.1:6379/0`; one Redis, not a cluster.
        clock: What the fallback goes by, and when a silent Redis is asked again; Redis has a clock
            of its own.
        prefix: What the names of its keys begin with.

    Attributes:
        prefix: As given.
    """

    def __init__(self, url: str, *, clock: Clock | None = None, prefix: str = "roomkit") -> None:
        self._clock = clock or SystemClock()
        self._clients = RedisClients(url)
        self._local = LocalSharedState(self._clock)
        self.prefix = prefix
        self._away_until: float | None = None

    # -- breakers

    async def admit(self, channel_id: str, policy: BreakerPolicy) -> Admission | None:
        """Return leave to try the channel once, or None when the attempt must fail fast."""
        args = (channel_id, uuid4().hex, _ms(policy.probe_seconds))
        try:
            given = await self._run(scripts.ADMIT, self._breaker_keys(channel_id), *args)
        except RedisAwayError:
            return await self._local.admit(channel_id, policy)
        if given is None:
            return None
        era, probe = given
        return Admission(channel_id=channel_id, policy=policy, era=era, probe=probe, is_shared=True)

    async def report(self, admission: Admission, word: BreakerWord) -> BreakerEdge | None:
        """Take what came of an attempt; whoever's word opens or closes the breaker learns so."""
        if not admission.is_shared:
            return await self._local.report(admission, word)
        policy = admission.policy
        said = (word, admission.era, admission.probe)
        opening = (policy.failure_threshold, _ms(policy.recovery_seconds))
        keys = self._breaker_keys(admission.channel_id)[:1]
        try:
            edge = await self._run(scripts.REPORT, keys, *said, *opening)
        except RedisAwayError:
            return None
        return BreakerEdge(edge) if edge else None

    async def renew_probe(self, admission: Admission) -> bool:
        """Keep the probe's place; tell whether it was still held, as far as is known."""
        if not admission.is_shared:
            return await self._local.renew_probe(admission)
        args = (admission.era, admission.probe, _ms(admission.policy.probe_seconds))
        keys = self._breaker_keys(admission.channel_id)[:1]
        try:
            return bool(await self._run(scripts.RENEW_PROBE, keys, *args))
        except RedisAwayError:
            return True

    async def breaker_states(self) -> dict[str, BreakerState]:
        """Return the state of every breaker that was ever asked, by channel id."""
        prefix, index = self._breaker_keys("")
        try:
            flat = await self._run(scripts.STATES, [index], prefix)
        except RedisAwayError:
            return await self._local.breaker_states()
        return {
            channel_id: BreakerState(state)
            for channel_id, state in zip(flat[::2], flat[1::2], strict=True)
        }

    async def reset_breaker(self, channel_id: str) -> None:
        """Drop a channel's breaker; the next one starts closed."""
        await self._local.reset_breaker(channel_id)
        await self._try(scripts.RESET_BREAKER, self._breaker_keys(channel_id), channel_id)

    # -- buckets

    async def take_turn(self, channel_id: str, limit: RateLimit) -> float:
        """Take a token of every limit that is set, or none; return the seconds to wait."""
        sizes = [part for size in bucket_sizes(limit) for part in (size.rate, size.capacity)]
        if not sizes:
            return 0.0
        name = limit.model_dump_json()
        keys = [self._limits_key(channel_id)]
        try:
            wait_us = await self._run(scripts.TAKE_TURN, keys, name, *sizes)
        except RedisAwayError:
            return await self._local.take_turn(channel_id, limit)
        return int(wait_us) / 1_000_000

    async def reset_limits(self, channel_id: str) -> None:
        """Drop a channel's buckets; the next ones start full."""
        await self._local.reset_limits(channel_id)
        await self._try(scripts.DROP, [self._limits_key(channel_id)])

    # -- presence: what this process says it also remembers, for when Redis does not answer

    async def announce(
        self, room_id: str, channel_id: str, node: str, *, streams: bool, ttl_seconds: float
    ) -> None:
        """Say that a process shows a room to somebody through a channel, for so long."""
        await self._local.announce(
            room_id, channel_id, node, streams=streams, ttl_seconds=ttl_seconds
        )
        keys = self._presence_keys(room_id, channel_id)
        await self._try(scripts.ANNOUNCE, keys, node, int(streams), _ms(ttl_seconds))

    async def withdraw(self, room_id: str, channel_id: str, node: str) -> None:
        """Say that a process shows a room to nobody through a channel any more."""
        await self._local.withdraw(room_id, channel_id, node)
        await self._try(scripts.WITHDRAW, self._presence_keys(room_id, channel_id), node)

    async def is_watched(self, room_id: str, channel_id: str, *, streams: bool) -> bool:
        """Tell whether any process shows a room through a channel."""
        anybody, streaming = self._presence_keys(room_id, channel_id)
        try:
            return bool(await self._run(scripts.IS_WATCHED, [streaming if streams else anybody]))
        except RedisAwayError:
            return await self._local.is_watched(room_id, channel_id, streams=streams)

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        await self._clients.close()

    # -- Redis

    async def _try(self, script: str, keys: Sequence[str], *args: str | float) -> None:
        """Run a script that only matters while Redis answers."""
        try:
            await self._run(script, keys, *args)
        except RedisAwayError:
            logger.debug("not told to Redis, which is away")

    async def _run(self, script: str, keys: Sequence[str], *args: str | float) -> Any:
        """Run a script; after a failure one caller a second tries, the others know.

        Raises:
            RedisAwayError: If Redis does not answer.
        """
        if self._away_until is not None:
            now = self._clock.monotonic()
            if now < self._away_until:
                raise RedisAwayError
            self._away_until = now + ASK_AGAIN_AFTER_S
        try:
            answer = await self._clients.run(script, keys=keys, args=args)
        except REDIS_ERRORS as error:
            self._note_silence(error)
            raise RedisAwayError from error
        if self._away_until is not None:
            self._away_until = None
            logger.info("Redis answers again: breakers, limits and presence are shared")
        return answer

    def _note_silence(self, error: Exception) -> None:
        if self._away_until is None:
            logger.error(
                "Redis does not answer: breakers, limits and presence are this process's own",
                exc_info=error,
            )
        self._away_until = self._clock.monotonic() + ASK_AGAIN_AFTER_S

    def _breaker_keys(self, channel_id: str) -> list[str]:
        """Return a channel's breaker and the index of all breakers."""
        return [f"{self.prefix}:breaker:{channel_id}", f"{self.prefix}:breakers"]

    def _limits_key(self, channel_id: str) -> str:
        return f"{self.prefix}:limits:{channel_id}"

    def _presence_keys(self, room_id: str, channel_id: str) -> list[str]:
        """Return who watches and who watches and streams; ids may contain anything."""
        name = f"{self.prefix}:presence:{len(room_id)}:{room_id}:{channel_id}"
        return [name, f"{name}:streams"]


def _ms(seconds: float) -> int:
    return max(1, round(seconds * 1000))
