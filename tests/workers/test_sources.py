"""Two workers and one source: one of them runs it; when that is killed, the other goes on."""

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from urllib.request import urlopen

import pytest

from channels_app.testing.fakes.sse import FakeFeed
from tests.cluster.process import Process
from tests.cluster.waiting import wait_until
from tests.sources.feeds import item
from tests.workers.ground import ANSWERS_WITHIN_S, Ground, own_ground, running

pytestmark = [pytest.mark.postgres, pytest.mark.redis_server]

RUNS = "The worker is running."
TEXTS = "SELECT content ->> 'body' AS text FROM roomkit_rooms_event WHERE type = 'message'"


class BackgroundFeed:
    """A feed on a thread of its own, for a test that has no event loop."""

    def __init__(self) -> None:
        self.feed = FakeFeed(retry_ms=10)
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._is_up = threading.Event()
        self._ending = asyncio.Event()

    @contextmanager
    def serving(self) -> Iterator["BackgroundFeed"]:
        thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))
        thread.start()
        self._is_up.wait()
        try:
            yield self
        finally:
            self._do(self._ending.set)
            thread.join()
            self._loop.close()

    def send(self, number: int) -> None:
        send = partial(self.feed.send, item(f"message {number}"), id=str(number))
        self._do(send)

    async def _serve(self) -> None:
        async with self.feed.serving():
            self.url = self.feed.url
            self._is_up.set()
            await self._ending.wait()

    def _do(self, step: Callable[[], None]) -> None:
        self._loop.call_soon_threadsafe(step)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with own_ground(tmp_path_factory.mktemp("sources")) as made:
        yield made


@pytest.fixture
def feed() -> Iterator[BackgroundFeed]:
    with BackgroundFeed().serving() as serving:
        yield serving


def worker_of(ground: Ground, feed: BackgroundFeed, name: str) -> Process:
    variables = {"DJANGO_SETTINGS_MODULE": "tests.workers.source_settings", "FEED_URL": feed.url}
    return ground.manage(name, RUNS, "roomkit_worker", **variables)


def until_stored(ground: Ground, *numbers: int) -> None:
    expected = [f"message {number}" for number in numbers]
    wait_until(
        lambda: sorted(row["text"] for row in ground.database.rows(TEXTS)) == expected,
        within_s=ANSWERS_WITHIN_S,
        what=f"each of {expected} once",
    )


def test_when_the_one_that_runs_it_is_killed_the_other_goes_on(
    ground: Ground, feed: BackgroundFeed
) -> None:
    first, second = (worker_of(ground, feed, name) for name in ("first", "second"))
    with running(first):
        feed.send(1)
        until_stored(ground, 1)
        with running(second):
            first.kill()
            feed.send(2)

            until_stored(ground, 1, 2)

    assert len(feed.feed.requests) == 2
    assert feed.feed.requests[1]["last-event-id"] == "1"


def test_a_process_that_only_serves_runs_no_source(ground: Ground, feed: BackgroundFeed) -> None:
    settings = {"DJANGO_SETTINGS_MODULE": "tests.workers.source_settings", "FEED_URL": feed.url}
    site = ground.manage("site", "Worker ", "up", "--port", "0", ROOMKIT_ROLE="web", **settings)
    with running(site):
        address = re.search(r"Site +(\S+)", site.output())
        assert address is not None
        for _ in range(3):  # a worker would have asked for the feed by the time these are answered
            urlopen(f"{address[1]}readyz", timeout=10).close()  # noqa: S310 - our own site
        site.stop()

    assert feed.feed.requests == []
