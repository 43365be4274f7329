"""Which rooms a sender, a channel, an address or a clock means."""

from typing import Any

import pytest

from rooms.domain.commit import RoomAddress
from rooms.domain.enums import ChannelType, ParticipantStatus, RoomStatus
from rooms.domain.json import JsonObject
from rooms.domain.room import RoomTimers
from rooms.stores.base import ConversationStore
from rooms.testing.factories import (
    at,
    make_address,
    make_binding,
    make_participant,
    make_room,
    make_unit,
)


async def _make_rooms(store: ConversationStore, *statuses: RoomStatus, **fields: Any) -> None:
    """Make rooms r0, r1, … with these statuses, each a minute younger than the one before."""
    for number, status in enumerate(statuses):
        room = make_room(f"r{number}", status=status, created_at=at(number), **fields)
        await store.create_room(room)
        await store.add_binding(make_binding(room_id=room.id))
        await store.add_participant(make_participant(room_id=room.id, identity_id="id-ann"))
        address = make_address(room_id=room.id, participant_id="ann")
        await store.commit([make_unit(room_id=room.id, addresses=(address,))])


async def test_rooms_are_found_by_organization_and_status(store: ConversationStore) -> None:
    await store.create_room(make_room("a", organization_id="x"))
    await store.create_room(make_room("b", organization_id="y"))
    await store.create_room(make_room("c", organization_id="x", status=RoomStatus.CLOSED))
    assert [r.id for r in await store.find_rooms("x")] == ["a", "c"]
    assert [r.id for r in await store.find_rooms("x", RoomStatus.CLOSED)] == ["c"]
    assert [r.id for r in await store.find_rooms()] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"tier": 1}, ["a", "b"]),  # one key
        ({"tier": 1, "vip": True}, ["a"]),  # all keys must hold
        ({"tags": ["x"]}, ["b"]),  # nested values compare whole
        ({"vip": None}, []),  # a missing key is not null
        ({"tier": True}, []),  # 1 is not true
    ],
)
async def test_rooms_are_found_by_metadata(
    store: ConversationStore, wanted: JsonObject, found: list[str]
) -> None:
    await store.create_room(make_room("a", metadata={"tier": 1, "vip": True}))
    await store.create_room(make_room("b", metadata={"tier": 1, "tags": ["x"]}))
    await store.create_room(make_room("c", metadata={"tier": 2}))
    assert [room.id for room in await store.find_rooms(metadata_filter=wanted)] == found


async def test_found_rooms_come_in_pages_by_creation(store: ConversationStore) -> None:
    await _make_rooms(store, *[RoomStatus.ACTIVE] * 3)
    assert [room.id for room in await store.find_rooms(limit=2)] == ["r0", "r1"]
    assert [room.id for room in await store.find_rooms(limit=2, offset=2)] == ["r2"]


async def test_the_latest_room_of_a_participant_is_the_newest(store: ConversationStore) -> None:
    await _make_rooms(store, RoomStatus.ACTIVE, RoomStatus.ACTIVE, RoomStatus.CLOSED)
    newest = await store.find_latest_room("ann")
    active = await store.find_latest_room("ann", status=RoomStatus.ACTIVE)
    assert newest is not None
    assert active is not None
    assert (newest.id, active.id) == ("r2", "r1")


async def test_the_latest_room_may_be_asked_by_channel_type(store: ConversationStore) -> None:
    await _make_rooms(store, RoomStatus.ACTIVE, RoomStatus.ACTIVE)
    await store.add_binding(make_binding("mail", room_id="r0", channel_type=ChannelType.EMAIL))
    found = await store.find_latest_room("ann", ChannelType.EMAIL)
    assert found is not None
    assert found.id == "r0"


async def test_a_participant_who_left_still_has_a_latest_room(store: ConversationStore) -> None:
    await _make_rooms(store, RoomStatus.ACTIVE)
    await store.add_participant(make_participant(room_id="r0", status=ParticipantStatus.LEFT))
    assert await store.find_latest_room("ann") is not None


async def test_a_stranger_has_no_latest_room(store: ConversationStore) -> None:
    await _make_rooms(store, RoomStatus.ACTIVE)
    assert await store.find_latest_room("bob") is None


async def test_rooms_of_a_channel_come_newest_first(store: ConversationStore) -> None:
    await _make_rooms(store, RoomStatus.ACTIVE, RoomStatus.PAUSED, RoomStatus.ACTIVE)
    assert await store.find_room_ids_by_channel("sms-1") == ["r2", "r1"]
    assert await store.find_room_ids_by_channel("sms-1", limit=9) == ["r2", "r1", "r0"]
    assert await store.find_room_ids_by_channel("sms-1", (RoomStatus.PAUSED,)) == ["r1"]


async def test_rooms_made_at_one_moment_are_ordered_by_id(store: ConversationStore) -> None:
    for room_id in ("b", "c", "a"):
        await store.create_room(make_room(room_id, created_at=at(0)))
        await store.add_binding(make_binding(room_id=room_id))
    assert await store.find_room_ids_by_channel("sms-1", limit=3) == ["c", "b", "a"]


async def test_closed_rooms_are_not_found_by_channel(store: ConversationStore) -> None:
    await _make_rooms(store, RoomStatus.CLOSED, RoomStatus.ARCHIVED)
    assert await store.find_room_ids_by_channel("sms-1") == []


async def test_detached_rooms_are_not_found_by_channel(store: ConversationStore) -> None:
    await _make_rooms(store, RoomStatus.ACTIVE)
    await store.remove_binding("r0", "sms-1")
    assert await store.find_room_ids_by_channel("sms-1") == []


async def test_one_room_of_a_channel_is_the_newest_of_a_status(store: ConversationStore) -> None:
    await _make_rooms(store, RoomStatus.ACTIVE, RoomStatus.CLOSED)
    assert await store.find_room_id_by_channel("sms-1") == "r1"
    assert await store.find_room_id_by_channel("sms-1", RoomStatus.ACTIVE) == "r0"
    assert await store.find_room_id_by_channel("sms-2") is None


async def test_rooms_that_know_an_address_come_newest_first(store: ConversationStore) -> None:
    await _make_rooms(store, *[RoomStatus.ACTIVE] * 3, RoomStatus.CLOSED)
    assert await store.find_room_ids_by_address("sms", "+15550001") == ["r2", "r1"]
    assert await store.find_room_ids_by_address("sms", "+15550001", limit=1) == ["r2"]


@pytest.mark.parametrize(
    ("channel_type", "address"),
    [
        ("sms", "+15559999"),  # another address
        ("whatsapp", "+15550001"),  # the same number on another kind of channel
    ],
)
async def test_rooms_are_found_by_exact_address(
    store: ConversationStore, channel_type: str, address: str
) -> None:
    await _make_rooms(store, RoomStatus.ACTIVE)
    assert await store.find_room_ids_by_address(channel_type, address) == []


async def test_an_address_is_looked_up_in_one_organization(store: ConversationStore) -> None:
    await _make_rooms(store, RoomStatus.ACTIVE, organization_id="x")
    in_x = await store.find_room_ids_by_address("sms", "+15550001", organization_id="x")
    in_none = await store.find_room_ids_by_address("sms", "+15550001")
    assert (in_x, in_none) == (["r0"], [])


async def test_rooms_of_an_identity_come_newest_first(store: ConversationStore) -> None:
    await _make_rooms(store, *[RoomStatus.ACTIVE] * 3, RoomStatus.CLOSED)
    assert await store.find_room_ids_by_identity("id-ann") == ["r2", "r1"]
    assert await store.find_room_ids_by_identity("id-ann", ("closed",)) == ["r3"]
    assert await store.find_room_ids_by_identity("id-bob") == []


async def test_rooms_of_an_identity_are_of_one_organization(store: ConversationStore) -> None:
    await _make_rooms(store, RoomStatus.ACTIVE, organization_id="x")
    assert await store.find_room_ids_by_identity("id-ann", organization_id="x") == ["r0"]
    assert await store.find_room_ids_by_identity("id-ann") == []


@pytest.mark.parametrize(
    ("resolved_by", "addresses", "is_own"),
    [
        (None, [], True),  # the host has made the room for them
        ("manual", [], True),
        ("auto", [], False),  # they answered what the host had sent to somebody else
        ("auto", [make_address(participant_id="ben")], True),
        ("auto", [make_address()], False),  # they wrote in a group, whose address is nobody's
        ("manual", [make_address()], False),
        (None, [make_address(participant_id="ann")], False),
        (None, [make_address(channel_id="mail", participant_id="ann")], True),
    ],
)
async def test_room_is_an_identity_s_own(
    store: ConversationStore, resolved_by: str | None, addresses: list[RoomAddress], is_own: bool
) -> None:
    await store.create_room(make_room())
    ben = make_participant("ben", identity_id="id-ben", resolved_by=resolved_by)
    await store.add_participant(ben)
    await store.commit([make_unit(addresses=tuple(addresses))])
    assert bool(await store.find_room_ids_by_identity("id-ben")) is is_own


# Timers: the room was last active at minute 0 and the question is asked at minute 10.
MINUTE = 60


@pytest.mark.parametrize(
    ("status", "inactive_min", "closed_min", "is_due"),
    [
        (RoomStatus.ACTIVE, 9, None, True),  # silent for longer than allowed
        (RoomStatus.ACTIVE, 11, None, False),  # not yet
        (RoomStatus.ACTIVE, 11, 5, False),  # closing waits for the pause
        (RoomStatus.ACTIVE, None, 9, True),  # no pause: silence closes
        (RoomStatus.ACTIVE, None, 11, False),
        (RoomStatus.ACTIVE, None, None, False),  # no timers
        (RoomStatus.PAUSED, 1, 3, True),  # paused since minute 6
        (RoomStatus.PAUSED, 1, 5, False),  # silence before the pause does not count
        (RoomStatus.PAUSED, None, 3, True),
        (RoomStatus.PAUSED, 1, None, False),  # pauses forever
        (RoomStatus.CLOSED, 1, 1, False),
        (RoomStatus.ARCHIVED, 1, 1, False),
    ],
)
async def test_a_room_is_idle_when_its_timer_has_run_out(
    store: ConversationStore,
    status: RoomStatus,
    inactive_min: int | None,
    closed_min: int | None,
    is_due: bool,
) -> None:
    timers = RoomTimers(
        inactive_after_seconds=inactive_min and inactive_min * MINUTE,
        closed_after_seconds=closed_min and closed_min * MINUTE,
        last_activity_at=at(0),
    )
    paused_at = at(6) if status is RoomStatus.PAUSED else None
    await store.create_room(make_room(status=status, timers=timers, paused_at=paused_at))
    assert bool(await store.find_idle_room_ids(at(10))) is is_due


async def test_silence_counts_from_creation_without_activity(store: ConversationStore) -> None:
    timers = RoomTimers(inactive_after_seconds=9 * MINUTE)
    await store.create_room(make_room("old", created_at=at(0), timers=timers))
    await store.create_room(make_room("new", created_at=at(2), timers=timers))
    assert await store.find_idle_room_ids(at(10)) == ["old"]


async def test_idle_rooms_come_by_creation_and_organization(store: ConversationStore) -> None:
    timers = RoomTimers(inactive_after_seconds=1, last_activity_at=at(0))
    for minute, (room_id, org) in enumerate((("b", "x"), ("a", "y"), ("c", "x"))):
        await store.create_room(
            make_room(room_id, organization_id=org, created_at=at(minute), timers=timers)
        )
    assert await store.find_idle_room_ids(at(10)) == ["b", "a", "c"]
    assert await store.find_idle_room_ids(at(10), limit=2) == ["b", "a"]
    assert await store.find_idle_room_ids(at(10), organization_id="x") == ["b", "c"]
