"""Processes are killed -9 at random moments while customers talk; `make soak` is the long run."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.chaos import Chaos
from tests.cluster.cluster import Cluster, Plan, RoomPlan, running_cluster
from tests.cluster.customer import Ack
from tests.cluster.traffic import Load, talk
from tests.cluster.verdict import Verdict

pytestmark = [pytest.mark.postgres, pytest.mark.redis_server, pytest.mark.timeout(180)]

KILLS = 3
ONCE_AT_MOST = [f"once-{n}" for n in range(3)]
ONCE_AT_LEAST = [f"again-{n}" for n in range(3)]


def plan_rooms(names: list[str], policy: str) -> list[RoomPlan]:
    options = {"delivery_policy": policy}
    return [RoomPlan(name, {"sms-plain": options, "sms-keyed": options}) for name in names]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with running_cluster(tmp_path, Plan(workers=2)) as running:
        running.open_rooms(
            *plan_rooms(ONCE_AT_MOST, "at_most_once"), *plan_rooms(ONCE_AT_LEAST, "at_least_once")
        )
        yield running


async def talk_among_deaths(cluster: Cluster, seed: int) -> dict[str, list[Ack]]:
    load = Load(messages=10, over_s=12, seed=seed)
    chaos = Chaos(cluster, seed=seed, pause_s=(1.0, 3.0))
    talking = asyncio.create_task(talk(cluster, ONCE_AT_MOST + ONCE_AT_LEAST, load))
    await chaos.reign(KILLS)
    return await talking


async def test_nothing_is_lost_or_doubled(cluster: Cluster, seed: int) -> None:
    acks = await talk_among_deaths(cluster, seed)
    await asyncio.to_thread(cluster.settle, within_s=60)

    whole = Verdict(cluster, acks)
    whole.check_timelines()
    whole.check_answers()
    whole.check_order("sms-plain")
    whole.check_order("sms-keyed")
    whole.check_exactly_once("sms-keyed")
    Verdict(cluster, {r: acks[r] for r in ONCE_AT_MOST}).check_at_most_once("sms-plain")
    Verdict(cluster, {r: acks[r] for r in ONCE_AT_LEAST}).check_at_least_once("sms-plain")
