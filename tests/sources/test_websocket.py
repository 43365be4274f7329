"""What comes over a WebSocket becomes messages; a line that breaks is made anew."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from channels_app.sources.websocket import WebSocketSource
from channels_app.testing.fakes.websocket_server import FakeSocketFeed
from rooms import InboundMessage, RoomKit, TextContent
from rooms.testing.rig import Recorder
from tests.kit_fixtures import MakeKit
from tests.sources.feeds import CHANNEL, Taken, item, soon, until_said
from tests.steps import watch


@pytest.fixture
def kit(make_kit: MakeKit) -> RoomKit:
    made = make_kit()
    made.register_channel(Recorder(CHANNEL))
    return made


@pytest.fixture
async def feed() -> AsyncIterator[FakeSocketFeed]:
    async with FakeSocketFeed().serving() as serving:
        yield serving


def source_of(feed: FakeSocketFeed, **options: object) -> WebSocketSource:
    given: dict[str, Any] = {"allow_private": True, "reconnect_delay": 0.01}
    return WebSocketSource(feed.url, CHANNEL, **given | options)


async def test_frames_become_messages_in_their_order(kit: RoomKit, feed: FakeSocketFeed) -> None:
    await kit.attach_source(CHANNEL, source_of(feed))

    for number in range(3):
        await feed.send(item(f"number {number}"))

    await until_said(kit, "number 0", "number 1", "number 2")


@pytest.mark.parametrize("end", ["cut", "close"])
async def test_a_line_that_ends_is_made_anew(kit: RoomKit, feed: FakeSocketFeed, end: str) -> None:
    await kit.attach_source(CHANNEL, source_of(feed))
    await feed.send(item("one"))
    await until_said(kit, "one")

    if end == "cut":
        feed.cut()
    else:
        await feed.close()
    await soon(lambda: feed.handshakes == 2)
    await feed.send(item("two"))

    await until_said(kit, "one", "two")


async def test_a_frame_that_comes_again_is_not_said_again(
    kit: RoomKit, feed: FakeSocketFeed
) -> None:
    await kit.attach_source(CHANNEL, source_of(feed))

    for number in ("a", "a", "b"):
        await feed.send(item(f"frame {number}", external_id=number))

    await until_said(kit, "frame a", "frame b")


async def test_malformed_frames_are_counted_and_passed_over(
    kit: RoomKit, feed: FakeSocketFeed
) -> None:
    source = source_of(feed)
    await kit.attach_source(CHANNEL, source)

    for frame in ("not json", b"\xff\xfe", "[]", item("well formed")):
        await feed.send(frame)

    await until_said(kit, "well formed")
    assert (await source.healthcheck()).metadata == {"malformed": "3"}


async def test_a_parser_of_one_s_own_reads_frames(feed: FakeSocketFeed) -> None:
    def parse(frame: str | bytes) -> InboundMessage | None:
        if frame == "ping":
            return None
        return InboundMessage(
            channel_id=CHANNEL, sender_id="bob", content=TextContent(body=str(frame))
        )

    taken = Taken()
    running = taken.begin(source_of(feed, parser=parse))
    await feed.send("ping")
    await feed.send("plain words")
    await running

    assert [each.sender_id for each in taken.messages] == ["bob"]


async def test_a_feed_behind_a_token_is_read_with_it(kit: RoomKit, feed: FakeSocketFeed) -> None:
    feed.token = "secret"
    await kit.attach_source(CHANNEL, source_of(feed, headers={"Authorization": "Bearer secret"}))

    await feed.send(item("hello"))

    await until_said(kit, "hello")


async def test_a_handshake_that_is_refused_is_a_failure(kit: RoomKit, feed: FakeSocketFeed) -> None:
    news = watch(kit, "source_error")
    feed.token = "secret"

    await kit.attach_source(CHANNEL, source_of(feed), auto_restart=False)

    [event] = await news.until(1)
    assert "401" in event.data["error"]


async def test_a_server_that_does_not_want_us_is_left_alone_for_longer(
    kit: RoomKit, feed: FakeSocketFeed
) -> None:
    news = watch(kit, "source_connected", "source_error")
    await kit.attach_source(CHANNEL, source_of(feed))
    await news.until(1)

    await feed.close(1008, "too many feeds")

    assert "too many feeds" in (await news.until(2))[1].data["error"]


async def test_our_own_network_is_not_reached_unless_it_is_meant(
    kit: RoomKit, feed: FakeSocketFeed
) -> None:
    news = watch(kit, "source_error")
    address = feed.url.replace("ws://", "wss://")

    await kit.attach_source(CHANNEL, WebSocketSource(address, CHANNEL), auto_restart=False)

    [event] = await news.until(1)
    assert "not a public host" in event.data["error"]
    assert feed.handshakes == 0


def test_an_unencrypted_address_must_be_meant() -> None:
    with pytest.raises(ValueError, match="allow_private"):
        WebSocketSource("ws://feed.example.org", CHANNEL)
