"""Participants of rooms, and who they are across rooms."""

import pytest

from rooms.domain.enums import IdentificationStatus, ParticipantRole
from rooms.domain.errors import (
    AddressTakenError,
    IdentityNotFoundError,
    ParticipantNotFoundError,
    RoomNotFoundError,
)
from rooms.stores.base import ConversationStore
from rooms.testing.factories import ROOM, at, make_identity, make_participant, make_room


async def test_a_participant_reads_back_equal(store: ConversationStore) -> None:
    await store.create_room(make_room())
    participant = make_participant(
        display_name="Ann",
        role=ParticipantRole.OWNER,
        identification=IdentificationStatus.AMBIGUOUS,
        candidates=["id-1", "id-2"],
        connected_via=["sms-1", "mail"],
        external_id="crm-7",
        resolved_at=at(2),
        resolved_by="auto",
        joined_at=at(1),
        metadata={"a": [1]},
    )
    assert await store.add_participant(participant) == participant
    assert await store.get_participant(ROOM, "ann") == participant


@pytest.mark.parametrize("candidates", [None, []])
async def test_no_candidates_and_unasked_stay_apart(
    store: ConversationStore, candidates: list[str] | None
) -> None:
    await store.create_room(make_room())
    await store.add_participant(make_participant(candidates=candidates))
    kept = await store.get_participant(ROOM, "ann")
    assert kept is not None
    assert kept.candidates == candidates


async def test_one_person_is_one_row_per_room(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await store.create_room(make_room("other"))
    await store.add_participant(make_participant())
    there = await store.add_participant(make_participant(room_id="other"))
    here = await store.add_participant(make_participant(display_name="Ann"))
    assert await store.list_participants(ROOM) == [here]
    assert await store.list_participants("other") == [there]


async def test_participants_are_listed_in_joining_order(store: ConversationStore) -> None:
    await store.create_room(make_room())
    for person, minute in (("c", 1), ("b", 0), ("a", 1)):
        await store.add_participant(make_participant(person, joined_at=at(minute)))
    assert [p.id for p in await store.list_participants(ROOM)] == ["b", "a", "c"]


async def test_a_person_joins_a_known_room_only(store: ConversationStore) -> None:
    with pytest.raises(RoomNotFoundError):
        await store.add_participant(make_participant())
    assert await store.get_participant(ROOM, "ann") is None
    assert await store.list_participants(ROOM) == []


async def test_a_participant_is_updated(store: ConversationStore) -> None:
    await store.create_room(make_room())
    participant = await store.add_participant(make_participant())
    changed = participant.model_copy(update={"display_name": "Ann"})
    assert await store.update_participant(changed) == changed
    assert await store.get_participant(ROOM, "ann") == changed


async def test_updating_an_unknown_participant_is_refused(store: ConversationStore) -> None:
    await store.create_room(make_room())
    with pytest.raises(ParticipantNotFoundError, match="ann"):
        await store.update_participant(make_participant())


async def test_changing_a_returned_participant_changes_nothing_stored(
    store: ConversationStore,
) -> None:
    await store.create_room(make_room())
    given = make_participant(metadata={"tags": ["a"]})
    returned = await store.add_participant(given)
    for mine in (given, returned):
        mine.metadata["tags"].append("b")
        mine.connected_via.append("mail")
    kept = await store.get_participant(ROOM, "ann")
    assert kept is not None
    assert (kept.metadata, kept.connected_via) == ({"tags": ["a"]}, ["sms-1"])


async def test_an_identity_reads_back_equal(store: ConversationStore) -> None:
    identity = make_identity(
        organization_id="x",
        display_name="Ann",
        email="ann@example.test",
        phone="+1",
        channel_addresses={"sms": ["+2", "+1"], "email": ["ann@example.test"]},
        external_id="crm-7",
        external_ids={"shop": "9"},
        metadata={"a": [1]},
    )
    assert await store.create_identity(identity) == identity
    assert await store.get_identity("id-ann") == identity
    assert await store.get_identity("id-bob") is None


async def test_an_identity_is_resolved_by_each_address(store: ConversationStore) -> None:
    addresses = {"sms": ["+1", "+2"], "email": ["a@example.test"]}
    identity = await store.create_identity(make_identity(channel_addresses=addresses))
    assert await store.resolve_identity("sms", "+2") == identity
    assert await store.resolve_identity("email", "a@example.test") == identity
    assert await store.resolve_identity("whatsapp", "+2") is None
    assert await store.resolve_identity("sms", "+3") is None


async def test_every_organization_is_a_namespace_of_its_own(store: ConversationStore) -> None:
    for organization_id in ("x", "y", None):
        identity = make_identity(
            f"id-{organization_id}",
            organization_id=organization_id,
            channel_addresses={"sms": ["+1"]},
        )
        await store.create_identity(identity)
    found = [await store.resolve_identity("sms", "+1", org) for org in ("x", "y", None, "", "z")]
    assert [identity and identity.id for identity in found] == [
        "id-x",
        "id-y",
        "id-None",
        "id-None",
        None,
    ]


async def test_an_identity_with_a_taken_address_is_refused(store: ConversationStore) -> None:
    await store.create_identity(make_identity("id-ann", channel_addresses={"sms": ["+1"]}))
    with pytest.raises(AddressTakenError, match="id-ann"):
        await store.create_identity(
            make_identity("id-bob", channel_addresses={"sms": ["+2", "+1"]})
        )
    assert await store.get_identity("id-bob") is None
    assert await store.resolve_identity("sms", "+2") is None


async def test_a_taken_identity_id_is_refused(store: ConversationStore) -> None:
    await store.create_identity(make_identity(display_name="Ann"))
    with pytest.raises(ValueError, match="id-ann"):
        await store.create_identity(make_identity(display_name="Bob"))
    kept = await store.get_identity("id-ann")
    assert kept is not None
    assert kept.display_name == "Ann"


async def test_a_linked_address_resolves_in_its_organization(store: ConversationStore) -> None:
    await store.create_identity(
        make_identity(organization_id="x", channel_addresses={"sms": ["+1"]})
    )
    await store.link_address("id-ann", "sms", "+2")
    await store.link_address("id-ann", "email", "a@example.test")
    found = await store.resolve_identity("sms", "+2", "x")
    assert found is not None
    assert found.channel_addresses == {"sms": ["+1", "+2"], "email": ["a@example.test"]}
    assert await store.resolve_identity("sms", "+2") is None


async def test_linking_ones_own_address_again_changes_nothing(store: ConversationStore) -> None:
    identity = await store.create_identity(make_identity(channel_addresses={"sms": ["+1"]}))
    await store.link_address("id-ann", "sms", "+1")
    assert await store.get_identity("id-ann") == identity


async def test_linking_anothers_address_is_refused(store: ConversationStore) -> None:
    await store.create_identity(make_identity("id-ann", channel_addresses={"sms": ["+1"]}))
    bob = await store.create_identity(make_identity("id-bob"))
    with pytest.raises(AddressTakenError, match="id-ann"):
        await store.link_address("id-bob", "sms", "+1")
    assert await store.get_identity("id-bob") == bob


async def test_linking_to_nobody_is_refused(store: ConversationStore) -> None:
    with pytest.raises(IdentityNotFoundError, match="id-ann"):
        await store.link_address("id-ann", "sms", "+1")
