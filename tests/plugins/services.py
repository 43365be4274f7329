"""Tests that need PostgreSQL, Redis or Chromium say so by a marker of that name.

A service that does not answer skips its tests, and the run ends with the list of them. With
``CI`` set the run fails instead: there, a test that did not run is a fault.

``python -m tests.plugins.services postgres`` exits with 0 when PostgreSQL answers.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterable
from functools import cache

import psycopg
import pytest
import redis

from tests.addresses import CHROMIUM, POSTGRES_URL, REDIS_URL
from tests.plugins.programs import require_postgres_server, require_redis_server

_ANSWER_WITHIN_S = 2
_SKIPPED = "needs a service: "


def _ask_postgres() -> None:
    psycopg.connect(POSTGRES_URL, connect_timeout=_ANSWER_WITHIN_S).close()


def _ask_redis() -> None:
    with redis.Redis.from_url(REDIS_URL, socket_connect_timeout=_ANSWER_WITHIN_S) as client:
        client.ping()


def _ask_chromium() -> None:
    if shutil.which(CHROMIUM) is None:
        msg = f"no program {CHROMIUM}"
        raise FileNotFoundError(msg)


PROBES: dict[str, Callable[[], None]] = {
    "postgres": _ask_postgres,
    "redis": _ask_redis,
    "chromium": _ask_chromium,
    "redis_server": require_redis_server,
    "postgres_server": require_postgres_server,
}


@cache
def find_fault(service: str) -> str | None:
    """Return why a service cannot be used, in one line, or ``None`` if it can."""
    try:
        PROBES[service]()
    except (OSError, psycopg.Error, redis.RedisError) as error:
        return f"{service} does not answer: {' '.join(str(error).split())}"
    return None


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers."""
    for service in PROBES:
        config.addinivalue_line("markers", f"{service}: needs {service}, else it is skipped")
    config.addinivalue_line(
        "markers", "database: runs on every database; `make test` repeats it on PostgreSQL"
    )


@pytest.hookimpl(trylast=True)  # after the tests that were not asked for are gone
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests whose service is missing, or refuse the run where nothing may be skipped."""
    faults: set[str] = set()
    for item in items:
        for fault in _faults_of(item):
            faults.add(fault)
            item.add_marker(pytest.mark.skip(reason=_SKIPPED + fault))
    if faults and os.environ.get("CI"):
        listed = "\n  ".join(sorted(faults))
        pytest.exit(f"CI is set, so no service may be missing:\n  {listed}", returncode=1)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List what did not run for want of a service."""
    missing = _collect_missing(terminalreporter.stats.get("skipped", []))
    if not missing:
        return
    terminalreporter.section("not run: services are missing", sep="-")
    for reason, tests in sorted(missing.items()):
        terminalreporter.line(reason)
        for test in sorted(tests):
            terminalreporter.line(f"  {test}")


def _faults_of(item: pytest.Item) -> Iterable[str]:
    wanted = (service for service in PROBES if item.get_closest_marker(service))
    return (fault for service in wanted if (fault := find_fault(service)))


def _collect_missing(reports: Iterable[pytest.TestReport]) -> dict[str, set[str]]:
    """Group the skipped tests by the service they lacked; parametrized cases count as one."""
    missing: dict[str, set[str]] = {}
    for report in reports:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        _, marked, fault = reason.partition(_SKIPPED)
        if marked:
            missing.setdefault(fault, set()).add(report.nodeid.partition("[")[0])
    return missing


if __name__ == "__main__":
    fault = find_fault(sys.argv[1])
    sys.exit(fault)
