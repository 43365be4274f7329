"""The link to Redis: runs scripts, and knows for a while that nobody answers."""

import logging
from collections.abc import Sequence
from typing import Any

from rooms.resilience.clock import Clock
from rooms.shared.clients import REDIS_ERRORS, RedisClients

logger = logging.getLogger("roomkit.core.shared")

# How long a Redis that did not answer is left alone.
ASK_AGAIN_AFTER_S = 1.0


class RedisAwayError(Exception):
    """Redis did not answer, now or a moment ago."""


class RedisLink:
    """Runs scripts; after a failure one caller a second tries, the others know at once.

    That Redis is away is logged once, and once when it answers again.

    Args:
        url: Where Redis is.
        clock: When to ask again.
    """

    def __init__(self, url: str, clock: Clock) -> None:
        self._clock = clock
        self._clients = RedisClients(url)
        self._away_until: float | None = None

    async def run(self, script: str, keys: Sequence[str], *args: str | float) -> Any:
        """Run a script and return what it answers.

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

    async def attempt(self, script: str, keys: Sequence[str], *args: str | float) -> None:
        """Run a script that only matters while Redis answers."""
        try:
            await self.run(script, keys, *args)
        except RedisAwayError:
            logger.debug("not told to Redis, which is away")

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        await self._clients.close()

    def _note_silence(self, error: Exception) -> None:
        if self._away_until is None:
            logger.error(
                "Redis does not answer: breakers, limits and presence are this process's own",
                exc_info=error,
            )
        self._away_until = self._clock.monotonic() + ASK_AGAIN_AFTER_S
