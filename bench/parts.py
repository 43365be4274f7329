"""The parts of a run, each to be called in a process of its own.

A process can configure Django for one database only. What is measured imports our models, so it is
imported once Django is configured.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.module_loading import import_string

from bench.databases import configure_without_database, find_fault, scratch_database
from bench.plan import Plan
from bench.samples import Row

ON_DATABASES: Mapping[str, str] = {
    "inbound": "bench.inbound.measure_inbound",
    "first-chunk": "bench.first_chunk.measure_first_chunk",
}
SOCKETS = "fanout"


@dataclass(frozen=True, kw_only=True)
class Section:
    """What one process has measured.

    Attributes:
        left_out: Why nothing could be measured.
    """

    title: str
    rows: Sequence[Row] = ()
    left_out: str | None = None


def measure_on(database: str, what: Sequence[str], plan: Plan) -> Section:
    """Measure the named things on a new database of this kind."""
    fault = find_fault(database, plan)
    if fault is not None:
        return Section(title=database, left_out=fault)
    with scratch_database(database, plan) as title:
        rows = [row for name in what for row in import_string(ON_DATABASES[name])(plan)]
    return Section(title=title, rows=rows)


def measure_sockets(plan: Plan) -> Section:
    """Measure what needs no database."""
    configure_without_database()
    rows = import_string("bench.fanout.measure_fanout")(plan)
    return Section(title="Sockets, no database, no network", rows=rows)
