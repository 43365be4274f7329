"""Addresses that become others: people change numbers, and groups their ids."""

import pytest

from rooms.domain.enums import RoomStatus
from rooms.domain.errors import AddressTakenError, RoomNotFoundError
from rooms.stores.base import ConversationStore
from rooms.testing.factories import (
    CHANNEL,
    ROOM,
    at,
    make_address,
    make_binding,
    make_identity,
    make_room,
    make_unit,
)

OLD, NEW = "+15550001", "+15550002"
KEY = "phone_number"


async def _open(store: ConversationStore, room_id: str = ROOM, minute: int = 0) -> None:
    """Make a room that writes to the old address, and was written to from it."""
    await store.create_room(make_room(room_id, created_at=at(minute)))
    await store.add_binding(make_binding(room_id=room_id, metadata={KEY: OLD, "from_": "+1"}))
    address = make_address(OLD, room_id=room_id, participant_id="ann")
    await store.commit([make_unit(room_id=room_id, addresses=(address,))])


async def _addresses(store: ConversationStore) -> dict[str, str | None]:
    snapshot = await store.load_snapshot(ROOM)
    assert snapshot is not None
    return {row.address: row.participant_id for row in snapshot.addresses}


async def test_a_room_follows_an_address(store: ConversationStore) -> None:
    await _open(store)
    assert await store.rename_room_address(ROOM, CHANNEL, OLD, NEW, recipient_key=KEY)
    binding = await store.get_binding(ROOM, CHANNEL)
    assert binding is not None
    assert binding.metadata == {KEY: NEW, "from_": "+1"}
    assert await _addresses(store) == {NEW: "ann"}
    assert await store.find_room_ids_by_address("sms", NEW) == [ROOM]
    assert await store.find_room_ids_by_address("sms", OLD) == []


async def test_following_an_address_twice_changes_nothing(store: ConversationStore) -> None:
    await _open(store)
    await store.rename_room_address(ROOM, CHANNEL, OLD, NEW, recipient_key=KEY)
    assert not await store.rename_room_address(ROOM, CHANNEL, OLD, NEW, recipient_key=KEY)
    assert await _addresses(store) == {NEW: "ann"}


@pytest.mark.parametrize(("known_as", "participant"), [(None, "ann"), ("bob", "bob")])
async def test_an_address_that_is_there_already_is_kept_once(
    store: ConversationStore, known_as: str | None, participant: str
) -> None:
    await _open(store)
    there = make_address(NEW, participant_id=known_as)
    await store.commit([make_unit(addresses=(there,))])
    await store.rename_room_address(ROOM, CHANNEL, OLD, NEW, recipient_key=KEY)
    assert await _addresses(store) == {NEW: participant}


async def test_other_channels_and_other_recipients_stay(store: ConversationStore) -> None:
    await _open(store)
    await store.add_binding(make_binding("sms-2", metadata={KEY: OLD}))
    await store.rename_room_address(ROOM, CHANNEL, OLD, NEW, recipient_key="another_key")
    assert not await store.rename_room_address(ROOM, CHANNEL, "+3", NEW, recipient_key=KEY)
    metadata = [binding.metadata[KEY] for binding in await store.list_bindings(ROOM)]
    assert metadata == [OLD, OLD]


async def test_renaming_in_an_unknown_room_is_refused(store: ConversationStore) -> None:
    with pytest.raises(RoomNotFoundError):
        await store.rename_room_address(ROOM, CHANNEL, OLD, NEW)


async def test_rooms_that_write_to_an_address_are_found(store: ConversationStore) -> None:
    await _open(store, "late", 2)
    await _open(store, "early", 1)
    await store.create_room(make_room("silent", created_at=at(3), status=RoomStatus.CLOSED))
    await store.add_binding(make_binding(room_id="silent", metadata={KEY: OLD}))
    await store.create_room(make_room("other", created_at=at(4)))
    await store.add_binding(make_binding(room_id="other", metadata={KEY: NEW}))
    found = await store.find_room_ids_by_recipient(CHANNEL, OLD, recipient_key=KEY)
    assert found == ["early", "late", "silent"]
    assert await store.find_room_ids_by_recipient(CHANNEL, OLD) == ["early", "late"]
    assert await store.find_room_ids_by_recipient("sms-2", OLD, recipient_key=KEY) == []


async def test_a_person_follows_an_address(store: ConversationStore) -> None:
    person = make_identity(organization_id="x", channel_addresses={"sms": [OLD], "email": ["a@x"]})
    await store.create_identity(person)
    renamed = await store.rename_identity_address("sms", OLD, NEW, "x")
    assert renamed is not None
    assert renamed.channel_addresses == {"sms": [NEW], "email": ["a@x"]}
    assert await store.resolve_identity("sms", NEW, "x") == renamed
    assert await store.resolve_identity("sms", OLD, "x") is None
    assert await store.rename_identity_address("sms", OLD, NEW, "x") is None


async def test_an_address_is_renamed_in_one_organization(store: ConversationStore) -> None:
    person = make_identity(organization_id="x", channel_addresses={"sms": [OLD]})
    await store.create_identity(person)
    assert await store.rename_identity_address("sms", OLD, NEW) is None
    assert await store.resolve_identity("sms", OLD, "x") is not None


async def test_a_person_with_both_addresses_keeps_the_new_one(store: ConversationStore) -> None:
    await store.create_identity(make_identity(channel_addresses={"sms": [OLD, NEW]}))
    await store.rename_identity_address("sms", OLD, NEW)
    found = await store.resolve_identity("sms", NEW)
    assert found is not None
    assert found.channel_addresses == {"sms": [NEW]}


async def test_an_address_of_somebody_else_is_not_taken(store: ConversationStore) -> None:
    await store.create_identity(make_identity(channel_addresses={"sms": [OLD]}))
    await store.create_identity(make_identity("id-bob", channel_addresses={"sms": [NEW]}))
    with pytest.raises(AddressTakenError, match="id-bob"):
        await store.rename_identity_address("sms", OLD, NEW)
    assert await store.resolve_identity("sms", OLD) is not None
