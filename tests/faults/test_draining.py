"""A process that is asked to stop ends what it has begun, and sends its people elsewhere."""

from collections.abc import Iterator

import pytest

from tests.cluster.cluster import Cluster, RoomPlan, running_cluster
from tests.cluster.customer import in_the_room
from tests.cluster.provider_server import Reply
from tests.cluster.waiting import wait_for

pytestmark = [pytest.mark.postgres, pytest.mark.redis_server]

GOING_AWAY = (1001, 1012)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("draining")) as running:
        running.open_rooms(
            RoomPlan("worker", {"sms-plain": {}}, agent=None), RoomPlan("agent"), RoomPlan("web")
        )
        yield running


async def test_worker_ends_its_delivery(cluster: Cluster) -> None:
    cluster.provider.next("sms-plain", Reply(wait_s=1.5))
    async with in_the_room(cluster, "worker") as customer:
        await customer.say("hello")
    await wait_for(lambda: cluster.provider.calls("sms-plain"), within_s=10, what="the send began")

    code = cluster["worker-1"].stop()

    states = cluster.records.states("worker", "sms-plain")
    cluster.start("worker-1")
    assert (code, states) == (0, ["sent"])
    assert len(cluster.provider.calls("sms-plain")) == 1


async def test_worker_ends_its_answer(cluster: Cluster) -> None:
    cluster.provider.pause_s = 0.1
    async with in_the_room(cluster, "agent") as customer:
        await customer.say("hello")
        chunks = lambda: [f for f in customer.frames if f["type"] == "stream_chunk"]  # noqa: E731
        await wait_for(chunks, within_s=10, what="the answer began")

        code = cluster["worker-1"].stop()

    answers = cluster.records.answers("agent")
    cluster.start("worker-1")
    assert (code, len(answers)) == (0, 1)
    assert [each.room for each in cluster.provider.generations()].count("agent") == 1


async def test_web_process_sends_its_sockets_elsewhere(cluster: Cluster) -> None:
    async with in_the_room(cluster, "web", "web-a", "web-b") as customer:
        code = cluster["web-a"].stop()
        await wait_for(lambda: customer.closings, within_s=10, what="the socket is closed")
        await customer.connected()

        await customer.say("still here")
        await wait_for(customer.shown, within_s=10, what="an answer")

    cluster.start("web-a")
    assert code == 0
    assert customer.closings[0] in GOING_AWAY
