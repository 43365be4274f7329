"""How much processor time PostgreSQL spends on the scratch database.

Each connection has a server process of its own. Its title names the database, and where the server
runs on this machine the kernel tells how long it was on a processor.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from django.conf import settings

PROCESSES = Path("/proc")
NS_IN_S = 1e9

CpuTimes = Mapping[int, float]
"""Seconds on a processor by process id."""


def read_cpu() -> CpuTimes:
    """Return the time of every server process of the scratch database; none where unseen."""
    database = settings.DATABASES["default"].get("NAME") if settings.configured else None
    return dict(_server_processes(str(database))) if database else {}


def cpu_since(before: CpuTimes) -> float:
    """Return how many seconds the server processes have worked since; one that ended is lost."""
    return sum(now_s - before.get(process, 0.0) for process, now_s in read_cpu().items())


def _server_processes(database: str) -> Iterator[tuple[int, float]]:
    for process in PROCESSES.glob("[0-9]*"):
        try:
            title = (process / "cmdline").read_bytes().partition(b"\0")[0].decode(errors="replace")
            if title.startswith("postgres:") and database in title.split():
                on_cpu_ns = int((process / "schedstat").read_text().split()[0])
                yield int(process.name), on_cpu_ns / NS_IN_S
        except (OSError, ValueError, IndexError):
            continue  # it has ended meanwhile, or this kernel does not say
