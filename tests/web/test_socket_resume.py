"""After a cut everything that was missed comes once, in order, and nothing else."""

import asyncio

import pytest

from channels_app.consumers import seat
from rooms import InboundMessage, RoomKit, TextContent
from rooms.testing.rig import Recorder
from tests.web.chat_socket import CHANNEL, VISITOR, connect, greeted, shown


async def write(kit: RoomKit, room: str, *bodies: str, channel_id: str = "sms") -> None:
    for body in bodies:
        await kit.process_inbound(
            InboundMessage(
                channel_id=channel_id,
                sender_id="+4915100000",
                content=TextContent(body=body),
                room_id=room,
            )
        )


@pytest.fixture
async def busy_room(kit: RoomKit, room: str) -> str:
    """A room in which somebody writes by another channel."""
    kit.register_channel(Recorder("sms", channel_type="sms"))
    await kit.attach_channel(room, "sms")
    await write(kit, room, "one", "two", "three")
    return room


async def test_whole_conversation_comes_on_request(busy_room: str) -> None:
    async with greeted(query="?after=-1") as socket:
        frames = await socket.collect("resumed")

    assert shown(frames) == ["one", "two", "three"]
    assert frames[-1]["count"] == 3


async def test_only_what_came_after_the_index_is_sent(kit: RoomKit, busy_room: str) -> None:
    events = await kit.store.list_events(busy_room)

    async with greeted(query=f"?after={events[0].index}") as socket:
        frames = await socket.collect("resumed")

    assert shown(frames) == ["two", "three"]
    assert frames[-1]["latest_index"] == events[-1].index


async def test_nothing_is_replayed_unasked(kit: RoomKit, busy_room: str) -> None:
    async with greeted() as socket:
        await write(kit, busy_room, "four")

        assert shown([await socket.read()]) == ["four"]


async def test_open_socket_may_ask_again(busy_room: str) -> None:
    async with greeted() as socket:
        await socket.send({"type": "resume", "after": -1})

        assert shown(await socket.collect("resumed")) == ["one", "two", "three"]


@pytest.mark.parametrize("after", ["zz", "-7", "1.5", "9007199254740992"])
async def test_what_is_no_index_is_refused(busy_room: str, after: str) -> None:
    async with connect(query=f"?after={after}") as socket:
        refusal = await socket.read()

        assert (refusal["type"], refusal["code"]) == ("error", "bad_value")
        assert after in refusal["message"]
        assert await socket.close_code() == 4400


async def test_long_absence_is_read_in_pages(
    kit: RoomKit, busy_room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seat.Seat.page_after, "__kwdefaults__", {"limit": 2})
    await write(kit, busy_room, *(f"more {number}" for number in range(5)))

    async with greeted(query="?after=-1") as socket:
        frames = await socket.collect("resumed")

    bodies = shown(frames)
    assert len(bodies) == len(set(bodies)) == 8
    assert frames[-1]["count"] == 8


async def test_what_is_said_during_the_replay_comes_once_and_after_it(
    kit: RoomKit, busy_room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_events, began, go_on = kit.store.list_events, asyncio.Event(), asyncio.Event()

    async def slow_list(*args: object, **options: object) -> object:
        found = await list_events(*args, **options)  # type: ignore[arg-type]  # passed on as is
        began.set()
        await go_on.wait()
        return found

    monkeypatch.setattr(kit.store, "list_events", slow_list)
    async with greeted(query="?after=-1") as socket:
        await began.wait()
        await write(kit, busy_room, "four", "five")
        go_on.set()
        frames = [*await socket.collect("resumed"), await socket.read(), await socket.read()]

    assert shown(frames) == ["one", "two", "three", "four", "five"]


async def test_what_was_stored_before_the_replay_read_it_is_not_sent_again(
    kit: RoomKit, busy_room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The live frame waits behind the replay, which has shown the event already."""
    get_room = kit.store.get_room

    async def write_first(room_id: str) -> object:
        monkeypatch.setattr(kit.store, "get_room", get_room)
        await write(kit, busy_room, "four")
        return await get_room(room_id)

    async with greeted() as socket:
        monkeypatch.setattr(kit.store, "get_room", write_first)
        await socket.send({"type": "resume", "after": -1})
        frames = await socket.collect("resumed")
        await write(kit, busy_room, "five")
        frames.append(await socket.read())

    assert shown(frames).count("four") == 1
    assert shown(frames)[-1] == "five"


async def test_replay_hides_what_this_channel_may_not_see(kit: RoomKit, busy_room: str) -> None:
    await kit.send_event(busy_room, "sms", TextContent(body="a secret"), visibility="assistant")
    await kit.send_event(busy_room, "sms", TextContent(body="for you"), visibility=CHANNEL)

    async with greeted(query="?after=-1") as socket:
        frames = await socket.collect("resumed")

    assert shown(frames)[3:] == ["for you"]


async def test_replay_reaches_past_what_is_hidden(kit: RoomKit, busy_room: str) -> None:
    await kit.send_event(busy_room, "sms", TextContent(body="a secret"), visibility="none")
    room = await kit.get_room(busy_room)

    async with greeted(query="?after=-1") as socket:
        resumed = await socket.until("resumed")

    assert resumed["latest_index"] == room.latest_index


async def test_blocked_message_is_not_replayed_even_to_its_author(
    kit: RoomKit, busy_room: str
) -> None:
    await kit.mute(busy_room, CHANNEL)
    async with greeted() as socket:
        assert (await socket.say("m1", "psst"))["blocked"] == "source_muted"

    async with greeted(query="?after=-1") as socket:
        assert "psst" not in shown(await socket.collect("resumed"))


async def test_channel_that_lost_the_right_to_read_sees_its_own_words_only(
    kit: RoomKit, busy_room: str
) -> None:
    async with greeted() as socket:
        await socket.say("m1", "mine")
    await kit.set_access(busy_room, CHANNEL, "write_only")  # type: ignore[arg-type]  # as wire text

    async with greeted(query="?after=-1") as socket:
        assert shown(await socket.collect("resumed")) == ["mine"]


async def test_own_words_are_replayed_as_ones_own(room: str) -> None:
    async with greeted() as socket:
        await socket.say("m1", "hello")

    async with greeted(query="?after=-1") as socket:
        frame = await socket.until("event")

    assert frame["event"]["source"]["participant_id"] == VISITOR
