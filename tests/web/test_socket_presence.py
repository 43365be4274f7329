"""Typing and read marks: seen by the others in the room, never by oneself."""

import pytest

from rooms import EphemeralEvent, EphemeralEventType, InboundMessage, RoomKit, TextContent
from rooms.testing.rig import Recorder
from tests.steps import Seen
from tests.web.chat_socket import CHANNEL, VISITOR, greeted, visitor_cookies


@pytest.fixture
async def two_visitors(kit: RoomKit, room: str) -> str:
    await kit.ensure_participant(room, CHANNEL, "visitor-2")
    return room


async def test_typing_is_shown_to_the_others(two_visitors: str) -> None:
    async with greeted() as mine, greeted(cookies=visitor_cookies("visitor-2")) as theirs:
        await mine.send({"type": "typing", "is_typing": True})
        await mine.send({"type": "typing", "is_typing": False})
        frames = [await theirs.read(), await theirs.read()]

    assert frames == [
        {"type": "typing", "user_id": VISITOR, "is_typing": True},
        {"type": "typing", "user_id": VISITOR, "is_typing": False},
    ]


async def test_other_parts_of_the_site_learn_of_typing(kit: RoomKit, room: str) -> None:
    seen: Seen[EphemeralEvent] = Seen()
    await kit.subscribe_room(room, seen.note)
    async with greeted() as socket:
        await socket.send({"type": "typing"})
        [event] = await seen.until(1)

    assert (event.type, event.user_id) == (EphemeralEventType.TYPING_START, VISITOR)


@pytest.fixture
async def written(kit: RoomKit, room: str) -> str:
    """The id of a message that came by another channel."""
    kit.register_channel(Recorder("sms", channel_type="sms"))
    await kit.attach_channel(room, "sms")
    result = await kit.process_inbound(
        InboundMessage(
            channel_id="sms", sender_id="+49151", content=TextContent(body="hi"), room_id=room
        )
    )
    assert result.event is not None
    return result.event.id


async def test_read_mark_is_kept_and_shown(kit: RoomKit, room: str, written: str) -> None:
    async with greeted() as socket:
        await socket.send({"type": "read", "event_id": written})
        frame = await socket.until("read")

    event = await kit.store.get_event(written)
    assert event is not None
    assert frame == {
        "type": "read",
        "channel_id": CHANNEL,
        "event_id": written,
        "index": event.index,
    }
    assert await kit.store.get_unread_count(room, CHANNEL) == 0


async def test_read_mark_of_a_hidden_event_is_refused(kit: RoomKit, room: str) -> None:
    kit.register_channel(Recorder("sms", channel_type="sms"))
    await kit.attach_channel(room, "sms")
    hidden = await kit.send_event(room, "sms", TextContent(body="psst"), visibility="none")

    async with greeted() as socket:
        await socket.send({"type": "read", "event_id": hidden.id})
        assert (await socket.read())["code"] == "not_found"


async def test_read_mark_of_another_room_is_refused(kit: RoomKit, room: str) -> None:
    kit.register_channel(Recorder("sms", channel_type="sms"))
    await kit.create_room("other")
    await kit.attach_channel("other", "sms")
    foreign = await kit.send_event("other", "sms", TextContent(body="hi"))

    async with greeted() as socket:
        await socket.send({"type": "read", "event_id": foreign.id})
        assert (await socket.read())["code"] == "not_found"
