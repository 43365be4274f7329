import pytest
from channels.testing import WebsocketCommunicator

from channels_app import visitors
from channels_app.channels.websocket import WebSocketChannel
from roomkit_project.asgi import application
from rooms import RoomKit
from rooms.domain.commit import CommitUnit, RoomAddress
from rooms.testing.rig import Recorder
from tests.web.chat_socket import (
    CHANNEL,
    ROOM,
    VISITOR,
    connect,
    cookie_header,
    visitor_cookies,
)


async def test_visitor_is_greeted_with_the_state_of_the_room(kit: RoomKit, room: str) -> None:
    async with connect() as socket:
        hello = await socket.read()

    latest = (await kit.get_room(room)).latest_index
    assert hello == {
        "type": "hello",
        "protocol": 1,
        "room_id": ROOM,
        "participant_id": VISITOR,
        "latest_index": latest,
        "status": "active",
    }


@pytest.mark.parametrize(
    ("cookies", "room_id", "code", "close_code"),
    [
        # Nobody.
        ({}, ROOM, "not_authenticated", 4401),
        # Somebody with a token that was tampered with.
        ({visitors.COOKIE_NAME: "visitor-1:forged"}, ROOM, "not_authenticated", 4401),
        # Somebody else.
        (visitor_cookies("visitor-2"), ROOM, "forbidden", 4403),
        # The right person at a wrong address.
        (visitor_cookies(), "no-such-room", "not_found", 4404),
    ],
)
async def test_door_stays_closed_and_says_why(
    room: str, cookies: dict[str, str], room_id: str, code: str, close_code: int
) -> None:
    async with connect(room_id, cookies=cookies) as socket:
        refusal = await socket.read()

        assert (refusal["type"], refusal["code"]) == ("error", code)
        assert refusal["message"]
        assert await socket.close_code() == close_code


async def test_page_of_another_site_is_not_let_in(room: str) -> None:
    headers = [(b"origin", b"https://evil.example"), cookie_header(visitor_cookies())]

    accepted, _ = await WebsocketCommunicator(application, f"/ws/{ROOM}", headers).connect()

    assert not accepted


async def test_visitor_is_known_by_address_where_the_participant_is_another(
    kit: RoomKit, room: str
) -> None:
    """Once identified, a person takes part under the identity's id."""
    address = RoomAddress(
        room_id=room, channel_id=CHANNEL, channel_type="websocket", address="visitor-7"
    )
    await kit.store.commit([CommitUnit(room_id=room, addresses=(address,))])

    async with connect(cookies=visitor_cookies("visitor-7")) as socket:
        assert (await socket.read())["participant_id"] == "visitor-7"


async def test_room_whose_chat_was_detached_is_closed_to_the_visitor(
    kit: RoomKit, room: str
) -> None:
    await kit.detach_channel(room, CHANNEL)

    async with connect() as socket:
        assert (await socket.read())["code"] == "forbidden"


async def test_channel_that_this_process_lacks_is_named(kit: RoomKit, room: str) -> None:
    kit.unregister_channel(CHANNEL)

    async with connect() as socket:
        refusal = await socket.read()

    assert refusal["code"] == "not_found"
    assert CHANNEL in refusal["message"]


async def test_participant_of_another_channel_has_no_place_at_the_socket(
    kit: RoomKit, room: str
) -> None:
    kit.register_channel(Recorder("sms", channel_type="sms"))
    await kit.attach_channel(room, "sms")
    await kit.ensure_participant(room, "sms", "visitor-5")

    async with connect(cookies=visitor_cookies("visitor-5")) as socket:
        assert (await socket.read())["code"] == "forbidden"


async def test_visitor_of_a_second_chat_channel_speaks_through_that_one(
    kit: RoomKit, room: str
) -> None:
    kit.register_channel(WebSocketChannel("shop-chat"))
    await kit.attach_channel(room, "shop-chat")
    await kit.ensure_participant(room, "shop-chat", "visitor-6")

    async with connect(cookies=visitor_cookies("visitor-6")) as socket:
        await socket.read()
        ack = await socket.say("m1", "hello")

    event = await kit.store.get_event(ack["event_id"])
    assert event is not None
    assert event.source.channel_id == "shop-chat"
