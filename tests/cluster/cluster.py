"""Several processes of the site on one database, by environment variables alone."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from tests.cluster.ports import HOST, take_free_port
from tests.cluster.postgres_server import Database, PostgresServer, own_database
from tests.cluster.process import Process
from tests.cluster.provider_server import ProviderServer
from tests.cluster.records import Records
from tests.cluster.redis_server import RedisServer
from tests.cluster.waiting import wait_until
from tests.repository import ROOT

LEASE_S = 2.0
FAKE_VENDORS = "tests.cluster.settings"
PROJECT = "roomkit_project.settings"
# What the machine's own environment may say to any program.
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH")


@dataclass(frozen=True)
class Plan:
    """Which processes a cluster has.

    Attributes:
        level: 2 is `roomkit_worker`, 3 is Celery.
        settings: The settings module.
        variables: More environment variables.
    """

    level: int = 3
    webs: int = 2
    workers: int = 1
    settings: str = FAKE_VENDORS
    variables: Mapping[str, str] = field(default_factory=dict)


Channels = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class RoomPlan:
    """A room to open: its text message channels with the options of their bindings."""

    room: str
    channels: Channels = field(default_factory=dict)
    agent: str | None = "assistant"

    @property
    def visitor(self) -> str:
        """The customer in it."""
        return f"visitor-of-{self.room}"


class Cluster:
    """Web processes `web-a`, `web-b`, …, workers `worker-1`, …, and what they stand on."""

    def __init__(
        self, plan: Plan, directory: Path, database: Database, provider: ProviderServer
    ) -> None:
        self.plan = plan
        self.database = database
        self.records = Records(database)
        self.provider = provider
        self.redis = RedisServer(directory)
        self.cookies: dict[str, str] = {}
        self._directory = directory
        self._environment = self._build_environment()
        self._ports = {f"web-{'abcdef'[n]}": take_free_port() for n in range(plan.webs)}
        self._workers = [f"worker-{n + 1}" for n in range(plan.workers)]
        self.processes = {name: self._web(name, port) for name, port in self._ports.items()}
        self.processes |= {name: self._worker(name) for name in self._workers}

    def __getitem__(self, name: str) -> Process:
        return self.processes[name]

    @property
    def webs(self) -> list[str]:
        """The addresses of the web processes."""
        return [self.url(name) for name in self._ports]

    def url(self, name: str) -> str:
        """Return the address of a web process, without a slash at the end."""
        return f"http://{HOST}:{self._ports[name]}"

    def logs(self) -> list[Process]:
        """Return everything that writes a log."""
        return [*self.processes.values(), self.redis.process]

    # -- starting and ending

    def start(self, *names: str) -> None:
        """Start processes side by side, all unless named, and wait until they can be used."""
        chosen = [self.processes[name] for name in names or self.processes]
        for process in chosen:
            process.start()
        for process in chosen:
            process.wait_until_ready()

    def kill(self) -> None:
        """End everything."""
        for process in self.logs():
            process.kill()

    def migrate(self) -> None:
        """Make the tables."""
        self._run("manage.py", "migrate", "--verbosity=0")

    # -- rooms

    def open_rooms(self, *rooms: RoomPlan) -> None:
        """Open rooms and keep their visitors' cookies."""
        wanted = [
            {"room": r.room, "visitor": r.visitor, "channels": r.channels, "agent": r.agent}
            for r in rooms
        ]
        self.cookies |= json.loads(self._run("-m", "tests.cluster.openings", said=wanted))

    def settle(self, *, within_s: float = 30.0) -> None:
        """Wait until no delivery needs work any more."""
        wait_until(
            lambda: self.records.open_deliveries() == 0,
            within_s=within_s,
            what="every delivery is finished",
        )

    # -- what its processes are

    def _web(self, name: str, port: int) -> Process:
        command = [sys.executable, "manage.py", "up", "--host", HOST, "--port", str(port)]
        environment = self._environment | {"ROOMKIT_ROLE": "web"}
        url = f"http://{HOST}:{port}/readyz"
        return Process(name, command, environment, self._directory, lambda _output: _is_up(url))

    def _worker(self, name: str) -> Process:
        if self.plan.level == 3:
            command = [sys.executable, "-m", "celery", "-A", "roomkit_project", "worker"]
            command += ["--pool", "threads", "-Q", "deliver,ai,default", "-n", f"{name}@%h"]
            says = " ready."
        else:
            command = [sys.executable, "manage.py", "roomkit_worker"]
            says = "The worker is running."
        return Process(
            name, command, self._environment, self._directory, lambda output: says in output
        )

    def _build_environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        own = {
            "DJANGO_SETTINGS_MODULE": self.plan.settings,
            "DATABASE_URL": self.database.url,
            "REDIS_URL": self.redis.url,
            "ROOMKIT_DATA_DIR": str(self._directory / "data"),
            "ROOMKIT_SECRET_KEY": "a-fixed-key-for-tests-only",
            "ROOMKIT_ADMIN_PASSWORD": "admin",
            "ROOMKIT_LEASE_SECONDS": str(LEASE_S),
            "CLUSTER_PROVIDER_URL": self.provider.url,
            "PYTHONUNBUFFERED": "1",
        }
        if self.plan.level == 3:
            own["ROOMKIT_DISPATCHER"] = "celery"
        return kept | own | dict(self.plan.variables)

    def _run(self, *command: str, said: Sequence[Any] = ()) -> str:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=self._environment | {"ROOMKIT_ROLE": "web"},
            input=json.dumps(said),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command} failed:\n{done.stderr}"
        return done.stdout


@contextmanager
def running_cluster(
    directory: Path,
    plan: Plan | None = None,
    *,
    postgres: PostgresServer | None = None,
    empty: bool = False,
    seed: int = 0,
) -> Iterator[Cluster]:
    """Start a cluster and end it with the block.

    Args:
        directory: For logs and data.
        plan: Which processes; two webs and a Celery worker by default.
        postgres: A running server to use instead of a database on the machine's.
        empty: Whether the processes find a database without tables.
        seed: Of the fake vendors' moods.
    """
    with ExitStack() as stack:
        database = postgres.database if postgres else stack.enter_context(own_database())
        provider = stack.enter_context(ProviderServer(seed=seed).serving())
        cluster = Cluster(plan or Plan(), directory, database, provider)
        stack.callback(cluster.kill)
        cluster.redis.start()
        if not empty:
            cluster.migrate()
        cluster.start()
        yield cluster


def _is_up(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as answer:  # noqa: S310 - our own site
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
