"""Scenario: a vendor in trouble, worked off by two Celery workers."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.cluster.cluster import Cluster, Plan, RoomPlan, running_cluster
from tests.cluster.customer import in_the_room
from tests.cluster.provider_server import Reply
from tests.cluster.waiting import wait_for

pytestmark = [pytest.mark.postgres, pytest.mark.redis_server]

RETRIES = {"retry_policy": {"max_retries": 2, "base_delay_seconds": 0.3}}
FAST_RETRIES = {"retry_policy": {"max_retries": 2, "base_delay_seconds": 0.05}}
ONE_A_SECOND = {"rate_limit": {"max_per_minute": 60}}

ROOMS = (
    RoomPlan("flaky", {"sms-plain": RETRIES, "sms-keyed": {}}, agent=None),
    RoomPlan("down", {"sms-broken": FAST_RETRIES, "sms-keyed": {}}, agent=None),
    RoomPlan("partly", {"sms-plain": FAST_RETRIES, "sms-keyed": {}}, agent=None),
    RoomPlan("wrong", {"sms-plain": RETRIES}, agent=None),
    RoomPlan("quick", {"sms-limited": ONE_A_SECOND}, agent=None),
    RoomPlan("quicker", {"sms-limited": ONE_A_SECOND}, agent=None),
)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("s10"), Plan(workers=2)) as running:
        running.open_rooms(*ROOMS)
        yield running


async def say(cluster: Cluster, room: str, *bodies: str) -> None:
    async with in_the_room(cluster, room) as customer:
        for body in bodies:
            await customer.say(body)


async def test_failing_send_is_tried_again_and_holds_nobody_else_up(cluster: Cluster) -> None:
    cluster.provider.next("sms-plain", Reply(code="busy"), Reply(code="busy"))

    await say(cluster, "flaky", "hello")
    cluster.settle()

    first, second, third = (call.at for call in cluster.provider.calls("sms-plain", room="flaky"))
    assert second - first >= 0.3
    assert third - second >= 0.6
    [other] = cluster.provider.calls("sms-keyed", room="flaky")
    assert other.at < second
    [row] = cluster.records.deliveries("flaky", "sms-plain")
    assert (row["state"], row["attempts"]) == ("sent", 3)


async def test_refusal_for_good_is_not_tried_again(cluster: Cluster) -> None:
    cluster.provider.next("sms-plain", Reply(code="bad_number", retryable=False))

    await say(cluster, "wrong", "hello")
    cluster.settle()

    assert len(cluster.provider.calls(room="wrong")) == 1
    [row] = cluster.records.deliveries("wrong", "sms-plain")
    assert (row["state"], row["error_code"]) == ("failed", "bad_number")


async def test_vendor_that_is_down_is_left_alone_by_every_process(cluster: Cluster) -> None:
    cluster.provider.always("sms-broken", Reply(code="down"))
    for number in range(5):
        await say(cluster, "down", f"message {number}")
        cluster.settle()
    before = len(cluster.provider.calls("sms-broken"))

    await say(cluster, "down", "message 5", "message 6", "message 7")
    cluster.settle()

    assert (before, len(cluster.provider.calls("sms-broken"))) == (15, 15)
    rows = cluster.records.deliveries("down", "sms-broken")
    assert [row["error_code"] for row in rows] == ["down"] * 5 + ["circuit_breaker_open"] * 3


async def test_event_tells_what_became_of_each_delivery(cluster: Cluster) -> None:
    cluster.provider.next("sms-plain", *[Reply(code="busy")] * 3)
    await say(cluster, "partly", "hello")

    def results() -> dict[str, str]:
        [row] = cluster.records.messages("partly")
        return {channel: result["status"] for channel, result in row["results"].items()}

    expected = {"sms-plain": "failed", "sms-keyed": "sent"}
    await wait_for(lambda: results() == expected, within_s=10, what=f"{expected} in the event")
    assert cluster.records.messages("partly")[0]["status"] == "delivered"


async def test_rate_holds_for_all_rooms_and_processes_together(cluster: Cluster) -> None:
    bodies = ["one", "two", "three"]
    await say(cluster, "quick", *bodies)
    await say(cluster, "quicker", *bodies)
    cluster.settle()

    arrivals = [call.at for call in cluster.provider.calls("sms-limited")]
    assert min(later - earlier for earlier, later in pairwise(arrivals)) >= 0.9
    for room in ("quick", "quicker"):
        assert cluster.provider.texts("sms-limited", room=room) == bodies
