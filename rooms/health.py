"""Probes for whoever watches over the process: is it alive, can it do its work?"""

import asyncio
import logging
from collections.abc import Awaitable
from time import monotonic
from typing import Any

from channels.layers import get_channel_layer
from django.db import Error as DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rooms.domain.json import JsonObject
from rooms.stores.probe import probe_database

logger = logging.getLogger("roomkit.health")

PROBE_TIMEOUT_SECONDS = 3.0
NOT_READY = 503


@never_cache
@require_safe
async def healthz(request: HttpRequest) -> JsonResponse:
    """Say that the process answers; asks nothing of anybody else."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
async def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether requests can be served: the database takes writes, the layer carries messages.

    `oldest_due_job_s` tells how late the work is. It does not make the process unready: taking it
    out of service would only make the work later.
    """
    database, layer = await asyncio.gather(_check(probe_database()), _check(_probe_layer()))
    late_s = database.pop("found", None)
    layer.pop("found", None)
    ready = database["ok"] and layer["ok"]
    answer = {
        "status": "ok" if ready else "unavailable",
        "database": database,
        "layer": layer,
        "oldest_due_job_s": late_s,
    }
    return JsonResponse(answer, status=200 if ready else NOT_READY)


async def _check(probe: Awaitable[Any]) -> JsonObject:
    """Run a probe and tell how long it took, or that it failed; why goes to the log only."""
    began = monotonic()
    try:
        async with asyncio.timeout(PROBE_TIMEOUT_SECONDS):
            found = await probe
    except (DatabaseError, OSError, TimeoutError) as error:
        logger.warning("readiness probe failed", exc_info=error)
        return {"ok": False, "error": type(error).__name__}
    return {"ok": True, "ms": round((monotonic() - began) * 1000, 1), "found": found}


async def _probe_layer() -> None:
    """Send oneself a message through the channel layer; a site may have none."""
    layer = get_channel_layer()
    if layer is None:
        return
    address = await layer.new_channel()
    await layer.send(address, {"type": "roomkit.probe"})
    await layer.receive(address)
