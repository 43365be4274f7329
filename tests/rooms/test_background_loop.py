"""A kit on a loop of its own thread: whoever runs on other threads hands it work and waits."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from rooms import InMemoryStore, RoomKit
from rooms.serving.background_loop import BackgroundLoop


@pytest.fixture
def background() -> Iterator[BackgroundLoop]:
    made = BackgroundLoop(lambda: RoomKit(InMemoryStore()), drain_seconds=1)
    yield made
    made.stop()


async def thread_of(kit: RoomKit) -> str:
    return threading.current_thread().name


def test_work_is_done_on_the_loop_and_its_result_comes_back(background: BackgroundLoop) -> None:
    assert background.run(thread_of) == "roomkit-loop"


def test_error_of_the_work_is_raised_where_it_was_asked_for(background: BackgroundLoop) -> None:
    async def fail(kit: RoomKit) -> None:
        raise LookupError("nothing there")

    with pytest.raises(LookupError, match="nothing there"):
        background.run(fail)


def test_all_threads_share_one_kit(background: BackgroundLoop) -> None:
    async def kit_id(kit: RoomKit) -> int:
        return id(kit)

    with ThreadPoolExecutor(4) as threads:
        kits = set(threads.map(lambda _: background.run(kit_id), range(8)))

    assert len(kits) == 1


def test_kit_that_cannot_be_built_is_told_to_everybody() -> None:
    def refuse() -> RoomKit:
        raise ValueError("no such channel")

    background = BackgroundLoop(refuse)

    for _ in range(2):
        with pytest.raises(ValueError, match="no such channel"):
            background.start()


def test_work_that_takes_too_long_is_cut_off_at_the_end() -> None:
    background = BackgroundLoop(lambda: RoomKit(InMemoryStore()), drain_seconds=0.01)
    begun = threading.Event()

    async def take_forever(kit: RoomKit) -> str:
        begun.set()
        await asyncio.Event().wait()
        return "never"

    with ThreadPoolExecutor(1) as threads:
        doing = threads.submit(background.run, take_forever)
        begun.wait(10)
        background.stop()
        assert doing.result(10) is None


def test_nothing_is_begun_after_the_end(background: BackgroundLoop) -> None:
    background.start()
    background.stop()

    assert background.run(thread_of) is None


def test_loop_that_never_started_can_be_stopped() -> None:
    BackgroundLoop(lambda: RoomKit(InMemoryStore())).stop()
