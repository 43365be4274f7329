"""From a message in a web process to the provider's call in a Celery worker.

The site runs as at its largest: this process has the web role and commits, a Celery worker of its
own settings delivers, Redis carries the wake-ups. The yardstick is a bare Celery task on the same
worker, from the call that enqueues it to its first line. Messages and tasks take turns, one at a
time, so that nothing queues.
"""

import asyncio
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import django
import redis
from django.core.management import call_command
from django.db import connection
from django.utils.module_loading import import_string

from bench.databases import scratch_address
from bench.hops import Hops
from bench.plan import Plan
from bench.running import QUEUES, WORKER, running
from bench.samples import Row
from rooms.serving.collector import relax_collector

ANSWERS_WITHIN_S = 90.0


def measure_hop(plan: Plan) -> list[Row]:
    """Start a worker and send it messages and tasks in turn."""
    with ExitStack() as stack:
        variables = stack.enter_context(_site(plan))
        os.environ.update(variables)
        django.setup()
        # Tasks bind to the application of the process, which other settings may have chosen.
        import_string("roomkit_project.celery.app").set_default()
        call_command("migrate", verbosity=0, interactive=False)
        connection.close()
        relax_collector()
        log = Path(variables["ROOMKIT_DATA_DIR"]) / "worker.log"
        stack.enter_context(running([*WORKER, *QUEUES, "--loglevel", "WARNING"], log))
        calls = stack.enter_context(redis.from_url(plan.redis_url, socket_timeout=ANSWERS_WITHIN_S))
        near = import_string("bench.hop_near.Near")(calls, variables["ROOMKIT_BENCH_CALLS"])
        hops: Hops = asyncio.run(near.measure(plan.hops))
        for key in calls.scan_iter(f"{variables['ROOMKIT_REDIS_PREFIX']}*"):
            calls.delete(key)
    return hops.build_rows()


@contextmanager
def _site(plan: Plan) -> Iterator[Mapping[str, str]]:
    """Give the variables that make a web process of the site, on a database of its own."""
    prefix = f"roomkit-bench-{os.getpid()}"
    with scratch_address(plan) as address, tempfile.TemporaryDirectory(prefix=prefix) as data_dir:
        yield {
            "DJANGO_SETTINGS_MODULE": "bench.hop_site",
            "ROOMKIT_DATA_DIR": data_dir,
            "ROOMKIT_LOG_LEVEL": "WARNING",
            "DATABASE_URL": address,
            "REDIS_URL": plan.redis_url,
            "ROOMKIT_REDIS_PREFIX": prefix,
            "ROOMKIT_ROLE": "web",
            "ROOMKIT_DISPATCHER": "celery",
            "ROOMKIT_BENCH_CALLS": f"{prefix}:calls",
        }
