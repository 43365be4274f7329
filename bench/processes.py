"""One event to many sockets that are spread over two processes, with Redis between them.

One of them publishes, both show. An event is published once everybody in both was sent the one
before; the time until then is what the waits tell.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection

from django.utils.module_loading import import_string

from bench.databases import configure_without_database
from bench.plan import Plan
from bench.samples import Row, Sample, build_row, timed

PROCESSES = 2
HEARD_WITHIN_S = 60.0
ROOM_CROWD, GROUP_CROWD = "room", "group"


class Remote:
    """The near end of one of the processes."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def tell(self, command: str) -> None:
        """Say what to do."""
        self._pipe.send(command)

    def hear(self) -> object:
        """Return what it says next."""
        if not self._pipe.poll(HEARD_WITHIN_S):
            raise TimeoutError(f"a process said nothing for {HEARD_WITHIN_S:g} s")
        return self._pipe.recv()

    def read_cpu_s(self) -> float:
        """Return its processor time so far, in seconds."""
        self.tell("cpu")
        seconds = self.hear()
        assert isinstance(seconds, float), seconds
        return seconds


def measure_processes(plan: Plan) -> list[Row]:
    """Measure both crowds in turn."""
    prefix = f"roomkit-bench-{os.getpid()}"
    room: list[Sample] = []
    group: list[Sample] = []
    with ExitStack() as stack:
        wings = [stack.enter_context(_wing(plan, prefix)) for _ in range(PROCESSES)]
        for wing in wings:
            assert wing.hear() == "open"
        for _ in range(plan.rounds):
            group.append(_publish_for(plan, GROUP_CROWD, wings))
            room.append(_publish_for(plan, ROOM_CROWD, wings))
    sockets = f"{plan.connections:,}"
    return [
        build_row(f"Channels group, {sockets} members, {PROCESSES} processes", "deliveries", group),
        build_row(
            f"one room, {sockets} sockets, {PROCESSES} processes",
            "deliveries",
            room,
            yardstick=group,
            ratio_of="the group",
        ),
    ]


def _publish_for(plan: Plan, crowd: str, wings: Sequence[Remote]) -> Sample:
    cpu_s = -sum(wing.read_cpu_s() for wing in wings)
    with timed() as sample:
        end = time.perf_counter() + plan.slice_s
        while (begun := time.perf_counter()) < end:
            wings[0].tell(crowd)
            for wing in wings:
                assert wing.hear() == crowd
            sample.waits_ms.append((time.perf_counter() - begun) * 1000)
    sample.cpu_s = cpu_s + sum(wing.read_cpu_s() for wing in wings)
    sample.done = len(sample.waits_ms) * (plan.connections // PROCESSES) * PROCESSES
    return sample


@contextmanager
def _wing(plan: Plan, prefix: str) -> Iterator[Remote]:
    context = get_context("spawn")
    near, far = context.Pipe()
    sockets = plan.connections // PROCESSES
    process = context.Process(target=_live, args=(far, sockets, plan.redis_url, prefix))
    process.start()
    remote = Remote(near)
    try:
        yield remote
        remote.tell("close")
    finally:
        process.join(HEARD_WITHIN_S)
        process.kill()


def _live(pipe: Connection, sockets: int, redis_url: str, prefix: str) -> None:
    configure_without_database(redis_url, prefix=prefix)
    import_string("bench.wing.live")(pipe, sockets)
