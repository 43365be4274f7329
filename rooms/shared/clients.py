"""Connections to Redis: one client an event loop."""

import asyncio
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

# A Redis that takes longer is as good as away; a busy machine may take a second by itself.
ANSWER_WITHIN_S = 3.0
MAX_CONNECTIONS = 16

REDIS_ERRORS = (RedisError, OSError)
"""What is raised when Redis does not answer, or not as it should."""


class _LoopClient:
    """The client of one event loop and the scripts it knows."""

    def __init__(self, url: str) -> None:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=MAX_CONNECTIONS,
            timeout=ANSWER_WITHIN_S,
            socket_timeout=ANSWER_WITHIN_S,
            socket_connect_timeout=ANSWER_WITHIN_S,
            decode_responses=True,
            # A script that was sent twice may have run twice.
            retry=Retry(NoBackoff(), 0),
        )
        self.redis: Redis = Redis.from_pool(pool)
        self._scripts: dict[str, AsyncScript] = {}

    def script(self, source: str) -> AsyncScript:
        if source not in self._scripts:
            self._scripts[source] = self.redis.register_script(source)
        return self._scripts[source]


class RedisClients:
    """Runs scripts on Redis from any event loop; connects by itself, also after a restart.

    Args:
        url: Where Redis is, such as `redis://127.0.0.1:6379/0`.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, _LoopClient] = (
            WeakKeyDictionary()
        )

    async def run(self, source: str, *, keys: Sequence[str], args: Sequence[str | float]) -> Any:
        """Run a Lua script and return what it returns.

        Raises:
            redis.RedisError: If Redis refuses or does not answer.
            OSError: If it cannot be reached.
        """
        return await self._client().script(source)(keys=keys, args=args)

    async def close(self) -> None:
        """Close the connections of the running event loop; the next script opens new ones."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.redis.aclose()

    def _client(self) -> _LoopClient:
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._forget_closed_loops()
            self._clients[loop] = _LoopClient(self._url)
        return self._clients[loop]

    def _forget_closed_loops(self) -> None:
        for loop in [loop for loop in self._clients if loop.is_closed()]:
            del self._clients[loop]
