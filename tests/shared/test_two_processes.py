"""Two real processes share one breaker and one bucket."""

import pytest

from rooms.domain.breaker import BreakerEdge
from rooms.shared.redis import RedisSharedState
from tests.addresses import REDIS_URL
from tests.shared.member import LIMIT
from tests.shared.test_redis import shared
from tests.together import run_together

__all__ = ["shared"]

pytestmark = pytest.mark.redis


def test_failures_and_turns_of_two_processes_add_up(shared: RedisSharedState) -> None:
    member = ("tests.shared.member", REDIS_URL, shared.prefix)
    one, two = run_together(member, member)
    assert [*one["edges"], *two["edges"]] == [BreakerEdge.OPENED]
    assert one["turns"] + two["turns"] == LIMIT.burst
