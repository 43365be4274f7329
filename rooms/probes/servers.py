"""Whether the channel layer, Redis and Celery's broker answer."""

import asyncio
from typing import Any

from channels.layers import get_channel_layer

from rooms.probes.measuring import TIMEOUT_SECONDS


async def probe_layer() -> None:
    """Send oneself a message through the channel layer; a site may have none."""
    layer = get_channel_layer()
    if layer is None:
        return
    address = await layer.new_channel()
    await layer.send(address, {"type": "roomkit.probe"})
    await layer.receive(address)


async def probe_redis(url: str) -> None:
    """Ask Redis for a sign of life.

    Raises:
        ImportError: If the package is not installed.
        redis.RedisError: If Redis does not answer, or not to us.
    """
    # redis is an extra. Trying again would hide how long it takes.
    from redis.asyncio import Redis  # noqa: PLC0415
    from redis.asyncio.retry import Retry  # noqa: PLC0415
    from redis.backoff import NoBackoff  # noqa: PLC0415

    async with Redis.from_url(url, retry=Retry(NoBackoff(), 0)) as client:
        await client.ping()


async def probe_broker() -> None:
    """Connect to the broker of the current Celery application, as a web process does.

    Raises:
        ImportError: If Celery is not installed.
        OSError: If the broker does not answer; other brokers have errors of their own.
    """
    await asyncio.to_thread(_connect, _celery())


async def list_celery_queues(timeout: float = TIMEOUT_SECONDS / 2) -> dict[str, list[str]]:
    """Return the queues that each Celery worker serves, by its name.

    Args:
        timeout: Seconds to wait for answers; nobody knows how many workers there are.
    """
    answers = await asyncio.to_thread(_ask_workers, _celery(), timeout)
    return {
        worker: sorted(queue["name"] for queue in queues)
        for worker, queues in sorted((answers or {}).items())
    }


def _celery() -> Any:
    # Celery is an extra.
    from celery import current_app  # noqa: PLC0415

    return current_app


def _connect(app: Any) -> None:
    with app.connection_for_write() as connection:
        # Once more at once: Kombu's own second attempt comes two seconds later.
        connection.ensure_connection(max_retries=1, interval_start=0, interval_max=0)


def _ask_workers(app: Any, timeout: float) -> dict[str, Any] | None:
    answers: dict[str, Any] | None = app.control.inspect(timeout=timeout).active_queues()
    return answers
