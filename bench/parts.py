"""The parts of a run, each to be called in a process of its own.

A process can configure Django for one database only. What is measured imports our models, so it is
imported once Django is configured.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from django.utils.module_loading import import_string

from bench.databases import (
    configure_without_database,
    find_fault,
    find_redis_fault,
    scratch_database,
)
from bench.plan import Plan
from bench.samples import Row

ON_DATABASES: Mapping[str, str] = {
    "inbound": "bench.inbound.measure_inbound",
    "first-chunk": "bench.first_chunk.measure_first_chunk",
    "ai-first-chunk": "bench.ai_first_chunk.measure_ai_first_chunk",
    "ai-chunks": "bench.ai_chunks.measure_ai_chunks",
    "ai-tools": "bench.ai_tools.measure_ai_tools",
}
FLAT, SOCKETS, PROCESSES, HOP = "flat", "fanout", "processes", "hop"
WEBHOOKS = "webhooks"
WHAT = (*ON_DATABASES, FLAT, SOCKETS, PROCESSES, HOP, WEBHOOKS)


@dataclass(frozen=True, kw_only=True)
class Section:
    """What one process has measured.

    Attributes:
        left_out: Why nothing could be measured.
    """

    title: str
    rows: Sequence[Row] = ()
    left_out: str | None = None


Part = Callable[[], Section]


def choose_parts(what: Sequence[str], databases: Sequence[str], plan: Plan) -> Iterator[Part]:
    """Return what has to be called for the things named, in the order of the report."""
    stored = [name for name in ON_DATABASES if name in what]
    if stored:
        for database in databases:
            yield partial(measure_on, database, stored, plan)
    for name, measure in ALONE.items():
        if name in what:
            yield partial(measure, plan)


def measure_on(database: str, what: Sequence[str], plan: Plan) -> Section:
    """Measure the named things on a new database of this kind."""
    fault = find_fault(database, plan)
    if fault is not None:
        return Section(title=database, left_out=fault)
    with scratch_database(database, plan) as title:
        rows = [row for name in what for row in import_string(ON_DATABASES[name])(plan)]
    return Section(title=title, rows=rows)


def measure_flat(plan: Plan) -> Section:
    """Measure whether messages cost the same however much there is, on PostgreSQL."""
    title = "Long rooms and many rooms, PostgreSQL"
    fault = find_fault("postgres", plan)
    if fault is not None:
        return Section(title=title, left_out=fault)
    numbers = import_string("bench.room_numbers.measure_numbers")(plan)
    with scratch_database("postgres", plan):
        lengths = import_string("bench.flat.measure_lengths")(plan)
    return Section(title=title, rows=[*lengths, *numbers])


def measure_sockets(plan: Plan) -> Section:
    """Measure what needs no database."""
    configure_without_database()
    rows = import_string("bench.fanout.measure_fanout")(plan)
    return Section(title="Sockets of one process, no database, no network", rows=rows)


def measure_processes(plan: Plan) -> Section:
    """Measure the sockets of several processes."""
    title = "Sockets of two processes, Redis between them, no network to the sockets"
    fault = find_redis_fault(plan)
    if fault is not None:
        return Section(title=title, left_out=fault)
    return Section(title=title, rows=import_string("bench.processes.measure_processes")(plan))


def measure_hop(plan: Plan) -> Section:
    """Measure the way of a message to the process that sends it on."""
    title = "From a web process to a Celery worker, PostgreSQL and Redis"
    fault = find_fault("postgres", plan) or find_redis_fault(plan)
    if fault is not None:
        return Section(title=title, left_out=fault)
    return Section(title=title, rows=import_string("bench.hop.measure_hop")(plan))


def measure_webhooks(plan: Plan) -> Section:
    """Measure how soon a vendor is answered, and its customer."""
    title = "Webhooks at two web processes and a Celery worker, PostgreSQL and Redis"
    fault = find_fault("postgres", plan) or find_redis_fault(plan)
    if fault is not None:
        return Section(title=title, left_out=fault)
    return Section(title=title, rows=import_string("bench.webhooks.measure_webhooks")(plan))


ALONE: Mapping[str, Callable[[Plan], Section]] = {
    FLAT: measure_flat,
    SOCKETS: measure_sockets,
    PROCESSES: measure_processes,
    HOP: measure_hop,
    WEBHOOKS: measure_webhooks,
}
