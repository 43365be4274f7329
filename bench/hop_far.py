"""What the hop ends at, in the worker: a provider and a bare task, which say when they were called.

All processes of a machine share the monotonic clock.
"""

import os
import time

import redis
import redis.asyncio
from celery import shared_task

from channels_app.providers.base.sms import SMSProvider
from rooms.domain.delivery import ProviderResult
from rooms.domain.event import RoomEvent

CALLS = os.environ["ROOMKIT_BENCH_CALLS"]
REDIS_URL = os.environ["REDIS_URL"]


class Outlet(SMSProvider):
    """Takes every message and says when."""

    def __init__(self) -> None:
        self._redis = redis.asyncio.from_url(REDIS_URL)

    @property
    def from_number(self) -> str:
        """A number reserved for fiction."""
        return "+15550100000"

    async def send(self, event: RoomEvent, to: str, from_: str | None = None) -> ProviderResult:
        """Say that it was called."""
        called_at_ns = time.monotonic_ns()
        await self._redis.rpush(CALLS, called_at_ns)
        return ProviderResult(success=True, provider_message_id=event.id)

    async def close(self) -> None:
        """Close the connection."""
        await self._redis.aclose()


@shared_task(name="roomkit_bench.call", ignore_result=True)  # type: ignore[untyped-decorator]
def call() -> None:
    """Say that the task has begun."""
    called_at_ns = time.monotonic_ns()
    with redis.from_url(REDIS_URL) as client:
        client.rpush(CALLS, called_at_ns)
