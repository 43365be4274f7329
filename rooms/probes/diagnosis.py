"""Everything that can be asked about a site, and what to do about the answers."""

from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum

from rooms.conf import get_settings
from rooms.domain.frozen import Frozen
from rooms.probes.breakers import list_shared_open_breakers
from rooms.probes.measuring import Measured, measure, measure_again
from rooms.probes.servers import list_celery_queues, probe_broker, probe_layer, probe_redis
from rooms.stores.probe import (
    DatabaseSigns,
    OutboxCounts,
    count_missing_migrations,
    count_outbox,
    probe_database,
)
from rooms.topology import CELERY, Topology
from rooms.worker import TIMERS_LEASE

# Leases are compared by the database's clock, but hosts write the times of events.
MOST_SKEW_MS = 1000.0
MOST_LATE_S = 10.0
QUEUES = frozenset({"deliver", "ai"})


class Status(StrEnum):
    """UNUSED: this site has no such part."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"
    UNUSED = "unused"


class Reading(Frozen):
    """One answer in words.

    Attributes:
        ms: How long the answer took, None where that says nothing.
        remedy: What to do; '' when all is well.
    """

    subject: str
    status: Status
    said: str
    ms: float | None = None
    remedy: str = ""


Question = Callable[[], Awaitable[Sequence[Reading]]]

_questions: dict[str, Question] = {}


def register_question(subject: str, ask: Question) -> None:
    """Have an app above this one answer for a part of its own; a subject's former one is replaced.

    Args:
        subject: What the part is called where it does not answer.
        ask: Answers in at most three seconds.
    """
    _questions[subject] = ask


async def diagnose(topology: Topology) -> list[Reading]:
    """Ask everything, one after the other, so that no answer slows another one down.

    Each question has three seconds; a server that does not answer is not asked again.
    """
    return [
        *await _read_database(topology),
        await _read_layer(),
        *await _read_redis(topology),
        await _read_broker(topology),
        *[reading for subject in _questions for reading in await _ask(subject)],
    ]


async def _ask(subject: str) -> Sequence[Reading]:
    found = await measure(_questions[subject]())
    if found.found is None:
        return [_broken(subject, found, "The answer of the database above tells more.")]
    return found.found


# -- the database


async def _read_database(topology: Topology) -> list[Reading]:
    missing = await measure(count_missing_migrations())
    if not missing.ok:
        return [_broken("Database", missing, f"Is it running? It is {topology.database}.")]
    if missing.found:
        said = f"{missing.found} migrations are missing"
        remedy = "Run manage.py migrate, or start `manage.py up`, which does."
        return [Reading(subject="Database", status=Status.BROKEN, said=said, remedy=remedy)]
    signs = await measure_again(lambda: probe_database(TIMERS_LEASE))
    if signs.found is None:
        return [_broken("Database", signs, "Does it take writes? Is its disk full?")]
    counts = await measure(count_outbox())
    return [
        Reading(subject="Database", status=Status.OK, said="takes writes", ms=signs.found.write_ms),
        _read_clock(signs.found),
        _read_outbox(signs.found, counts, topology),
        _read_timers(signs.found, topology),
    ]


def _read_clock(signs: DatabaseSigns) -> Reading:
    where = "ahead of" if signs.ahead_ms >= 0 else "behind"
    said = f"the database's is {abs(signs.ahead_ms):.1f} ms {where} this host's"
    if abs(signs.ahead_ms) <= MOST_SKEW_MS:
        return Reading(subject="Clock", status=Status.OK, said=said)
    remedy = "Set both by NTP: times of events and timers are wrong."
    return Reading(subject="Clock", status=Status.WARNING, said=said, remedy=remedy)


def _read_outbox(
    signs: DatabaseSigns, counts: Measured[OutboxCounts], topology: Topology
) -> Reading:
    late_s = signs.oldest_due_job_s
    said = f"oldest due job {late_s:.1f} s late" if late_s is not None else "no job is due"
    if counts.found is not None:
        found = counts.found
        said += f"; {found.open} open, {found.failed} failed, {found.unknown} unknown"
    else:
        said += f"; not counted ({counts.error_name})"
    if late_s is None or late_s <= MOST_LATE_S:
        return Reading(subject="Outbox", status=Status.OK, said=said)
    remedy = f"Nobody takes it up: {_start_worker(topology)}"
    return Reading(subject="Outbox", status=Status.WARNING, said=said, remedy=remedy)


def _read_timers(signs: DatabaseSigns, topology: Topology) -> Reading:
    if signs.leader is not None and signs.leads_until is not None:
        said = f"fired by {signs.leader}, until {signs.leads_until:%H:%M:%S} UTC unless renewed"
        return Reading(subject="Timers", status=Status.OK, said=said)
    return Reading(
        subject="Timers",
        status=Status.WARNING,
        said="no process fires them; no worker runs",
        remedy=_start_worker(topology),
    )


def _start_worker(topology: Topology) -> str:
    command = {
        "Celery": "celery -A roomkit_project worker --pool threads -Q deliver,ai,default",
        "roomkit_worker": "manage.py roomkit_worker",
    }.get(topology.worker, "manage.py up")
    return f"start `{command}`."


# -- servers


async def _read_layer() -> Reading:
    found = await measure_again(probe_layer)
    if found.ok:
        return _good("Layer", "carries messages", found)
    return _broken("Layer", found, "Is the server of CHANNEL_LAYERS up? REDIS_URL names it.")


async def _read_redis(topology: Topology) -> list[Reading]:
    conf = get_settings()
    url = conf.REDIS_URL
    if not url:
        alone = "each process counts alone; its /readyz tells"
        return [_unused("Redis", "not used"), _unused("Breakers", alone)]
    found = await measure_again(lambda: probe_redis(url))
    if not found.ok:
        return [_broken("Redis", found, f"Is {topology.redis_url} up? REDIS_URL names it.")]
    return [_good("Redis", "answers", found), await _read_breakers(url, conf.REDIS_PREFIX)]


async def _read_broker(topology: Topology) -> Reading:
    if topology.dispatcher != CELERY:
        return _unused("Broker", "not used")
    found = await measure_again(probe_broker)
    if not found.ok:
        where = topology.broker or "CELERY_BROKER_URL, which is not set"
        remedy = (
            f"Is {where} up? Until then workers find deliveries in the database, a little later."
        )
        return _broken("Broker", found, remedy)
    workers = await measure(list_celery_queues())
    return _read_workers(found, workers.found or {}, topology)


def _read_workers(
    found: Measured[None], workers: dict[str, list[str]], topology: Topology
) -> Reading:
    served = {queue for queues in workers.values() for queue in queues}
    listed = ", ".join(f"{name} ({', '.join(queues)})" for name, queues in workers.items())
    said = f"answers; {len(workers)} workers: {listed}" if workers else "answers; no worker does"
    missing = sorted(QUEUES - served)
    if not missing:
        return _good("Broker", said, found)
    return Reading(
        subject="Broker",
        status=Status.WARNING,
        said=said,
        ms=found.ms,
        remedy=f"Nobody serves {' and '.join(missing)}: {_start_worker(topology)}",
    )


async def _read_breakers(redis_url: str, prefix: str) -> Reading:
    found = await measure(list_shared_open_breakers(redis_url, prefix=prefix))
    if found.found is None:
        return _broken("Breakers", found, "Redis answers, but not to this question.")
    if not found.found:
        return Reading(subject="Breakers", status=Status.OK, said="none is open")
    return Reading(
        subject="Breakers",
        status=Status.WARNING,
        said=f"open: {', '.join(found.found)}",
        remedy="Their vendors keep failing; deliveries fail at once until one succeeds again.",
    )


# -- shapes


def _good(subject: str, said: str, measured: Measured[object]) -> Reading:
    return Reading(subject=subject, status=Status.OK, said=said, ms=measured.ms)


def _broken(subject: str, measured: Measured[object], remedy: str) -> Reading:
    return Reading(
        subject=subject,
        status=Status.BROKEN,
        said=f"does not answer ({measured.error_name})",
        ms=measured.ms,
        remedy=remedy,
    )


def _unused(subject: str, said: str) -> Reading:
    return Reading(subject=subject, status=Status.UNUSED, said=said)
