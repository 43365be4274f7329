"""`manage.py roomkit_worker` beside web processes: takes up what they left, and ends in order."""

import re
import signal
from collections.abc import Iterator
from urllib.request import urlopen

import pytest

from tests.cluster.waiting import wait_until
from tests.workers.ground import ANSWERS_WITHIN_S, Ground, own_ground, running

pytestmark = [pytest.mark.postgres, pytest.mark.redis_server]

RUNS = "The worker is running."


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with own_ground(tmp_path_factory.mktemp("worker")) as made:
        yield made


def test_worker_takes_up_what_nobody_holds_and_stops_in_order(ground: Ground) -> None:
    ground.ask("abandoned", within_s=0)
    worker = ground.manage("worker", RUNS, "roomkit_worker")

    with running(worker):
        wait_until(
            lambda: ground.answers("abandoned") == 1, within_s=ANSWERS_WITHIN_S, what="the answer"
        )
        code = worker.stop()

    assert (code, worker.output().rstrip().endswith("Stopped.")) == (0, True)
    for words in ("PostgreSQL, roomkit_cluster", "Locks       database", "in this process"):
        assert words in worker.output()


def test_worker_that_stops_leaves_its_leases(ground: Ground) -> None:
    worker = ground.manage("leader", RUNS, "roomkit_worker")
    with running(worker):
        wait_until(lambda: ground.leaders() == 1, within_s=10, what="a worker leads")
        worker.end(signal.SIGINT, 15)

    assert ground.leaders() == 0


@pytest.mark.parametrize(("role", "leaders"), [("web", 0), ("all", 1)])
def test_site_works_unless_it_only_serves(ground: Ground, role: str, leaders: int) -> None:
    site = ground.manage(f"site-{role}", "Worker ", "up", "--port", "0", ROOMKIT_ROLE=role)
    with running(site):
        address = re.search(r"Site +(\S+)", site.output())
        assert address is not None
        for _ in range(3):  # a worker would lead by the time these are answered
            urlopen(f"{address[1]}readyz", timeout=10).close()  # noqa: S310 - our own site

        assert ground.leaders() == leaders
        site.stop()


def test_site_that_is_a_worker_says_how_to_start_one(ground: Ground) -> None:
    site = ground.manage("not-a-site", "", "up", "--port", "0", ROOMKIT_ROLE="worker")
    site.start()

    assert site.wait() == 1
    assert "start it with 'manage.py roomkit_worker'" in site.output()
