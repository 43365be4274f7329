"""Answers for whoever watches over the process: is it alive, can it do its work?"""

import asyncio
import logging
from collections.abc import Awaitable
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rooms.conf import get_settings
from rooms.domain.json import JsonObject
from rooms.probes.breakers import list_open_breakers
from rooms.probes.measuring import Measured, measure
from rooms.probes.servers import probe_broker, probe_layer, probe_redis
from rooms.stores.probe import DatabaseSigns, probe_database
from rooms.topology import CELERY, Topology, resolve_topology
from rooms.worker import TIMERS_LEASE

logger = logging.getLogger("roomkit.health")

NOT_READY = 503

Readings = dict[str, Measured[Any]]


@never_cache
@require_safe
async def healthz(request: HttpRequest) -> JsonResponse:
    """Say that the process answers; asks nothing of anybody else."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
async def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether this process can serve: 503 while what it cannot do without does not answer.

    That is its kit, the database and the channel layer, and Redis where it carries the layer or the
    locks.
    The rest is told only: deliveries are safe in the database while the broker is away, and late
    work would only be later if this process were taken out of service.
    """
    topology = resolve_topology()
    readings = await _take_readings(topology)
    for name, reading in readings.items():
        if not reading.ok:
            logger.warning("readiness probe failed", exc_info=reading.error, extra={"probe": name})
    ready = all(readings[name].ok for name in _needed(topology))
    answer = {"status": "ok" if ready else "unavailable", **_tell(readings)}
    return JsonResponse(answer, status=200 if ready else NOT_READY)


async def _take_readings(topology: Topology) -> Readings:
    probes: dict[str, Awaitable[Any]] = {
        "database": probe_database(TIMERS_LEASE),
        "layer": probe_layer(),
        "breakers": list_open_breakers(),
    }
    url = get_settings().REDIS_URL
    if url:
        probes["redis"] = probe_redis(url)
    if topology.dispatcher == CELERY:
        probes["broker"] = probe_broker()
    found = await asyncio.gather(*map(measure, probes.values()))
    return dict(zip(probes, found, strict=True))


def _needed(topology: Topology) -> list[str]:
    with_redis = topology.redis_url and topology.uses_redis
    # Breakers are the kit's, and without a kit nothing can be served.
    return ["database", "layer", "breakers", *(["redis"] if with_redis else [])]


def _tell(readings: Readings) -> JsonObject:
    """Return the readings in brief; a server that this site does not use is null."""
    signs: DatabaseSigns | None = readings["database"].found
    names = ("database", "layer", "redis", "broker")
    return {
        **{name: readings[name].brief() if name in readings else None for name in names},
        "oldest_due_job_s": signs.oldest_due_job_s if signs else None,
        "timers": signs.leader if signs else None,
        "open_breakers": readings["breakers"].found,
    }
