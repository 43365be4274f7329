"""The bench's command line."""

import argparse
import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from bench.parts import WHAT, Part, Section, choose_parts
from bench.plan import Plan
from bench.table import print_heading, print_section

DATABASES = ("sqlite", "postgres")
POSTGRES_URL = os.environ.get(
    "ROOMKIT_BENCH_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres"
)
REDIS_URL = os.environ.get("ROOMKIT_BENCH_REDIS_URL", "redis://127.0.0.1:6379/13")


def main() -> None:
    """Measure what was asked for and print the report."""
    asked = _build_parser().parse_args()
    plan = Plan(
        rounds=asked.rounds,
        slice_s=asked.seconds,
        rooms=asked.rooms,
        callers=tuple(asked.callers),
        connections=asked.connections,
        turns=asked.turns,
        long_room=asked.long_room,
        many_rooms=asked.many_rooms,
        hops=asked.hops,
        postgres_url=asked.postgres_url,
        redis_url=asked.redis_url,
    )
    print_heading(plan)
    for part in choose_parts(asked.only, asked.databases, plan):
        print_section(_apart(part))


def _apart(part: Part) -> Section:
    """Run a part in a new process, alone, so that parts neither share a Django nor the machine."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(part).result()


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench", formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    add = parser.add_argument
    add("--only", nargs="+", choices=WHAT, default=WHAT, help="what to measure")
    add("--databases", nargs="+", choices=DATABASES, default=DATABASES, help="where")
    add("--rounds", type=int, default=5, help="repetitions of each measurement")
    add("--seconds", type=float, default=1.0, help="how long each repetition lasts")
    add("--rooms", type=int, default=50, help="rooms that messages are spread over")
    add("--callers", nargs="+", type=int, default=[1, 50], help="messages under way at a time")
    add("--connections", type=int, default=1000, help="sockets that watch one room")
    add("--turns", type=int, default=150, help="answers for each first-chunk figure")
    add("--long-room", type=int, default=100_000, help="events of a long room")
    add("--many-rooms", type=int, default=10_000, help="rooms that are many")
    add("--hops", type=int, default=200, help="messages sent on by a Celery worker")
    add("--postgres-url", default=POSTGRES_URL, help="a server to make a scratch database on")
    add("--redis-url", default=REDIS_URL, help="a Redis database nothing else uses")
    return parser


if __name__ == "__main__":
    main()
