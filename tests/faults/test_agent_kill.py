"""An agent that uses three tools is killed -9 at every step of its turn, and takes the turn up.

Two of the tools may be run again when nobody knows what became of them; `charge` may not.
"""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.postgres_server import own_database
from tests.cluster.redis_server import RedisServer
from tests.faults.agent_nursery import ANSWER, HALVES, Nursery, Salesman, environment_of
from tests.faults.agent_verdict import ONCE_ONLY, check, steps_of, unsure_of
from tests.faults.databases import postgres_database, sqlite_database

pytestmark = pytest.mark.timeout(240)

DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
# The rounds of the two tools that may be repeated, and of the last words.
OTHER_ROUNDS = re.compile(r"reserve|ship|round [023]")


@pytest.fixture
def vendor() -> Iterator[Salesman]:
    with Salesman().serving() as serving:
        yield serving
    assert serving.refusals == []


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    make = {"sqlite": sqlite_database, "postgres": postgres_database}[request.param]
    with make(tmp_path) as variables:
        yield variables | {"ROOMKIT_LEASE_SECONDS": "1"}


@pytest.fixture
def one_process(database: dict[str, str], tmp_path: Path, vendor: Salesman) -> Iterator[Nursery]:
    with Nursery(environment_of(vendor, **database), tmp_path).open() as nursery:
        yield nursery


@pytest.fixture
def careful(database: dict[str, str], tmp_path: Path, vendor: Salesman) -> Iterator[Nursery]:
    """People decide about `charge`."""
    variables = environment_of(vendor, AGENT_NEEDS_APPROVAL="1", **database)
    with Nursery(variables, tmp_path).open() as nursery:
        yield nursery


@pytest.fixture
def with_celery(tmp_path: Path, vendor: Salesman) -> Iterator[Nursery]:
    redis = RedisServer(tmp_path)
    redis.start()
    variables = {
        "REDIS_URL": redis.url,
        "ROOMKIT_ROLE": "web",
        "ROOMKIT_DISPATCHER": "celery",
        # So long that no worker takes up what another one left before it is told to.
        "ROOMKIT_LEASE_SECONDS": "600",
    }
    with own_database() as database:
        environment = environment_of(vendor, DATABASE_URL=database.url, **variables)
        with Nursery(environment, tmp_path, database).open() as nursery:
            yield nursery
    redis.process.kill()


def well(nursery: Nursery, do: str, **arguments: object) -> None:
    """Run a process that ends well."""
    assert nursery.run(do, **arguments) == 0, nursery.log.read_text()


def die(nursery: Nursery, do: str, step: str, **arguments: object) -> None:
    """Run a process that dies at a step."""
    assert nursery.run(do, die_at=step, **arguments) == -signal.SIGKILL, step


def rooms_of(name: str, steps: list[str]) -> dict[str, str]:
    """Return a room for each step."""
    assert len(steps) == len(set(steps)) > 8
    return {f"{name}-{number}": step for number, step in enumerate(steps)}


def unknown_in(deaths: dict[str, str]) -> int:
    """Return of how many calls that must not be repeated nobody can know the outcome."""
    return sum(ONCE_ONLY in unsure_of(step) for step in deaths.values())


def test_every_step_in_one_process(one_process: Nursery, vendor: Salesman) -> None:
    well(one_process, "ask", room="rehearsal")
    deaths = rooms_of("room", steps_of(one_process))
    for room, step in deaths.items():
        die(one_process, "ask", step, room=room)

    well(one_process, "resume", rooms=[*deaths])

    check(one_process, deaths, [ANSWER])
    assert len(vendor.unknown_calls()) == unknown_in(deaths) == 4


def test_every_step_of_a_turn_that_waits_for_people(careful: Nursery, vendor: Salesman) -> None:
    well(careful, "ask", room="rehearsal")
    before = rooms_of("before", [s for s in steps_of(careful) if not OTHER_ROUNDS.search(s)])
    well(careful, "decide", room="rehearsal")
    seen = len(steps_of(careful))
    well(careful, "go_on", room="rehearsal")
    after = rooms_of("after", [s for s in steps_of(careful)[seen:] if not OTHER_ROUNDS.search(s)])

    for room, step in before.items():
        die(careful, "ask", step, room=room)
    for room in after:
        well(careful, "ask", room=room)
    well(careful, "resume", rooms=[*before], waits=True)
    for room in (*before, *after):
        well(careful, "decide", room=room)
    for room, step in after.items():
        die(careful, "go_on", step, room=room)
    well(careful, "resume", rooms=[*before, *after])

    check(careful, dict.fromkeys(before, ""), HALVES)
    check(careful, after, HALVES)
    assert len(vendor.unknown_calls()) == unknown_in(after) == 4


@pytest.mark.postgres
@pytest.mark.redis_server
def test_every_step_of_a_round_in_a_celery_worker(with_celery: Nursery, vendor: Salesman) -> None:
    worker = with_celery.start("work", name="rehearsal")
    well(with_celery, "ask", room="rehearsal")
    with_celery.wait_until_done(["rehearsal"])
    with_celery.kill(worker)
    # A worker takes a second to start, so of the rounds, which are alike, only one is gone through.
    deaths = rooms_of("room", [s for s in steps_of(with_celery) if not OTHER_ROUNDS.search(s)])
    for room, step in deaths.items():
        worker = with_celery.start("work", name=room, die_at=step)
        well(with_celery, "ask", room=room)
        assert with_celery.wait(worker) == -signal.SIGKILL, step

    with_celery.let_leases_end()
    worker = with_celery.start("work", name="heir")
    with_celery.wait_until_done([*deaths])

    check(with_celery, deaths, [ANSWER])
    assert len(vendor.unknown_calls()) == unknown_in(deaths) == 4
    with_celery.kill(worker)
