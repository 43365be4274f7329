"""Celery's workers do what a web process left, in each pool that can; Redis may come and go."""

import json
from collections.abc import Iterator

import pytest

from tests.cluster.waiting import wait_until
from tests.workers.ground import ANSWERS_WITHIN_S, CELERY, DISPATCH, Ground, own_ground, running

pytestmark = [pytest.mark.postgres, pytest.mark.redis_server]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with own_ground(tmp_path_factory.mktemp("celery")) as made:
        yield made


def count_drained_lanes(ground: Ground) -> int:
    """Ask the running workers how many lanes they were woken for."""
    said = json.loads(ground.run(*CELERY, "inspect", "stats", "--json", **DISPATCH))
    return sum(stats["total"].get("roomkit_channels.drain_lane", 0) for stats in said.values())


@pytest.mark.parametrize("pool", ["threads", "prefork", "solo"])
def test_worker_answers_what_a_web_process_took_in(ground: Ground, pool: str) -> None:
    worker = ground.celery(pool, "-c", "2")
    with running(worker):
        answers = ground.ask(f"asked-{pool}")
        drained = count_drained_lanes(ground)
        code = worker.stop()

    assert (len(answers), drained, code) == (1, 1, 0)
    assert "Traceback" not in worker.output()


def test_nothing_is_answered_while_no_worker_runs(ground: Ground) -> None:
    assert ground.ask("unheard", within_s=2) == []

    with running(ground.celery("threads")):
        wait_until(
            lambda: ground.answers("unheard") == 1, within_s=ANSWERS_WITHIN_S, what="the answer"
        )


def test_message_is_taken_while_redis_is_away_and_answered_by_the_sweep(ground: Ground) -> None:
    with running(ground.celery("threads")):
        ground.redis.process.kill()
        try:
            answers = ground.ask("without-redis")
        finally:
            ground.redis.start()

    assert len(answers) == 1
