"""What the processes of a test stand on: a database, a Redis, and the variables that name them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cluster.postgres_server import Database, own_database
from tests.cluster.process import Process
from tests.cluster.redis_server import RedisServer
from tests.repository import ROOT

ANSWERS_WITHIN_S = 20
DISPATCH = {"ROOMKIT_DISPATCHER": "celery"}
CELERY = [sys.executable, "-m", "celery", "-A", "roomkit_project"]


class Ground:
    """Starts processes on one database and one Redis."""

    def __init__(self, directory: Path, database: Database, redis: RedisServer) -> None:
        self.database = database
        self.redis = redis
        self._directory = directory
        self._variables = {
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "roomkit_project.settings",
            "DATABASE_URL": database.url,
            "REDIS_URL": redis.url,
            "ROOMKIT_DATA_DIR": str(directory / "data"),
            "ROOMKIT_SECRET_KEY": "a-fixed-key-for-tests-only",
            "ROOMKIT_LEASE_SECONDS": "2",
            "PYTHONUNBUFFERED": "1",
        }

    def process(self, name: str, command: list[str], ready: str, **variables: str) -> Process:
        """Return a process that can be used once it has said `ready`."""
        environment = self._variables | variables
        return Process(name, command, environment, self._directory, lambda said: ready in said)

    def celery(self, pool: str, *options: str) -> Process:
        """Return a Celery worker."""
        command = [*CELERY, "worker", "--pool", pool, "-Q", "deliver,ai,default", *options]
        return self.process(pool, command, " ready.", **DISPATCH)

    def manage(self, name: str, ready: str, *options: str, **variables: str) -> Process:
        """Return a command of the project."""
        return self.process(name, [sys.executable, "manage.py", *options], ready, **variables)

    def run(self, *command: str, **variables: str) -> str:
        """Run a command to its end and return what it printed."""
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self._variables | variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, f"{command} failed:\n{done.stderr}"
        return done.stdout

    def ask(self, room: str, *, within_s: float = ANSWERS_WITHIN_S) -> list[str]:
        """Let a customer ask a web process that has Celery deliver; return what is answered."""
        command = (sys.executable, "-m", "tests.workers.ask", room, str(within_s))
        answers: list[str] = json.loads(self.run(*command, ROOMKIT_ROLE="web", **DISPATCH))
        return answers

    def leaders(self) -> int:
        """Return how many workers lead."""
        return int(self.database.rows("SELECT count(*) AS n FROM roomkit_rooms_lease")[0]["n"])

    def answers(self, room: str) -> int:
        """Return how many answers a room holds."""
        query = (
            "SELECT count(*) AS n FROM roomkit_rooms_event WHERE room_id = %s AND chain_depth > 0"
        )
        return int(self.database.rows(query, [room])[0]["n"])


@contextmanager
def own_ground(directory: Path, *, migrated: bool = True) -> Iterator[Ground]:
    """Start a Redis on a database of its own; both are gone with the block."""
    redis = RedisServer(directory)
    redis.start()
    try:
        with own_database() as database:
            ground = Ground(directory, database, redis)
            if migrated:
                ground.run(sys.executable, "manage.py", "migrate", "--verbosity=0")
            yield ground
    finally:
        redis.process.kill()


@contextmanager
def running(*processes: Process) -> Iterator[None]:
    """Start processes side by side and end them with the block."""
    try:
        for process in processes:
            process.start()
        for process in processes:
            process.wait_until_ready()
        yield
    finally:
        for process in processes:
            process.kill()
