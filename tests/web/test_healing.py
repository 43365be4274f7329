"""What the bus loses is found in the timeline and shown."""

import json
from typing import Any

import pytest

from channels_app.channels.websocket import WebSocketChannel
from channels_app.consumers import pages
from channels_app.consumers.feed import RoomFeed, Watcher
from channels_app.consumers.healing import FeedHealer
from channels_app.consumers.outbox import ReplayOrder, SocketOutbox
from rooms import EventType, InMemoryStore, RoomEvent, RoomKit, TextContent
from rooms.testing.rig import Recorder
from tests.web.chat_socket import CHANNEL, ROOM


@pytest.fixture
async def kit() -> RoomKit:
    """A room whose events never reach a socket."""
    kit = RoomKit(InMemoryStore())
    kit.register_channel(WebSocketChannel(CHANNEL))
    kit.register_channel(Recorder("sms", channel_type="sms"))
    await kit.create_room(ROOM)
    await kit.attach_channel(ROOM, CHANNEL)
    await kit.attach_channel(ROOM, "sms")
    return kit


@pytest.fixture
async def feed(kit: RoomKit) -> RoomFeed:
    """A feed with one watcher that began when the room was silent."""
    feed = RoomFeed(CHANNEL, ROOM, on_end=lambda: None)
    feed.join(Watcher("p1", SocketOutbox()))
    feed.shown.begin_at((await kit.get_room(ROOM)).latest_index)
    return feed


@pytest.fixture
async def healer(kit: RoomKit, feed: RoomFeed) -> FeedHealer:
    return FeedHealer(kit.store, lambda: [feed])


async def say(kit: RoomKit, body: str, **fields: Any) -> RoomEvent:
    return await kit.send_event(ROOM, "sms", TextContent(body=body), **fields)


async def waiting(feed: RoomFeed) -> list[Any]:
    """Return what waits for the watcher: the words of events, and replay orders."""
    [watcher] = feed.watchers
    items = [await watcher.outbox.take() for _ in range(len(watcher.outbox))]
    return [
        item if isinstance(item, ReplayOrder) else json.loads(item.text)["event"]["content"]["body"]
        for item in items
    ]


async def test_lost_events_are_shown_in_order_on_the_second_look(
    kit: RoomKit, feed: RoomFeed, healer: FeedHealer
) -> None:
    for body in ("one", "two"):
        await say(kit, body)

    await healer.look()
    at_first = await waiting(feed)
    await healer.look()

    assert (at_first, await waiting(feed)) == ([], ["one", "two"])


async def test_after_a_gap_the_first_look_counts(
    kit: RoomKit, feed: RoomFeed, healer: FeedHealer
) -> None:
    await say(kit, "one")

    await healer.look(after_gap=True)

    assert await waiting(feed) == ["one"]


async def test_what_was_shown_already_is_not_shown_again(
    kit: RoomKit, feed: RoomFeed, healer: FeedHealer
) -> None:
    await say(kit, "lost")
    feed.show(await say(kit, "arrived"))

    await healer.look(after_gap=True)

    assert await waiting(feed) == ["arrived", "lost"]


async def test_event_that_arrives_after_it_was_healed_is_shown_once(
    kit: RoomKit, feed: RoomFeed, healer: FeedHealer
) -> None:
    late = await say(kit, "late")
    await healer.look(after_gap=True)

    feed.show(late)

    assert await waiting(feed) == ["late"]


async def test_hidden_events_are_looked_at_once_and_shown_to_nobody(
    kit: RoomKit, feed: RoomFeed, healer: FeedHealer
) -> None:
    secret = await say(kit, "a secret", visibility="none")
    await say(kit, "a note", event_type=EventType.OBSERVATION)

    await healer.look(after_gap=True)

    assert await waiting(feed) == []
    assert feed.shown.upto == secret.index + 1


async def test_more_than_a_page_is_left_to_each_watcher(
    kit: RoomKit, feed: RoomFeed, healer: FeedHealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages.RoomPages.after, "__kwdefaults__", {"limit": 2})
    began_at = feed.shown.upto
    for body in ("one", "two", "three"):
        await say(kit, body)

    for _ in range(2):
        await healer.look(after_gap=True)

    assert await waiting(feed) == [ReplayOrder(began_at or 0)]


async def test_database_that_is_away_is_asked_again(
    kit: RoomKit, feed: RoomFeed, healer: FeedHealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await say(kit, "one")
    with monkeypatch.context() as away:
        away.setattr(kit.store, "latest_indexes", None)
        await healer.look(after_gap=True)

    await healer.look(after_gap=True)

    assert await waiting(feed) == ["one"]


async def test_room_that_was_deleted_is_passed_by(
    kit: RoomKit, feed: RoomFeed, healer: FeedHealer
) -> None:
    await kit.delete_room(ROOM)

    await healer.look(after_gap=True)

    assert await waiting(feed) == []
