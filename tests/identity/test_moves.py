"""People change numbers, groups their ids: their rooms go on."""

import pytest

from rooms import ChannelType, EventType, Identity, InboundMessage, RoomKit
from rooms.domain.standing import ContactPoint, OptOutReason
from rooms.testing.factories import at
from rooms.testing.rig import Recorder, text
from tests.steps import full_timeline, stored

OLD, NEW = "+15550001", "+15550002"


@pytest.fixture
async def line(kit: RoomKit) -> RoomKit:
    for channel_id in ("wa", "other"):
        made = Recorder(channel_id, channel_type=ChannelType.WHATSAPP, recipient_key="to")
        kit.register_channel(made)
    return kit


def hello(sender: str) -> InboundMessage:
    return text("wa", sender, "hello")


async def records(kit: RoomKit, room_id: str) -> list[dict[str, object]]:
    rows = await full_timeline(kit, room_id)
    system = [row.content.model_dump() for row in rows if row.type is EventType.SYSTEM]
    return [each["data"] for each in system if each["code"] == "address_changed"]


async def test_room_goes_on_under_the_new_address(line: RoomKit) -> None:
    room = stored(await line.process_inbound(hello(OLD))).room_id

    assert await line.identities.change_address("wa", OLD, NEW) == [room]

    assert stored(await line.process_inbound(hello(NEW))).room_id == room
    binding = await line.store.get_binding(room, "wa")
    assert binding is not None
    assert binding.metadata["to"] == NEW


async def test_whoever_gets_the_old_address_is_a_stranger(line: RoomKit) -> None:
    room = stored(await line.process_inbound(hello(OLD))).room_id
    await line.identities.change_address("wa", OLD, NEW)

    assert stored(await line.process_inbound(hello(OLD))).room_id != room


async def test_change_is_recorded_once(line: RoomKit) -> None:
    room = stored(await line.process_inbound(hello(OLD))).room_id

    for _ in range(2):
        await line.identities.change_address("wa", OLD, NEW, token="news-1")

    assert await records(line, room) == [{"channel_id": "wa", "from": OLD, "to": NEW}]


async def test_change_that_was_recorded_but_not_made_is_made(line: RoomKit) -> None:
    """A process that dies in between leaves this."""
    room = stored(await line.process_inbound(hello(OLD))).room_id
    await line.identities.change_address("wa", OLD, NEW, token="news-1")
    await line.store.rename_room_address(room, "wa", NEW, OLD, recipient_key="to")

    assert await line.identities.change_address("wa", OLD, NEW, token="news-1") == [room]

    assert await line.store.find_room_ids_by_recipient("wa", NEW) == [room]
    assert len(await records(line, room)) == 1


async def test_number_that_comes_back_is_recorded_again(line: RoomKit) -> None:
    room = stored(await line.process_inbound(hello(OLD))).room_id
    for old, new, token in ((OLD, NEW, "1"), (NEW, OLD, "2"), (OLD, NEW, "3")):
        await line.identities.change_address("wa", old, new, token=token)

    assert [each["to"] for each in await records(line, room)] == [NEW, OLD, NEW]


async def test_closed_room_follows_without_a_record(line: RoomKit) -> None:
    room = stored(await line.process_inbound(hello(OLD))).room_id
    await line.close_room(room)

    await line.identities.change_address("wa", OLD, NEW)

    assert await records(line, room) == []
    assert await line.store.find_room_ids_by_recipient("wa", NEW) == [room]


async def test_person_keeps_the_place_in_the_directory(line: RoomKit) -> None:
    ana = Identity(id="ana", channel_addresses={ChannelType.WHATSAPP: [OLD]})
    await line.store.create_identity(ana)

    await line.identities.change_address("wa", OLD, NEW)

    found = await line.store.resolve_identity("whatsapp", NEW)
    assert found is not None
    assert found.id == "ana"


async def test_address_of_somebody_else_is_left_to_a_person(line: RoomKit) -> None:
    for name, address in (("ana", OLD), ("bea", NEW)):
        person = Identity(id=name, channel_addresses={ChannelType.WHATSAPP: [address]})
        await line.store.create_identity(person)
    room = stored(await line.process_inbound(hello(OLD))).room_id

    await line.identities.change_address("wa", OLD, NEW)

    [task] = await line.list_tasks(room)
    assert (task.type, task.data) == (
        "identity_merge",
        {"survivor_id": "bea", "merged_id": "ana"},
    )


async def test_who_wants_no_messages_wants_none_at_the_new_address(line: RoomKit) -> None:
    old, new = (
        ContactPoint.at("wa", channel_type="whatsapp", address=each, organization_id=None)
        for each in (OLD, NEW)
    )
    await line.store.note_inbound([old], at(1))
    await line.store.opt_out(old, reason=OptOutReason.KEYWORD, by="stop-1")

    await line.identities.change_address("wa", OLD, NEW)

    standing = await line.store.get_standing(new)
    assert standing.opt_out_reason is OptOutReason.KEYWORD
    assert standing.last_inbound_at == at(1)


async def test_same_address_is_no_change(line: RoomKit) -> None:
    room = stored(await line.process_inbound(hello(OLD))).room_id

    assert await line.identities.change_address("wa", OLD, OLD) == []
    assert await records(line, room) == []


async def test_other_channels_keep_the_address(line: RoomKit) -> None:
    room = stored(await line.process_inbound(hello(OLD))).room_id
    await line.attach_channel(room, "other", metadata={"to": OLD})

    await line.identities.change_address("wa", OLD, NEW)

    binding = await line.store.get_binding(room, "other")
    assert binding is not None
    assert binding.metadata["to"] == OLD
