"""The same site at level 2 and 3: what one process says, the other shows."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.cluster.cluster import Cluster, Plan, RoomPlan, running_cluster
from tests.cluster.customer import Customer, in_the_room
from tests.cluster.waiting import wait_for

pytestmark = [pytest.mark.postgres, pytest.mark.redis_server]


ROOMS = (RoomPlan("grows"), RoomPlan("sms", {"sms-plain": {}}, agent=None))


# All processes start at once, on a database without tables.
@pytest.fixture(scope="module")
def level_2(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    directory = tmp_path_factory.mktemp("level-2")
    with running_cluster(directory, Plan(level=2), empty=True) as running:
        running.open_rooms(*ROOMS)
        yield running


@pytest.fixture(scope="module")
def level_3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("level-3"), empty=True) as running:
        running.open_rooms(*ROOMS)
        yield running


@pytest.fixture(params=["level_2", "level_3"])
def cluster(request: pytest.FixtureRequest) -> Cluster:
    running: Cluster = request.getfixturevalue(request.param)
    return running


async def until_answered(customer: Customer) -> str:
    """Wait for the end of the first answer and return its event id."""
    ends: list[str] = []

    def answered() -> bool:
        ends[:] = [f["event_id"] for f in customer.frames if f["type"] == "stream_end"]
        return bool(ends)

    await wait_for(answered, within_s=20, what="the end of an answer")
    return ends[0]


async def test_answer_grows_on_the_other_process(cluster: Cluster) -> None:
    async with (
        in_the_room(cluster, "grows", "web-a") as sender,
        in_the_room(cluster, "grows", "web-b") as reader,
    ):
        await sender.say("hello")
        answer = await until_answered(reader)

    states = reader.states_of(answer)
    assert len(set(states)) >= 5
    assert states == sorted(states, key=len)
    assert reader.shown()[0] == "hello"


async def test_message_is_sent_once_by_whichever_process(cluster: Cluster) -> None:
    async with (
        in_the_room(cluster, "sms", "web-a") as a,
        in_the_room(cluster, "sms", "web-b") as b,
    ):
        acks = await asyncio.gather(*(each.say("twice", client_id="same") for each in (a, b)))

    cluster.settle()
    assert len({ack.event_id for ack in acks}) == 1
    assert cluster.provider.texts("sms-plain", room="sms") == ["twice"]
