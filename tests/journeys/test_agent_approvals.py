"""An agent may pay money back once a person has approved: the turn waits as rows, not at work.

Two web processes and a Celery worker, on PostgreSQL and Redis.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.chat_api import post_message
from tests.cluster.cluster import Cluster, Plan, RoomPlan, running_cluster
from tests.cluster.customer import in_the_room
from tests.cluster.waiting import wait_for, wait_until
from tests.journeys.agent_vendor import ASKS, FIRST_WORDS, HELLO, PAID, REFUSED, Colleague, Shop

pytestmark = [pytest.mark.postgres, pytest.mark.redis_server]

SETTINGS = "tests.journeys.agent_settings"
ROOMS = ("approved", "edited", "rejected", "answered", "race-1", "race-2", "early", "idle", "free")
DECISION = "SELECT id, state, decided_by FROM roomkit_channels_toolapproval WHERE room_id = %s"
HELD = "SELECT lease_until FROM roomkit_rooms_delivery WHERE room_id = %s AND lease_owner <> ''"


class Desk:
    """The shop's site, and what happens behind its counter."""

    def __init__(self, cluster: Cluster, shop: Shop, journal: Path) -> None:
        self.cluster = cluster
        self.shop = shop
        self._journal = journal

    def complain(self, room: str) -> str:
        """Let the customer complain; return the decision's id once the turn waits for it."""
        assert post_message(self.cluster, "web-a", room, ASKS).is_success
        wait_until(lambda: self.states(room) == ["parked"], within_s=20, what="the turn waits")
        [asked] = self.cluster.database.rows(DECISION, [room])
        return str(asked["id"])

    def states(self, room: str) -> list[str]:
        """Return where the agent's jobs stand."""
        return self.cluster.records.states(room, "assistant")

    def wait_for_end(self, room: str, agent: str = "assistant") -> list[str]:
        """Wait until the turn has ended, and return what the agent said."""
        states = self.cluster.records.states
        wait_until(lambda: states(room, agent) == ["sent"], within_s=30, what="the turn ends")
        said = self.cluster.records.messages(room)
        return [row["body"] for row in said if row["channel"] == agent]

    def paid(self, room: str) -> list[int]:
        """Return how much was paid back each time."""
        lines = [json.loads(line) for line in self._journal.read_text().splitlines()]
        return [line["euros"] for line in lines if line["room"] == room]

    def decision(self, room: str) -> dict[str, Any]:
        """Return how it was decided."""
        [row] = self.cluster.database.rows(DECISION, [room])
        return row


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    directory = tmp_path_factory.mktemp("approvals")
    journal = directory / "journal"
    journal.touch()
    with Shop().serving() as shop:
        variables = {"AGENT_VENDOR_URL": shop.url, "AGENT_JOURNAL": str(journal)}
        plan = Plan(settings=SETTINGS, variables=variables)
        with running_cluster(directory, plan) as cluster:
            cluster.open_rooms(*map(RoomPlan, ROOMS), RoomPlan("late", agent="hasty"))
            yield Desk(cluster, shop, journal)
        assert shop.refusals == []


@pytest.fixture
def colleague(desk: Desk) -> Iterator[Colleague]:
    with closing(Colleague(desk.cluster.url("web-b"))) as signed_in:
        yield signed_in


def test_worker_is_free_while_a_turn_waits(desk: Desk) -> None:
    desk.complain("idle")

    assert desk.cluster.database.rows(HELD, ["idle"]) == []
    assert desk.cluster.records.bodies("idle") == [ASKS, FIRST_WORDS]
    assert post_message(desk.cluster, "web-a", "free", "Hello").is_success
    assert desk.wait_for_end("free") == [HELLO]
    assert desk.states("idle") == ["parked"]


async def test_approved_turn_goes_on_once_after_every_process_was_killed(desk: Desk) -> None:
    cluster = desk.cluster
    asked = desk.complain("approved")
    for name in ("web-a", "web-b", "worker-1"):
        cluster[name].kill()
    cluster.start("web-a", "web-b", "worker-1")

    async with in_the_room(cluster, "approved", "web-a") as customer:
        with closing(Colleague(cluster.url("web-b"))) as colleague:
            said = colleague.decide(asked, "approve", arguments='{"euros": 40}')
        await wait_for(lambda: PAID in customer.shown(), within_s=30, what="the answer")

    assert "The agent goes on." in said
    assert desk.wait_for_end("approved") == [FIRST_WORDS, PAID]
    assert desk.paid("approved") == [40]
    assert customer.shown() == [ASKS, FIRST_WORDS, PAID]


def test_changed_arguments_are_what_the_tool_gets(desk: Desk, colleague: Colleague) -> None:
    asked = desk.complain("edited")

    colleague.decide(asked, "approve", arguments='{"euros": 30}')

    assert desk.wait_for_end("edited") == [FIRST_WORDS, PAID]
    assert desk.paid("edited") == [30]


def test_rejected_call_is_not_made_and_the_model_is_told_why(
    desk: Desk, colleague: Colleague
) -> None:
    asked = desk.complain("rejected")

    colleague.decide(asked, "reject", reason="It was never paid.")

    assert desk.wait_for_end("rejected") == [FIRST_WORDS, REFUSED]
    assert desk.paid("rejected") == []
    assert ("Error: a person refused this call: It was never paid.", True) in desk.shop.results


def test_answer_of_a_person_takes_the_place_of_the_result(desk: Desk, colleague: Colleague) -> None:
    asked = desk.complain("answered")

    colleague.decide(asked, "answer", answer="I have paid it back by hand.")

    assert desk.wait_for_end("answered") == [FIRST_WORDS, PAID]
    assert desk.paid("answered") == []
    assert ("I have paid it back by hand.", False) in desk.shop.results


def test_turn_goes_on_without_the_tool_when_nobody_decides_in_time(desk: Desk) -> None:
    assert post_message(desk.cluster, "web-a", "late", ASKS).is_success

    assert desk.wait_for_end("late", "hasty") == [FIRST_WORDS, REFUSED]
    assert desk.paid("late") == []
    assert desk.decision("late")["state"] == "timed_out"


def test_decision_that_comes_before_the_turn_waits_is_heard(
    desk: Desk, colleague: Colleague
) -> None:
    assert post_message(desk.cluster, "web-a", "early", ASKS).is_success
    rows = desk.cluster.database.rows
    wait_until(lambda: rows(DECISION, ["early"]), within_s=20, what="people are asked")

    colleague.decide(desk.decision("early")["id"], "approve", arguments='{"euros": 40}')

    assert desk.wait_for_end("early") == [FIRST_WORDS, PAID]
    assert desk.paid("early") == [40]


@pytest.mark.parametrize("room", ["race-1", "race-2"])
def test_first_of_two_decisions_wins(desk: Desk, room: str) -> None:
    asked = desk.complain(room)
    with ExitStack() as stack, ThreadPoolExecutor(2) as both:
        first, second = (
            stack.enter_context(closing(Colleague(desk.cluster.url(web))))
            for web in ("web-a", "web-b")
        )
        approval = both.submit(first.decide, asked, "approve", arguments='{"euros": 40}')
        refusal = both.submit(second.decide, asked, "reject", reason="No.")
        pages = {"approved": approval.result(), "rejected": refusal.result()}

    won = desk.decision(room)["state"]
    [lost] = pages.keys() - {won}
    assert "The agent goes on." in pages[won]
    assert "Somebody else was first." in pages[lost]
    last_words = {"approved": PAID, "rejected": REFUSED}[won]
    assert desk.wait_for_end(room) == [FIRST_WORDS, last_words]
    assert desk.paid(room) == ([40] if won == "approved" else [])
