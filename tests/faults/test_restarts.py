"""Redis and PostgreSQL end and come back; the site is back by itself, and keeps its promises."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.chat_api import PROBLEM, post_message
from tests.cluster.cluster import Channels, Cluster, RoomPlan, running_cluster
from tests.cluster.customer import in_the_room
from tests.cluster.postgres_server import PostgresServer, own_postgres
from tests.cluster.verdict import Verdict
from tests.cluster.waiting import wait_for

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.redis_server,
    pytest.mark.postgres_server,
    pytest.mark.timeout(180),
]

SMS: Channels = {"sms-plain": {}}


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("restarts")


@pytest.fixture(scope="module")
def postgres(logs: Path) -> Iterator[PostgresServer]:
    with own_postgres(logs) as server:
        yield server


@pytest.fixture(scope="module")
def cluster(logs: Path, postgres: PostgresServer) -> Iterator[Cluster]:
    with running_cluster(logs, postgres=postgres) as running:
        names = ("redis-chat", "redis-http", "postgres-chat", "postgres-http", "postgres-socket")
        running.open_rooms(*(RoomPlan(name, SMS) for name in names))
        yield running


async def test_redis_is_restarted_while_people_talk(cluster: Cluster) -> None:
    async with (
        in_the_room(cluster, "redis-chat", "web-a") as sender,
        in_the_room(cluster, "redis-chat", "web-b") as reader,
    ):
        await sender.say("before")
        cluster.redis.process.kill()
        saying = asyncio.create_task(sender.say("without"))
        await asyncio.sleep(1)
        cluster.redis.start()
        await saying
        await sender.say("after")
        await wait_for(lambda: len(reader.shown()) == 6, within_s=30, what="all on the other side")
        await asyncio.to_thread(cluster.settle)

    verdict = Verdict(cluster, {"redis-chat": sender.acks})
    verdict.check_timelines()
    verdict.check_answers()
    assert len(cluster.provider.texts("sms-plain", room="redis-chat")) == 6


def test_message_without_redis_is_kept_or_clearly_refused(cluster: Cluster) -> None:
    cluster.redis.process.kill()
    answers = [post_message(cluster, "web-a", "redis-http", f"m{n}") for n in range(3)]
    cluster.redis.start()
    kept = [f"m{n}" for n, answer in enumerate(answers) if answer.status_code == 200]
    assert {(a.status_code, a.headers["content-type"]) for a in answers if a.is_error} <= {
        (503, PROBLEM)
    }

    cluster.settle()

    assert [b for b in cluster.records.bodies("redis-http") if b in {"m0", "m1", "m2"}] == kept
    assert set(kept) <= set(cluster.provider.texts("sms-plain", room="redis-http"))


async def test_postgres_is_restarted_while_people_talk(
    cluster: Cluster, postgres: PostgresServer
) -> None:
    async with in_the_room(cluster, "postgres-chat") as customer:
        await customer.say("before")
        postgres.crash()
        saying = asyncio.create_task(customer.say("without"))
        await asyncio.sleep(1)
        await asyncio.to_thread(postgres.start)
        await saying
        await customer.say("after")
        await asyncio.to_thread(cluster.settle)

    verdict = Verdict(cluster, {"postgres-chat": customer.acks})
    verdict.check_timelines()
    verdict.check_answers()
    verdict.check_at_most_once("sms-plain")


def test_message_without_postgres_is_refused_as_a_problem(
    cluster: Cluster, postgres: PostgresServer
) -> None:
    postgres.stop()

    refused = post_message(cluster, "web-a", "postgres-http", "m0")

    postgres.start()
    assert (refused.status_code, refused.headers["content-type"]) == (503, PROBLEM)
    assert refused.json()["status"] == 503
    cluster["web-a"].wait_until_ready()
    assert post_message(cluster, "web-a", "postgres-http", "m0").status_code == 200


async def test_socket_without_postgres_is_told(cluster: Cluster, postgres: PostgresServer) -> None:
    async with in_the_room(cluster, "postgres-socket", "web-b") as customer:
        await asyncio.to_thread(postgres.stop)
        saying = asyncio.create_task(customer.say("hello"))

        def told() -> bool:
            return any(f["type"] == "error" and f["code"] == "internal" for f in customer.frames)

        await wait_for(told, within_s=40, what="an error frame")
        await asyncio.to_thread(postgres.start)
        await saying

    assert cluster.records.bodies("postgres-socket").count("hello") == 1
