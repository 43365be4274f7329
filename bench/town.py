"""A database of its own with so many rooms, and a process of its own that serves them."""

import asyncio
import itertools
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from importlib import import_module
from multiprocessing import get_context

from bench.databases import scratch_database
from bench.plan import Plan
from bench.samples import Sample

BUSY, ALL = "busy", "all"
BUSY_ROOMS = 10
AT_A_TIME = 4
PATTERN_EVENTS = 10


class Town:
    """Rooms with a few events each; call it from the process that made it."""

    def __init__(self, plan: Plan, rooms: int) -> None:
        self._stack = ExitStack()
        self._slice_s = plan.slice_s
        self._stack.enter_context(scratch_database("postgres", plan))
        chat, growth = import_module("bench.chat"), import_module("bench.growth")
        names = [f"room-{number}" for number in range(rooms)]
        pattern, *copies = names
        self._chat = chat.Chat(chat.build_kit(), [pattern], watched=False)
        self._loop = self._stack.enter_context(asyncio.Runner())
        self._loop.run(self._chat.open())
        growth.fill_room(pattern, more=PATTERN_EVENTS - 1)
        growth.copy_room(pattern, copies)
        growth.settle()
        self._places: Mapping[str, Iterator[str]] = {
            BUSY: itertools.cycle(names[:BUSY_ROOMS]),
            ALL: itertools.cycle(names),
        }

    def talk(self, where: str) -> Sample:
        """Let people speak in the busy rooms, or in all rooms in turn."""
        talking = self._chat.talk(
            callers=AT_A_TIME, slice_s=self._slice_s, places=self._places[where]
        )
        sample: Sample = self._loop.run(talking)
        return sample

    def close(self) -> None:
        """Close everything; the database is gone then."""
        self._loop.run(self._chat.close())
        self._stack.close()


_town: Town | None = None  # of this process


class RemoteTown:
    """A town in another process."""

    def __init__(self, process: ProcessPoolExecutor) -> None:
        self._process = process

    def talk(self, where: str) -> Sample:
        """Let people speak there for one slice of time."""
        return self._process.submit(_talk, where).result()


@contextmanager
def town(plan: Plan, *, rooms: int) -> Iterator[RemoteTown]:
    """Make a town; it is gone after the block."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        process.submit(_open, plan, rooms).result()
        try:
            yield RemoteTown(process)
        finally:
            process.submit(_close).result()


def _open(plan: Plan, rooms: int) -> None:
    global _town
    _town = Town(plan, rooms)


def _talk(where: str) -> Sample:
    assert _town is not None
    return _town.talk(where)


def _close() -> None:
    assert _town is not None
    _town.close()
