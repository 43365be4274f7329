"""Who a sender is: the decision about the participant row, and the resolvers that ship."""

import logging
from typing import Any

import pytest

from rooms import (
    ChannelType,
    EventType,
    IdentificationStatus,
    Identity,
    InMemoryStore,
    MockIdentityResolver,
    Participant,
    RoomContext,
    RoomSnapshot,
    StoredIdentityResolver,
)
from rooms.domain.commit import RoomAddress
from rooms.pipeline.people import (
    Seat,
    Sender,
    known_participant,
    new_addresses,
    reach_through,
    seat,
)
from rooms.testing.factories import (
    CHANNEL,
    ROOM,
    make_address,
    make_identity,
    make_participant,
    make_room,
)
from rooms.testing.rig import text

Status = IdentificationStatus
ANN = make_identity("id-ann", display_name="Ann")
PHONE = "+15550001"


def sender(address: str = PHONE, **fields: Any) -> Sender:
    """A sender on the text channel."""
    return Sender(address=address, **{"channel_id": CHANNEL, "channel_type": "sms"} | fields)


def room(*people: Participant, addresses: tuple[RoomAddress, ...] = ()) -> RoomSnapshot:
    """A room with these people and what it remembers of addresses."""
    context = RoomContext(room=make_room(), participants=list(people))
    return RoomSnapshot(context=context, addresses=addresses)


def identified(**fields: Any) -> Sender:
    """Ann, as a resolver has found her."""
    return sender(status=Status.IDENTIFIED, identity=ANN, **fields)


# -- who it is


@pytest.mark.parametrize(
    ("person", "who"),
    [
        (make_participant("id-ann"), identified()),  # the row's id is the identity
        (make_participant("p1", identity_id="id-ann"), identified()),  # identified before
        (make_participant(PHONE), sender()),  # the row's id is the address
        (make_participant("p1"), sender()),  # by the address it wrote from
    ],
)
def test_known_person_is_found(person: Participant, who: Sender) -> None:
    snapshot = room(person, addresses=(make_address(PHONE, participant_id=person.id),))

    assert known_participant(snapshot, who) == person


@pytest.mark.parametrize(
    "address",
    [
        make_address("+15550002", participant_id="p1"),  # another number
        make_address(PHONE, participant_id="p1", channel_type=ChannelType.WHATSAPP),
        make_address(PHONE, participant_id=None),  # it wrote, but nobody knows who that was
        make_address(PHONE, participant_id="gone"),
    ],
)
def test_stranger_is_nobody(address: RoomAddress) -> None:
    assert known_participant(room(make_participant("p1"), addresses=(address,)), sender()) is None


def test_identity_outranks_the_address() -> None:
    ann = make_participant("p-ann", identity_id="id-ann")
    bob = make_participant("p-bob")
    snapshot = room(bob, ann, addresses=(make_address(PHONE, participant_id="p-bob"),))

    assert known_participant(snapshot, identified()) == ann


# -- where they sit


def test_unknown_sender_leaves_no_record() -> None:
    assert seat(room(), sender()) == Seat(None)


def test_pending_sender_sits_under_their_address() -> None:
    taken = seat(room(), sender(status=Status.PENDING, candidates=("id-ann", "id-bob")))

    assert taken.participant is not None
    assert (taken.participant_id, taken.news) == (PHONE, EventType.PARTICIPANT_JOINED)
    assert taken.participant.identification is Status.PENDING
    assert taken.participant.display_name == PHONE
    assert taken.participant.candidates == ["id-ann", "id-bob"]


def test_identified_sender_sits_under_their_identity() -> None:
    taken = seat(room(), identified(resolved_by="hook"))

    person = taken.participant
    assert person is not None
    assert (taken.participant_id, taken.news) == ("id-ann", EventType.PARTICIPANT_JOINED)
    assert (person.identification, person.identity_id) == (Status.IDENTIFIED, "id-ann")
    assert (person.display_name, person.resolved_by) == ("Ann", "hook")
    assert person.connected_via == [CHANNEL]


def test_pending_person_is_promoted_and_keeps_the_id() -> None:
    pending = make_participant(PHONE, candidates=["id-ann", "id-bob"])

    taken = seat(room(pending), identified())

    assert taken.participant is not None
    assert (taken.participant_id, taken.news) == (PHONE, EventType.PARTICIPANT_IDENTIFIED)
    assert taken.participant.identity_id == "id-ann"
    assert taken.participant.candidates is None


def test_known_person_on_a_known_channel_is_not_written_again() -> None:
    ann = make_participant("id-ann", identification=Status.IDENTIFIED, identity_id="id-ann")

    assert seat(room(ann), identified()) == Seat("id-ann")


def test_second_channel_is_added_quietly() -> None:
    ann = make_participant("id-ann", identification=Status.IDENTIFIED, identity_id="id-ann")

    taken = seat(room(ann), identified(channel_id="mail"))

    assert taken.participant is not None
    assert (taken.news, taken.participant.channel_id) == (None, CHANNEL)
    assert taken.participant.connected_via == [CHANNEL, "mail"]


def test_name_the_room_knows_outlives_an_identity_without_one() -> None:
    pending = make_participant(PHONE, display_name="the caller")

    taken = seat(room(pending), sender(status=Status.IDENTIFIED, identity=make_identity("id-x")))

    assert taken.participant is not None
    assert taken.participant.display_name == "the caller"


def test_warning_about_a_second_channel_names_both(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="roomkit.identity"):
        reach_through(make_participant("ann"), "mail")

    [record] = caplog.records
    assert CHANNEL in record.getMessage()
    assert "mail" in record.getMessage()


def test_address_leads_back_to_the_room_and_the_person() -> None:
    [address] = new_addresses(room(), sender(), "id-ann")

    assert (address.room_id, address.channel_type, address.address) == (ROOM, "sms", PHONE)
    assert address.participant_id == "id-ann"


def test_addresses_that_the_room_knows_are_not_written_again() -> None:
    known = make_address(PHONE, participant_id="id-ann")

    rows = new_addresses(room(addresses=(known,)), sender(aliases=("CA.1",)), "id-ann")

    assert [row.address for row in rows] == ["CA.1"]


def test_address_of_a_group_is_nobodys_own() -> None:
    [address] = new_addresses(room(), sender(conversation="group", aliases=("CA.1",)), "id-ann")

    assert (address.address, address.participant_id) == ("group", None)


# -- the resolvers that ship


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("+1", Status.IDENTIFIED),
        ("+2", Status.AMBIGUOUS),
        ("+3", Status.UNKNOWN),
    ],
)
async def test_mock_resolver_answers_from_its_tables(who: str, status: Status) -> None:
    bob = make_identity("id-bob")
    resolver = MockIdentityResolver(mapping={"+1": ANN}, ambiguous={"+2": [ANN, bob]})

    result = await resolver.resolve(text("sms", who, "hello"), RoomContext(room=make_room()))

    assert result.status is status
    assert result.identity == (ANN if status is Status.IDENTIFIED else None)
    assert result.candidates == ([ANN, bob] if status is Status.AMBIGUOUS else [])
    assert resolver.calls == [who]


async def test_mock_resolver_says_of_strangers_what_it_was_told() -> None:
    resolver = MockIdentityResolver(unknown_status=Status.REJECTED)

    result = await resolver.resolve(text("sms", "+3", "hello"), RoomContext(room=make_room()))

    assert result.status is Status.REJECTED


@pytest.mark.parametrize(
    ("organization_id", "found"),
    [
        ("acme", "id-acme"),
        ("globex", "id-globex"),  # the same number is another person at another company
        ("initech", None),
        (None, None),  # a room of no organization sees nobody's people
    ],
)
async def test_stored_resolver_looks_in_the_room_s_own_organization(
    store: InMemoryStore, organization_id: str | None, found: str | None
) -> None:
    for company in ("acme", "globex"):
        await store.create_identity(
            Identity(
                id=f"id-{company}",
                organization_id=company,
                channel_addresses={"sms": [PHONE]},
            )
        )
    context = RoomContext(room=make_room(organization_id=organization_id))
    message = text("sms", PHONE, "hello", channel_type=ChannelType.SMS)

    result = await StoredIdentityResolver(store).resolve(message, context)

    assert (result.identity.id if result.identity else None) == found
    assert result.status is (Status.IDENTIFIED if found else Status.UNKNOWN)


async def test_stored_resolver_tells_kinds_of_addresses_apart(store: InMemoryStore) -> None:
    await store.create_identity(Identity(id="ann", channel_addresses={"sms": [PHONE]}))
    message = text("wa", PHONE, "hello", channel_type=ChannelType.WHATSAPP)

    result = await StoredIdentityResolver(store).resolve(message, RoomContext(room=make_room()))

    assert result.status is Status.UNKNOWN
