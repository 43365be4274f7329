"""Scenario: two processes, each running its own deliveries, at one room at the same time."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tests.cluster.cluster import Channels, Cluster, Plan, RoomPlan, running_cluster
from tests.cluster.customer import Ack, in_the_room
from tests.cluster.provider_server import Reply
from tests.cluster.records import Counters
from tests.cluster.verdict import Verdict
from tests.cluster.waiting import wait_for

pytestmark = [pytest.mark.postgres, pytest.mark.redis_server]

ROOM = "busy"
EACH = 25
TWICE_EACH = 5
BOTH: Channels = {"sms-plain": {}, "sms-keyed": {}}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("s11"), Plan(level=2)) as running:
        running.open_rooms(
            RoomPlan(ROOM, {"sms-plain": {}}),
            RoomPlan("echo", {"sms-plain": {}}, agent=None),
            RoomPlan("dying", BOTH, agent=None),
        )
        running.provider.always("sms-plain", Reply(wait_s=0.05))
        running.provider.pause_s, running.provider.thinks_s = 0.002, (0.0, 0.2)
        yield running


@dataclass(frozen=True)
class Conversation:
    """What came of it: promises by client id, and the counters as a reader saw them meanwhile."""

    acks: dict[str, list[Ack]]
    seen: list[Counters]


@pytest.fixture(scope="module")
def conversation(cluster: Cluster) -> Conversation:
    with reading(cluster, ROOM) as seen:
        acks = asyncio.run(talk_to_both(cluster))
        cluster.settle(within_s=60)
    return Conversation(acks, seen)


async def talk_to_both(cluster: Cluster) -> dict[str, list[Ack]]:
    """Say 25 messages to each process at once, 5 of each to both."""
    acks: dict[str, list[Ack]] = {}
    async with (
        in_the_room(cluster, ROOM, "web-a") as a,
        in_the_room(cluster, ROOM, "web-b") as b,
    ):

        async def say(client_id: str, *speakers: str) -> None:
            customers = {"a": a, "b": b}
            saying = (customers[s].say(client_id, client_id=client_id) for s in speakers)
            acks[client_id] = await asyncio.gather(*saying)

        once = [say(f"{s}-{n}", s) for s in "ab" for n in range(TWICE_EACH, EACH)]
        twice = [say(f"{s}-{n}", "a", "b") for s in "ab" for n in range(TWICE_EACH)]
        await asyncio.gather(*once, *twice)
    return acks


@contextmanager
def reading(cluster: Cluster, room: str) -> Iterator[list[Counters]]:
    """Read counters and rows again and again while the block runs."""
    seen: list[Counters] = []
    ended = threading.Event()

    def read() -> None:
        while not ended.is_set():
            seen.append(cluster.records.counters(room))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield seen
    finally:
        ended.set()
        reader.join()


def test_each_message_is_stored_once_without_gaps(
    cluster: Cluster, conversation: Conversation
) -> None:
    acks = {ROOM: [first for first, *_ in conversation.acks.values()]}

    assert len(conversation.acks) == 2 * EACH
    Verdict(cluster, acks).check_timelines()


def test_message_sent_twice_at_once_gets_one_place(conversation: Conversation) -> None:
    pairs = [acks for acks in conversation.acks.values() if len(acks) == 2]

    assert len(pairs) == 2 * TWICE_EACH
    assert all(first.event_id == second.event_id for first, second in pairs)


def test_each_message_is_answered_once(cluster: Cluster, conversation: Conversation) -> None:
    Verdict(cluster, {ROOM: [first for first, *_ in conversation.acks.values()]}).check_answers()


def test_text_messages_go_out_in_order(cluster: Cluster, conversation: Conversation) -> None:
    calls = cluster.provider.calls("sms-plain", room=ROOM)

    assert len(calls) == 2 * len(conversation.acks)
    assert [call.index for call in calls] == sorted(call.index for call in calls)


def test_reader_never_sees_counters_that_disagree(conversation: Conversation) -> None:
    assert len({counters.rows for counters in conversation.seen}) > 10
    assert [counters for counters in conversation.seen if not counters.agree] == []


async def test_hook_that_speaks_in_the_same_room_does_not_block_it(cluster: Cluster) -> None:
    async with in_the_room(cluster, "echo") as customer:
        await asyncio.gather(*(customer.say(f"echo {n}") for n in range(5)))
    cluster.settle()

    said = [f"{prefix}{n}" for n in range(5) for prefix in ("", "echo ")]
    assert sorted(cluster.records.bodies("echo")) == sorted(said)


# What died waiting is sent; what had begun is unknown, unless its vendor knows repeats by a key.
async def test_worker_that_dies_before_its_delivery_loses_none(cluster: Cluster) -> None:
    hangs = Reply(hangs=True)
    cluster.provider.next("sms-plain", hangs)
    cluster.provider.next("sms-keyed", hangs)
    async with in_the_room(cluster, "dying", "web-a") as customer:
        await customer.say("begun")
        began = cluster.provider.calls
        await wait_for(lambda: len(began(room="dying")) == 2, within_s=10, what="both have begun")
        await customer.say("waiting")

    cluster["web-a"].kill()
    cluster.settle()
    cluster.start("web-a")

    assert cluster.records.states("dying", "sms-plain") == ["unknown", "sent"]
    assert cluster.records.states("dying", "sms-keyed") == ["sent", "sent"]
    assert cluster.provider.texts("sms-keyed", room="dying") == ["begun", "waiting"]
