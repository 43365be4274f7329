"""Two identities become one person, and are told apart again."""

import asyncio

import pytest

from rooms.domain.errors import (
    IdentityMergeNotFoundError,
    IdentityMergeRefusedError,
    IdentityNotFoundError,
)
from rooms.domain.identity import Identity
from rooms.domain.identity_merge import IdentityMerge
from rooms.domain.participant import Participant
from rooms.stores.base import ConversationStore
from rooms.testing.factories import (
    ROOM,
    make_address,
    make_identity,
    make_participant,
    make_room,
    make_unit,
)

ANN = make_identity("ann", email="ann@x.test", channel_addresses={"sms": ["+1"]})
ANNE = make_identity(
    "anne",
    display_name="Anne",
    email="anne@x.test",
    external_id="crm-7",
    external_ids={"shop": "9"},
    channel_addresses={"sms": ["+2", "+3"], "email": ["anne@x.test"]},
)


async def _enter(store: ConversationStore, *people: Identity) -> None:
    for person in people or (ANN, ANNE):
        await store.create_identity(person)


async def _seat(store: ConversationStore, identity_id: str, room_id: str = ROOM) -> Participant:
    await store.create_room(make_room(room_id))
    return await store.add_participant(
        make_participant(f"p-{identity_id}", room_id=room_id, identity_id=identity_id)
    )


async def _person(store: ConversationStore, identity_id: str) -> Identity:
    found = await store.get_identity(identity_id)
    assert found is not None
    return found


async def test_a_survivor_has_the_addresses_of_both(store: ConversationStore) -> None:
    await _enter(store)
    merge = await store.merge_identities("ann", "anne", user_id="7", reason="same person")
    survivor = await _person(store, "ann")
    assert survivor.channel_addresses == {"sms": ["+1", "+2", "+3"], "email": ["anne@x.test"]}
    assert await store.resolve_identity("sms", "+2") == survivor
    assert (merge.survivor_id, merge.merged_id) == ("ann", "anne")
    assert (merge.merged_by, merge.reason) == ("7", "same person")


async def test_a_survivor_takes_over_what_it_lacks_and_keeps_what_it_has(
    store: ConversationStore,
) -> None:
    await _enter(store)
    await store.merge_identities("ann", "anne")
    survivor = await _person(store, "ann")
    assert (survivor.display_name, survivor.email) == ("Anne", "ann@x.test")
    assert (survivor.external_id, survivor.external_ids) == ("crm-7", {"shop": "9"})


async def test_a_merged_identity_leads_to_its_survivor(store: ConversationStore) -> None:
    await _enter(store, ANN, ANNE, make_identity("third"))
    await store.merge_identities("ann", "anne")
    await store.merge_identities("third", "ann")
    living = await store.find_living_identity("anne")
    assert living is not None
    assert living.id == "third"
    assert (await _person(store, "anne")).merged_into == "ann"
    assert await store.find_living_identity("nobody") is None


async def test_an_address_linked_to_a_merged_identity_leads_to_its_survivor(
    store: ConversationStore,
) -> None:
    await _enter(store)
    await store.merge_identities("ann", "anne")
    await store.link_address("anne", "sms", "+9")
    found = await store.resolve_identity("sms", "+9")
    assert found is not None
    assert found.id == "ann"


async def test_rooms_of_both_are_found_by_the_survivor(store: ConversationStore) -> None:
    await _enter(store)
    await _seat(store, "ann", "a")
    await _seat(store, "anne", "b")
    merge = await store.merge_identities("ann", "anne")
    assert set(await store.find_room_ids_by_identity("ann")) == {"a", "b"}
    assert merge.participants == [("b", "p-anne")]


async def test_undoing_a_merge_restores_both(store: ConversationStore) -> None:
    await _enter(store)
    before = await _seat(store, "anne")
    merge = await store.merge_identities("ann", "anne")
    undone = await store.unmerge_identities(merge.id, user_id="8")
    assert (await _person(store, "ann"), await _person(store, "anne")) == (ANN, ANNE)
    assert await store.get_participant(ROOM, before.id) == before
    assert undone.undone_by == "8"
    assert undone.undone_at is not None


async def test_what_came_after_a_merge_stays_with_the_survivor(store: ConversationStore) -> None:
    await _enter(store)
    merge = await store.merge_identities("ann", "anne")
    await store.link_address("ann", "email", "new@x.test")
    await _seat(store, "ann")
    await store.unmerge_identities(merge.id)
    assert (await _person(store, "ann")).channel_addresses == {
        "sms": ["+1"],
        "email": ["new@x.test"],
    }
    assert await store.find_room_ids_by_identity("ann") == [ROOM]


@pytest.mark.parametrize("by_commit", [True, False])
async def test_somebody_who_was_looked_up_before_a_merge_is_the_survivor(
    store: ConversationStore, by_commit: bool
) -> None:
    """The message was on its way while the two were merged."""
    await _enter(store, ANN, ANNE, make_identity("third"))
    await store.create_room(make_room())
    await store.merge_identities("ann", "anne")
    await store.merge_identities("third", "ann")
    late = make_participant("anne", identity_id="anne")
    if by_commit:
        await store.commit([make_unit(participants=(late,))])
    else:
        await store.add_participant(late)
    assert [each.identity_id for each in await store.list_participants(ROOM)] == ["third"]


async def test_people_of_the_same_id_at_another_organization_are_left_alone(
    store: ConversationStore,
) -> None:
    """A host's directory may number the people of each organization from one."""
    await _enter(
        store, make_identity("7", organization_id="x"), make_identity("8", organization_id="x")
    )
    await store.create_room(make_room(organization_id="y"))
    await store.add_participant(make_participant("before", identity_id="8"))
    await store.merge_identities("7", "8")
    await store.add_participant(make_participant("later", identity_id="8"))
    assert [each.identity_id for each in await store.list_participants(ROOM)] == ["8", "8"]


async def test_merges_and_messages_at_once_leave_nobody_under_a_merged_identity(
    store: ConversationStore,
) -> None:
    await _enter(store)
    await store.create_room(make_room())
    late = [
        make_participant(f"p-{n}", identity_id=who) for n, who in enumerate(["ann", "anne"] * 4)
    ]
    merge = store.merge_identities("ann", "anne")
    await asyncio.gather(
        *(store.commit([make_unit(participants=(each,))]) for each in late[:4]),
        merge,
        *(store.commit([make_unit(participants=(each,))]) for each in late[4:]),
    )
    people = await store.list_participants(ROOM)
    assert [each.identity_id for each in people] == ["ann"] * 8


async def _write_as(store: ConversationStore, participant_id: str, address: str) -> None:
    row = make_address(address, participant_id=participant_id)
    await store.commit([make_unit(addresses=(row,))])


async def test_undoing_a_merge_leads_nobody_into_the_survivor_s_room(
    store: ConversationStore,
) -> None:
    await _enter(store)
    await _seat(store, "ann")
    merge = await store.merge_identities("ann", "anne")
    for address in ("+1", "+2", "+9"):
        await _write_as(store, "p-ann", address)
    await store.unmerge_identities(merge.id)
    snapshot = await store.load_snapshot(ROOM)
    assert snapshot is not None
    assert {row.address for row in snapshot.addresses} == {"+1", "+9"}


async def test_undoing_a_merge_gives_an_address_in_a_room_of_both_back(
    store: ConversationStore,
) -> None:
    await _enter(store)
    await _seat(store, "ann")
    await store.add_participant(make_participant("p-anne", identity_id="anne"))
    merge = await store.merge_identities("ann", "anne")
    await _write_as(store, "p-ann", "+2")
    await store.unmerge_identities(merge.id)
    snapshot = await store.load_snapshot(ROOM)
    assert snapshot is not None
    assert [row.participant_id for row in snapshot.addresses] == ["p-anne"]


async def test_a_merge_that_was_undone_can_be_made_again(store: ConversationStore) -> None:
    await _enter(store)
    first = await store.merge_identities("ann", "anne")
    await store.unmerge_identities(first.id)
    second = await store.merge_identities("anne", "ann")
    assert (await _person(store, "ann")).merged_into == "anne"
    assert second.id != first.id


@pytest.mark.parametrize(
    ("survivor_id", "merged_id", "words"),
    [
        ("ann", "ann", "into itself"),
        ("third", "anne", "merged into 'ann' already"),  # twice
        ("anne", "third", "merged into 'ann' already"),  # into one that was merged
    ],
)
async def test_a_merge_that_makes_no_sense_is_refused(
    store: ConversationStore, survivor_id: str, merged_id: str, words: str
) -> None:
    await _enter(store, ANN, ANNE, make_identity("third"))
    await store.merge_identities("ann", "anne")
    with pytest.raises(IdentityMergeRefusedError, match=words):
        await store.merge_identities(survivor_id, merged_id)


@pytest.mark.parametrize(
    ("survivor_id", "merged_id"),
    [("ann", "theirs"), ("theirs", "ann"), ("ann", "nobody"), ("nobody", "ann")],
)
async def test_nobody_of_another_organization_is_found(
    store: ConversationStore, survivor_id: str, merged_id: str
) -> None:
    await _enter(store, ANN, make_identity("theirs", organization_id="x"))
    with pytest.raises(IdentityNotFoundError):
        await store.merge_identities(survivor_id, merged_id)
    assert await _person(store, "ann") == ANN


async def test_a_merge_is_undone_once(store: ConversationStore) -> None:
    await _enter(store)
    merge = await store.merge_identities("ann", "anne")
    await store.unmerge_identities(merge.id)
    with pytest.raises(IdentityMergeRefusedError, match="undone already"):
        await store.unmerge_identities(merge.id)
    with pytest.raises(IdentityMergeNotFoundError, match="no-such-merge"):
        await store.unmerge_identities("no-such-merge")


async def test_merges_are_undone_last_first(store: ConversationStore) -> None:
    await _enter(store, ANN, ANNE, make_identity("third"))
    first = await store.merge_identities("ann", "anne")
    second = await store.merge_identities("third", "ann")
    with pytest.raises(IdentityMergeRefusedError, match="undo that merge first"):
        await store.unmerge_identities(first.id)
    await store.unmerge_identities(second.id)
    await store.unmerge_identities(first.id)
    assert (await _person(store, "ann"), await _person(store, "anne")) == (ANN, ANNE)


async def test_of_merges_at_once_one_succeeds(store: ConversationStore) -> None:
    await _enter(store, ANN, ANNE, make_identity("third"))
    wanted = [("ann", "anne"), ("anne", "ann"), ("third", "anne"), ("ann", "anne")]
    answers = await asyncio.gather(
        *(store.merge_identities(*pair) for pair in wanted), return_exceptions=True
    )
    made = [each for each in answers if isinstance(each, IdentityMerge)]
    assert {each.merged_id for each in made} <= {"ann", "anne"}
    assert len(made) == len({each.merged_id for each in made})
    refused = [each for each in answers if each not in made]
    assert all(isinstance(each, IdentityMergeRefusedError) for each in refused)
    assert refused
