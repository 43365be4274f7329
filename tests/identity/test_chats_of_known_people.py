"""Somebody known opens the chat page: it goes on where the person has written before."""

import pytest

from channels_app import WebSocketChannel
from channels_app.chat.opening import open_chat, participant_of
from channels_app.conf import ChatOptions
from rooms import ChannelType, Identity, IdentityRoomRouter, RoomKit, StoredIdentityResolver
from rooms.stores.base import ConversationStore
from rooms.testing.rig import Recorder, text
from tests.kit_fixtures import MakeKit
from tests.steps import stored

CHAT, VISITOR, PHONE = "web-chat", "visitor-1", "+15550100"
OPTIONS = ChatOptions.model_validate({"CHANNEL": CHAT, "AGENT": None})
ALICE = Identity(
    id="alice",
    channel_addresses={ChannelType.SMS: [PHONE], ChannelType.WEBSOCKET: [VISITOR]},
)


async def open_site(kit: RoomKit) -> str:
    """Let Alice write a text message; return its room."""
    kit.register_channel(WebSocketChannel(CHAT))
    kit.register_channel(Recorder("sms", channel_type=ChannelType.SMS))
    await kit.store.create_identity(ALICE)
    return stored(await kit.process_inbound(text("sms", PHONE, "hello"))).room_id


@pytest.fixture
def kit(make_kit: MakeKit, store: ConversationStore) -> RoomKit:
    """A kit that follows people over channels."""
    return make_kit(
        identity_resolver=StoredIdentityResolver(store), inbound_router=IdentityRoomRouter(store)
    )


async def test_chat_goes_on_in_the_persons_room(kit: RoomKit) -> None:
    room_id = await open_site(kit)

    opened = await open_chat(kit, VISITOR, OPTIONS)

    assert opened.id == room_id
    assert await kit.store.get_binding(room_id, CHAT) is not None
    assert await participant_of(kit, room_id, VISITOR) == "alice"
    assert len(await kit.store.list_participants(room_id)) == 1


async def test_opening_it_again_is_the_same_room(kit: RoomKit) -> None:
    await open_site(kit)

    rooms = [(await open_chat(kit, VISITOR, OPTIONS)).id for _ in range(2)]

    assert rooms[0] == rooms[1]


async def test_stranger_gets_a_room_of_its_own(kit: RoomKit) -> None:
    room_id = await open_site(kit)

    opened = await open_chat(kit, "visitor-2", OPTIONS)

    assert opened.id != room_id
    assert await participant_of(kit, opened.id, "visitor-2") == "visitor-2"


async def test_room_that_sent_the_chat_away_is_not_entered(kit: RoomKit) -> None:
    room_id = await open_site(kit)
    await kit.attach_channel(room_id, CHAT)
    await kit.detach_channel(room_id, CHAT)

    assert (await open_chat(kit, VISITOR, OPTIONS)).id != room_id


async def test_site_that_keeps_channels_apart_keeps_the_chat_apart(
    make_kit: MakeKit, store: ConversationStore
) -> None:
    plain = make_kit(identity_resolver=StoredIdentityResolver(store))
    room_id = await open_site(plain)

    assert (await open_chat(plain, VISITOR, OPTIONS)).id != room_id
