"""Having written in somebody's room makes it nobody else's own."""

import pytest

from channels_app import WebSocketChannel
from channels_app.chat.opening import open_chat
from channels_app.conf import ChatOptions
from rooms import ChannelType, Identity, IdentityRoomRouter, RoomKit, StoredIdentityResolver
from rooms.domain.participant import Participant
from rooms.domain.room import Room
from rooms.domain.sender import REPLY_ROOM
from rooms.stores.base import ConversationStore
from rooms.testing.rig import Recorder, text
from tests.kit_fixtures import MakeKit
from tests.steps import stored

CHAT, VISITOR, PHONE = "web-chat", "visitor-1", "+15550100"
ANN, BEN = "ann@x.example", "ben@x.example"
OPTIONS = ChatOptions.model_validate({"CHANNEL": CHAT, "AGENT": None})
PERSON = Identity(
    id="ben",
    channel_addresses={
        ChannelType.EMAIL: [BEN],
        ChannelType.TELEGRAM: ["77"],
        ChannelType.SMS: [PHONE],
        ChannelType.WEBSOCKET: [VISITOR],
    },
)


def open_lines(kit: RoomKit) -> RoomKit:
    for name in (ChannelType.SMS, ChannelType.EMAIL, ChannelType.TELEGRAM):
        kit.register_channel(Recorder(str(name), channel_type=name, recipient_key="to"))
    kit.register_channel(WebSocketChannel(CHAT))
    return kit


@pytest.fixture
def plain(make_kit: MakeKit) -> RoomKit:
    """A kit that keeps channels apart."""
    return open_lines(make_kit())


@pytest.fixture
async def kit(make_kit: MakeKit, store: ConversationStore) -> RoomKit:
    """A kit that follows people over channels, and knows Ben."""
    await store.create_identity(PERSON)
    resolver, router = StoredIdentityResolver(store), IdentityRoomRouter(store)
    return open_lines(make_kit(identity_resolver=resolver, inbound_router=router))


async def write(kit: RoomKit, channel: str, sender: str, **metadata: str) -> str:
    result = await kit.process_inbound(text(channel, sender, "hello", metadata=metadata))
    return stored(result).room_id


async def join_anns_thread(kit: RoomKit) -> str:
    """Let Ben answer a mail of Ann's that was forwarded to him; return her room."""
    room_id = await write(kit, "email", ANN)
    assert await write(kit, "email", BEN, **{REPLY_ROOM: room_id}) == room_id
    return room_id


async def test_new_mail_of_a_colleague_is_not_said_to_the_customer(plain: RoomKit) -> None:
    room_id = await join_anns_thread(plain)

    assert await write(plain, "email", BEN) != room_id


async def test_customer_who_answers_comes_back(plain: RoomKit) -> None:
    room_id = await write(plain, "email", ANN)

    await write(plain, "email", ANN, **{REPLY_ROOM: room_id})

    assert await write(plain, "email", ANN) == room_id


@pytest.mark.parametrize(("channel", "sender"), [("email", BEN), ("sms", PHONE)])
async def test_colleague_who_is_known_has_rooms_of_their_own(
    kit: RoomKit, channel: str, sender: str
) -> None:
    room_id = await join_anns_thread(kit)

    assert await write(kit, channel, sender) != room_id


async def test_chat_page_shows_a_colleague_nothing_of_the_customer(kit: RoomKit) -> None:
    room_id = await join_anns_thread(kit)

    assert (await open_chat(kit, VISITOR, OPTIONS)).id != room_id


async def test_member_of_a_group_does_not_write_to_it_in_private(kit: RoomKit) -> None:
    group = await write(kit, "telegram", "77", to="-100")

    assert await write(kit, "telegram", "77", to="-100") == group
    assert await write(kit, "telegram", "77") != group
    assert await write(kit, "sms", PHONE) != group


async def test_chat_page_shows_a_member_nothing_of_the_group(kit: RoomKit) -> None:
    group = await write(kit, "telegram", "77", to="-100")

    assert (await open_chat(kit, VISITOR, OPTIONS)).id != group


async def test_room_that_the_host_has_made_for_somebody_is_theirs(kit: RoomKit) -> None:
    room = await kit.create_room("made")
    ben = Participant(id="ben", room_id=room.id, channel_id="sms", identity_id="ben")
    await kit.store.add_participant(ben)

    assert await write(kit, "sms", PHONE) == room.id


async def test_person_of_the_same_name_at_another_company_is_another(kit: RoomKit) -> None:
    """A host's directory may number the customers of each company from one."""
    theirs = Room(id="theirs", organization_id="globex")
    await kit.store.create_room(theirs)
    ben = Participant(id="ben", room_id="theirs", channel_id="sms", identity_id="ben")
    await kit.store.add_participant(ben)

    assert await write(kit, "sms", PHONE) != "theirs"
