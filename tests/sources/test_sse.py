"""A feed of server-sent events becomes messages: none lost by a cut, none twice."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import pytest

from channels_app.sources.sse import SSESource
from channels_app.testing.fakes.sse import FakeFeed
from rooms import InboundMessage, InboundResult, RoomKit
from rooms.domain.source import SourceStatus
from rooms.testing.rig import PATIENCE_S, Recorder
from tests.kit_fixtures import MakeKit
from tests.sources.feeds import CHANNEL, Taken, item, soon, until_said
from tests.steps import watch


@pytest.fixture
def kit(make_kit: MakeKit) -> RoomKit:
    made = make_kit()
    made.register_channel(Recorder(CHANNEL))
    return made


@pytest.fixture
async def feed() -> AsyncIterator[FakeFeed]:
    async with FakeFeed(retry_ms=10).serving() as serving:
        yield serving


def source_of(feed: FakeFeed, **options: object) -> SSESource:
    given: dict[str, Any] = {"allow_private": True}
    return SSESource(feed.url, CHANNEL, **given | options)


async def refuse(message: InboundMessage) -> InboundResult:
    raise AssertionError(f"nothing was sent, but {message} came")


async def test_events_become_messages_in_their_order(kit: RoomKit, feed: FakeFeed) -> None:
    for number in range(3):
        feed.send(item(f"number {number}"), id=str(number))

    await kit.attach_source(CHANNEL, source_of(feed))

    await until_said(kit, "number 0", "number 1", "number 2")


async def test_after_a_cut_the_feed_goes_on_where_it_was(kit: RoomKit, feed: FakeFeed) -> None:
    feed.send(item("one"), id="1")
    await kit.attach_source(CHANNEL, source_of(feed))
    await until_said(kit, "one")

    feed.cut(after=b"id: 2\ndata: {half")
    feed.send(item("two"), id="2")

    await until_said(kit, "one", "two")
    assert feed.requests[-1]["last-event-id"] == "1"


async def test_another_run_goes_on_where_the_last_one_was(kit: RoomKit, feed: FakeFeed) -> None:
    feed.send(item("one"), id="1")
    await kit.attach_source(CHANNEL, source_of(feed))
    await until_said(kit, "one")
    await soon(lambda: _cursor_is(kit, {"last_event_id": "1"}))
    await kit.detach_source(CHANNEL)
    feed.send(item("two"), id="2")

    await kit.attach_source(CHANNEL, source_of(feed))

    await until_said(kit, "one", "two")
    assert feed.requests[-1]["last-event-id"] == "1"


async def test_an_event_that_comes_again_is_not_said_again(kit: RoomKit, feed: FakeFeed) -> None:
    feed.send(item("one", external_id="a"), id="1")
    feed.send(item("one", external_id="a"), id="2")
    feed.send(item("two", external_id="b"), id="3")

    await kit.attach_source(CHANNEL, source_of(feed))

    await until_said(kit, "one", "two")


async def test_malformed_events_are_counted_and_passed_over(kit: RoomKit, feed: FakeFeed) -> None:
    source = source_of(feed)
    for data in ("not json", "[]", '{"text": "from nobody"}', '{"sender_id": 7, "text": "x"}'):
        feed.send(data)
    feed.send(item("well formed"), id="9")

    await kit.attach_source(CHANNEL, source)

    await until_said(kit, "well formed")
    assert (await source.healthcheck()).metadata == {"malformed": "4"}


async def test_only_events_of_the_named_types_are_read(kit: RoomKit, feed: FakeFeed) -> None:
    feed.send("{}", event="ping")
    feed.send(item("hello"), event="chat")

    await kit.attach_source(CHANNEL, source_of(feed, event_types={"chat"}))

    await until_said(kit, "hello")


async def test_a_feed_that_has_ended_is_not_asked_again(feed: FakeFeed) -> None:
    feed.status = HTTPStatus.NO_CONTENT
    source = source_of(feed)

    async with asyncio.timeout(PATIENCE_S):
        await source.start(refuse)

    assert (len(feed.requests), source.status) == (1, SourceStatus.STOPPED)


async def test_a_server_that_fails_is_asked_again_after_a_while(
    kit: RoomKit, feed: FakeFeed
) -> None:
    news = watch(kit, "source_error")
    feed.status = HTTPStatus.BAD_GATEWAY
    await kit.attach_source(CHANNEL, source_of(feed), restart_delay=0.01)
    await news.until(2)

    feed.status = HTTPStatus.OK
    feed.send(item("back again"))

    await until_said(kit, "back again")
    assert news[0].data["error"] == "FeedRefused: the feed was answered with 502"


async def test_a_feed_behind_a_token_is_read_with_it(kit: RoomKit, feed: FakeFeed) -> None:
    feed.token = "secret"
    feed.send(item("hello"))

    await kit.attach_source(CHANNEL, source_of(feed, headers={"Authorization": "Bearer secret"}))

    await until_said(kit, "hello")


async def test_what_is_no_feed_is_refused(kit: RoomKit, feed: FakeFeed) -> None:
    news = watch(kit, "source_error")
    feed.content_type = "text/html"

    await kit.attach_source(CHANNEL, source_of(feed), auto_restart=False)

    [event] = await news.until(1)
    assert event.data["error"] == "FeedRefused: the feed is text/html, not text/event-stream"


async def test_our_own_network_is_not_reached_unless_it_is_meant(
    kit: RoomKit, feed: FakeFeed
) -> None:
    news = watch(kit, "source_error")
    address = feed.url.replace("http://", "https://")

    await kit.attach_source(CHANNEL, SSESource(address, CHANNEL), auto_restart=False)

    [event] = await news.until(1)
    assert "not a public host" in event.data["error"]
    assert feed.requests == []


async def test_a_source_can_be_used_without_a_kit(feed: FakeFeed) -> None:
    taken = Taken()
    source = source_of(feed)
    feed.send(item("hello", metadata={"page": "/cart"}), id="5")

    await taken.run(source)

    assert [each.metadata for each in taken.messages] == [{"page": "/cart"}]
    assert taken.messages[0].external_id == "5"
    assert source.status is SourceStatus.STOPPED


async def _cursor_is(kit: RoomKit, cursor: dict[str, str]) -> bool:
    return [state.cursor for state in await kit.store.list_source_states()] == [cursor]
