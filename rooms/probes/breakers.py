"""Which vendors are left alone for a while."""

from collections.abc import Mapping

from rooms.domain.breaker import BreakerState
from rooms.runtime import get_kit


async def list_open_breakers() -> list[str]:
    """Return the channels whose circuit breaker lets nothing through, as this process knows them.

    With `REDIS_URL` those that any process opened, without it those of this process.
    """
    return _open(await get_kit().pipeline.breakers.states())


async def list_shared_open_breakers(redis_url: str, *, prefix: str) -> list[str]:
    """Return the channels whose circuit breaker lets nothing through, as Redis knows them.

    Needs no kit, so that it can be asked where there cannot be one.

    Raises:
        ImportError: If the package `redis` is not installed.
    """
    # redis is an extra.
    from rooms.shared.redis import RedisSharedState  # noqa: PLC0415

    state = RedisSharedState(redis_url, prefix=prefix)
    try:
        return _open(await state.breaker_states())
    finally:
        await state.close()


def _open(states: Mapping[str, BreakerState]) -> list[str]:
    return sorted(channel for channel, state in states.items() if state is BreakerState.OPEN)
