"""Two identities become one person for everything that looks people up."""

import pytest

from rooms import (
    ChannelType,
    Identity,
    IdentityMergeRefusedError,
    IdentityRoomRouter,
    MockIdentityResolver,
    RoomKit,
)
from rooms.stores.base import ConversationStore
from rooms.testing.rig import Recorder, text
from tests.kit_fixtures import MakeKit
from tests.steps import stored, watch

PHONE, EMAIL, BO_PHONE = "+15550100", "ann@x.example", "+15550177"
ANN = Identity(id="ann", channel_addresses={ChannelType.SMS: [PHONE]})
ANNE = Identity(id="anne", channel_addresses={ChannelType.EMAIL: [EMAIL]})


@pytest.fixture
async def kit(make_kit: MakeKit, store: ConversationStore) -> RoomKit:
    """The host's own directory goes on naming both people as they were."""
    directory = MockIdentityResolver(mapping={PHONE: ANN, EMAIL: ANNE, BO_PHONE: Identity(id="bo")})
    made = make_kit(identity_resolver=directory, inbound_router=IdentityRoomRouter(store))
    made.register_channel(Recorder("sms", channel_type=ChannelType.SMS))
    made.register_channel(Recorder("mail", channel_type=ChannelType.EMAIL))
    for person in (ANN, ANNE):
        await store.create_identity(person)
    return made


async def write(kit: RoomKit, channel: str, address: str) -> str:
    return stored(await kit.process_inbound(text(channel, address, "hello"))).room_id


async def test_merged_people_write_into_one_room(kit: RoomKit) -> None:
    room = await write(kit, "sms", PHONE)
    await kit.merge_identities("ann", "anne")

    assert await write(kit, "mail", EMAIL) == room
    [person] = await kit.store.list_participants(room)
    assert (person.identity_id, person.connected_via) == ("ann", ["sms", "mail"])


async def test_merge_at_another_company_is_not_followed(kit: RoomKit) -> None:
    """The host's directory may number the customers of each company from one."""
    for name in ("bob", "bo"):
        await kit.store.create_identity(Identity(id=name, organization_id="globex"))
    await kit.merge_identities("bob", "bo")

    room = await write(kit, "sms", BO_PHONE)

    [person] = await kit.store.list_participants(room)
    assert (person.id, person.identity_id) == ("bo", "bo")


async def test_people_who_are_apart_again_write_into_two_rooms(kit: RoomKit) -> None:
    merge = await kit.merge_identities("ann", "anne")
    await kit.unmerge_identities(merge.id)

    assert await write(kit, "sms", PHONE) != await write(kit, "mail", EMAIL)


async def test_somebody_in_doubt_becomes_the_survivor(kit: RoomKit) -> None:
    await kit.create_room("room")
    await kit.ensure_participant("room", "sms", "somebody")
    await kit.merge_identities("ann", "anne")

    person = await kit.resolve_participant("room", "somebody", "anne")

    assert person.identity_id == "ann"


async def test_host_is_told_of_both(kit: RoomKit) -> None:
    news = watch(kit, "identities_merged", "identities_unmerged")

    merge = await kit.merge_identities("ann", "anne", user_id="7", reason="same voice")
    await kit.unmerge_identities(merge.id, user_id="8")

    told = await news.until(2)
    assert [each.type for each in told] == ["identities_merged", "identities_unmerged"]
    assert told[0].data["survivor_id"] == "ann"
    assert {each.data["merge_id"] for each in told} == {merge.id}


async def test_refused_merge_is_not_told(kit: RoomKit) -> None:
    news = watch(kit, "identities_merged")

    with pytest.raises(IdentityMergeRefusedError, match="itself"):
        await kit.merge_identities("ann", "ann")

    assert list(news) == []
