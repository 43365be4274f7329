"""Two real processes are never in one room at the same time."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.cluster.postgres_server import own_database
from tests.cluster.redis_server import RedisServer
from tests.repository import ROOT
from tests.together import run_together

ROUNDS = 20


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    directory = tmp_path_factory.mktemp("contenders")
    server = RedisServer(directory)
    with ExitStack() as stack:
        database = stack.enter_context(own_database())
        stack.callback(server.process.kill)
        server.start()
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "roomkit_project.settings",
            "DATABASE_URL": database.url,
            "REDIS_URL": server.url,
            "ROOMKIT_DATA_DIR": str(directory),
        }
        migrate = [sys.executable, "manage.py", "migrate", "-v0"]
        subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
        yield environment


@pytest.mark.postgres
@pytest.mark.redis_server
@pytest.mark.parametrize("kind", ["database", "redis"])
def test_one_process_at_a_time_is_in_a_room(environment: dict[str, str], kind: str) -> None:
    contender = ("tests.locks.contender", kind)
    said = run_together(
        (*contender, "one", str(ROUNDS)), (*contender, "two", str(ROUNDS)), environment=environment
    )
    assert said == [{"visits": 4 * ROUNDS, "most": 1}] * 2
