"""A test that fails shows what the processes of its cluster have written."""

from collections.abc import Generator

import pytest

from tests.cluster.cluster import Cluster

SHOWN_CHARACTERS = 6_000


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the end of each log to the report."""
    report = yield
    if report.failed and isinstance(item, pytest.Function):
        for cluster in item.funcargs.values():
            if isinstance(cluster, Cluster):
                report.sections += list_logs(cluster)
    return report


def list_logs(cluster: Cluster) -> list[tuple[str, str]]:
    """Return title and end of each log that says anything."""
    logs = [(process.name, process.log) for process in cluster.logs() if process.log.exists()]
    texts = [(name, log.read_text(errors="replace")[-SHOWN_CHARACTERS:]) for name, log in logs]
    return [(f"log of {name}", text) for name, text in texts if text]
