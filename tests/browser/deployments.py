"""The site as people meet it, in one process or in several, each of which may be killed."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.cluster import PROJECT, Cluster, Plan, running_cluster
from tests.site_process import SiteProcess, running_site

# Short, so that nobody waits long for what a dead process held.
LEASE_S = "2"


@dataclass(frozen=True)
class Deployment:
    """Where people talk to the site, and how to kill what runs it.

    Attributes:
        sender: The address of whoever asks.
        reader: The address of whoever looks on.
        parts: What "the sender's process" and so on are called.
        kill: Ends a part without warning.
        start: Runs it again.
    """

    sender: str
    reader: str
    parts: Mapping[str, str]
    kill: Callable[[str], None]
    start: Callable[[str], None]


def deploy_one(directory: Path, stack: ExitStack) -> Deployment:
    """Run everything in one process, on SQLite."""
    environment = {"ROOMKIT_LEASE_SECONDS": LEASE_S}
    runs: list[SiteProcess] = []

    def start(_part: str = "") -> None:
        port = runs[-1].port if runs else 0
        site = running_site(directory, port=port, environment=environment)
        runs.append(stack.enter_context(site))

    start()
    url = runs[0].url
    return Deployment(
        sender=url,
        reader=url,
        parts=dict.fromkeys(("sender", "reader", "worker"), "site"),
        kill=lambda _part: runs[-1].kill(),
        start=start,
    )


def deploy_many(directory: Path, stack: ExitStack) -> Deployment:
    """Run two web processes and a Celery worker, on PostgreSQL and Redis."""
    cluster: Cluster = stack.enter_context(running_cluster(directory, Plan(settings=PROJECT)))
    return Deployment(
        sender=cluster.url("web-a"),
        reader=cluster.url("web-b"),
        parts={"sender": "web-a", "reader": "web-b", "worker": "worker-1"},
        kill=lambda part: cluster[part].kill(),
        start=lambda part: cluster.start(part),
    )
