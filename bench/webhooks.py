"""Signed webhooks of a text message vendor, one and fifty at once, at a site as at its largest.

Two web processes take them, a Celery worker handles them and answers by the vendor's API, which a
fake in this process serves. The yardstick is a view of the same processes that inserts one row.
Bursts of both take turns; the next begins once the last one's answers are out, so that what is
measured is a burst and not a queue that grows.
"""

import asyncio
import os
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import run

import psycopg
import redis

from bench.bursts import Bursts, Switchboard
from bench.databases import scratch_address
from bench.plan import Plan
from bench.running import PYTHON, QUEUES, ROOT, WORKER, running, wait_for_page, wait_for_words
from bench.samples import Row
from bench.webhook_rows import ROWS, Taken

WEBS = 2
HOST = "127.0.0.1"


def measure_webhooks(plan: Plan) -> list[Row]:
    """Start the site and post to it."""
    with ExitStack() as stack:
        vendor = stack.enter_context(Switchboard().serving())
        variables = stack.enter_context(_site(plan, vendor.url))
        _prepare(variables)
        addresses = stack.enter_context(_processes(variables))
        bursts = Bursts(vendor, addresses)
        taken = asyncio.run(_measure_each(bursts, plan))
    return [row for each in taken for row in each.build_rows()]


async def _measure_each(bursts: Bursts, plan: Plan) -> list[Taken]:
    return [await bursts.measure(plan.rounds, callers=callers) for callers in plan.callers]


@contextmanager
def _site(plan: Plan, vendor_url: str) -> Iterator[Mapping[str, str]]:
    """Give the variables of the site's processes, on a database of its own."""
    prefix = f"roomkit-bench-{os.getpid()}"
    with ExitStack() as stack:
        address = stack.enter_context(scratch_address(plan))
        data_dir = stack.enter_context(tempfile.TemporaryDirectory(prefix=prefix))
        stack.callback(_forget, plan.redis_url, prefix)
        yield {
            "DJANGO_SETTINGS_MODULE": "bench.webhook_site",
            "ROOMKIT_DATA_DIR": data_dir,
            "ROOMKIT_LOG_LEVEL": "WARNING",
            "ROOMKIT_SECRET_KEY": "of-no-use",
            "ROOMKIT_ADMIN_PASSWORD": "of-no-use",
            "DATABASE_URL": address,
            "REDIS_URL": plan.redis_url,
            "ROOMKIT_REDIS_PREFIX": prefix,
            "ROOMKIT_DISPATCHER": "celery",
            "ROOMKIT_BENCH_TWILIO": vendor_url,
        }


def _forget(redis_url: str, prefix: str) -> None:
    """Delete what the site left in Redis."""
    with redis.from_url(redis_url) as client:
        for key in client.scan_iter(f"{prefix}*"):
            client.delete(key)


def _prepare(variables: Mapping[str, str]) -> None:
    """Make the site's tables, and the yardstick's."""
    command = [PYTHON, "manage.py", "migrate", "--verbosity", "0"]
    run(command, cwd=ROOT, env={**os.environ, **variables, "ROOMKIT_ROLE": "web"}, check=True)
    with psycopg.connect(variables["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"CREATE TABLE {ROWS} (id bigserial PRIMARY KEY, body bytea NOT NULL)")


@contextmanager
def _processes(variables: Mapping[str, str]) -> Iterator[list[str]]:
    """Run web processes and a worker; yields the addresses of the former."""
    logs = Path(variables["ROOMKIT_DATA_DIR"])
    with ExitStack() as stack:
        ports = [_free_port() for _ in range(WEBS)]
        for port in ports:
            up = [PYTHON, "manage.py", "up", "--host", HOST, "--port", str(port)]
            web = {**variables, "ROOMKIT_ROLE": "web"}
            stack.enter_context(running(up, logs / f"web-{port}.log", web))
        log = logs / "worker.log"
        work = [*WORKER, *QUEUES, "--loglevel", "INFO"]
        stack.enter_context(running(work, log, {**variables, "ROOMKIT_ROLE": "worker"}))
        addresses = [f"http://{HOST}:{port}" for port in ports]
        for address in addresses:
            wait_for_page(f"{address}/readyz")
        wait_for_words(log, " ready.")
        yield addresses


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as server:
        port: int = server.getsockname()[1]
    return port
