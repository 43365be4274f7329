"""One sender under two names: whichever comes first, it is one person in one room."""

import asyncio
from itertools import permutations

import pytest

from rooms import (
    ChannelType,
    IdentificationStatus,
    Identity,
    IdentityRoomRouter,
    Participant,
    RoomEvent,
    RoomKit,
    StoredIdentityResolver,
)
from rooms.domain.sender import ALIASES
from rooms.stores.base import ConversationStore
from rooms.testing.rig import Recorder, text
from tests.kit_fixtures import MakeKit
from tests.steps import stored

PHONE, USER_ID = "+15550100", "CA.1349"
Known = tuple[str, list[str] | None]

# What a provider tells: the number alone, the id alone, or both.
NUMBER_ALONE: Known = (PHONE, None)
HIDDEN: Known = (USER_ID, [])
BOTH: Known = (PHONE, [USER_ID])


def open_line(kit: RoomKit) -> RoomKit:
    line = Recorder("wa", channel_type=ChannelType.WHATSAPP, recipient_key="phone_number")
    kit.register_channel(line)
    return kit


@pytest.fixture
def line(make_kit: MakeKit) -> RoomKit:
    return open_line(make_kit())


@pytest.fixture
def directory(make_kit: MakeKit, store: ConversationStore) -> RoomKit:
    """A kit that looks people up in its own directory."""
    resolver, router = StoredIdentityResolver(store), IdentityRoomRouter(store)
    return open_line(make_kit(identity_resolver=resolver, inbound_router=router))


async def write(kit: RoomKit, known: Known, body: str = "hello") -> RoomEvent:
    sender, aliases = known
    metadata = {} if aliases is None else {ALIASES: aliases}
    return stored(await kit.process_inbound(text("wa", sender, body, metadata=metadata)))


async def people_in(kit: RoomKit, room_id: str) -> list[Participant]:
    return await kit.store.list_participants(room_id)


@pytest.mark.parametrize(
    "order", [each for each in permutations([NUMBER_ALONE, HIDDEN, BOTH]) if each[2] != BOTH]
)
async def test_one_sender_has_one_room_and_one_participant(
    line: RoomKit, order: tuple[Known, ...]
) -> None:
    events = [await write(line, known) for known in order]

    assert len({(event.room_id, event.source.participant_id) for event in events}) == 1
    assert len(await people_in(line, events[0].room_id)) == 1


async def test_sender_without_a_number_takes_part(line: RoomKit) -> None:
    event = await write(line, HIDDEN)

    [person] = await people_in(line, event.room_id)
    assert person.id == event.source.participant_id == USER_ID
    assert person.identification is IdentificationStatus.UNKNOWN


async def test_both_addresses_are_remembered(line: RoomKit) -> None:
    event = await write(line, HIDDEN)
    await write(line, BOTH)

    snapshot = await line.store.load_snapshot(event.room_id)
    assert snapshot is not None
    assert {row.address: row.participant_id for row in snapshot.addresses} == {
        PHONE: USER_ID,
        USER_ID: USER_ID,
    }


async def test_names_are_no_part_of_what_is_stored(line: RoomKit) -> None:
    event = await write(line, BOTH)

    assert ALIASES not in event.metadata


async def test_two_first_messages_at_once_open_one_room(line: RoomKit) -> None:
    events = await asyncio.gather(*(write(line, known) for known in (BOTH, HIDDEN, NUMBER_ALONE)))

    assert len({event.room_id for event in events}) == 1


async def test_two_strangers_stay_apart(line: RoomKit) -> None:
    first = await write(line, BOTH)
    second = await write(line, ("+15550199", ["CA.7"]))

    assert first.room_id != second.room_id


async def test_of_two_rooms_the_numbers_counts(line: RoomKit) -> None:
    by_number = await write(line, NUMBER_ALONE)
    by_id = await write(line, HIDDEN)
    both = await write(line, BOTH)

    assert by_number.room_id != by_id.room_id
    assert both.room_id == by_number.room_id


def person(identity_id: str, *addresses: str) -> Identity:
    return Identity(id=identity_id, channel_addresses={"whatsapp": list(addresses)})


@pytest.mark.parametrize("on_file", [PHONE, USER_ID])
async def test_person_of_the_directory_gets_the_other_address(
    directory: RoomKit, on_file: str
) -> None:
    await directory.store.create_identity(person("ana", on_file))

    event = await write(directory, BOTH)

    [somebody] = await people_in(directory, event.room_id)
    assert somebody.identity_id == "ana"
    for address in (PHONE, USER_ID):
        found = await directory.store.resolve_identity("whatsapp", address)
        assert found is not None
        assert found.id == "ana"


async def test_known_person_gets_an_address_that_is_told_later(directory: RoomKit) -> None:
    await directory.store.create_identity(person("ana", PHONE))
    await write(directory, NUMBER_ALONE)

    await write(directory, BOTH)

    found = await directory.store.resolve_identity("whatsapp", USER_ID)
    assert found is not None
    assert found.id == "ana"


async def test_two_people_are_not_merged_but_pointed_out(directory: RoomKit) -> None:
    await directory.store.create_identity(person("by-number", PHONE))
    await directory.store.create_identity(person("by-id", USER_ID))

    event = await write(directory, BOTH)
    await write(directory, BOTH, "again")

    [somebody] = await people_in(directory, event.room_id)
    assert somebody.identity_id == "by-number"
    [task] = await directory.list_tasks(event.room_id)
    assert task.type == "identity_merge"
    assert task.data == {"survivor_id": "by-number", "merged_id": "by-id"}


async def test_suggested_merge_ends_the_doubt(directory: RoomKit) -> None:
    await directory.store.create_identity(person("by-number", PHONE))
    await directory.store.create_identity(person("by-id", USER_ID))
    event = await write(directory, BOTH)
    [task] = await directory.list_tasks(event.room_id)

    await directory.merge_identities(**task.data)

    assert (await write(directory, HIDDEN)).room_id == event.room_id
    assert len(await directory.list_tasks(event.room_id)) == 1
