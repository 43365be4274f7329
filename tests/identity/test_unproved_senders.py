"""A sender who was checked and failed: heard, but never taken for the person it names."""

import pytest

from hooks import HookTrigger
from rooms import (
    ChannelType,
    IdentificationStatus,
    Identity,
    IdentityHookResult,
    IdentityResult,
    IdentityRoomRouter,
    InboundResult,
    RoomContext,
    RoomEvent,
    RoomKit,
    StoredIdentityResolver,
)
from rooms.domain.sender import REPLY_ADDRESS, SENDER_VERIFIED
from rooms.stores.base import ConversationStore
from rooms.testing.rig import Recorder, text
from tests.kit_fixtures import MakeKit
from tests.steps import stored

ALICE = "alice@example.com"
PHONE = "+15550100"
PERSON = Identity(
    id="alice", channel_addresses={ChannelType.EMAIL: [ALICE], ChannelType.SMS: [PHONE]}
)


@pytest.fixture
async def kit(make_kit: MakeKit, store: ConversationStore) -> RoomKit:
    made = make_kit(
        identity_resolver=StoredIdentityResolver(store), inbound_router=IdentityRoomRouter(store)
    )
    made.register_channel(Recorder("sms", channel_type=ChannelType.SMS, recipient_key="to"))
    made.register_channel(Recorder("mail", channel_type=ChannelType.EMAIL, recipient_key="to"))
    await store.create_identity(PERSON)
    return made


async def mail(kit: RoomKit, verified: bool | None, **metadata: object) -> InboundResult:
    told = {} if verified is None else {SENDER_VERIFIED: verified}
    return await kit.process_inbound(text("mail", ALICE, "hello", metadata=told | metadata))


async def home_of_alice(kit: RoomKit) -> str:
    return stored(await kit.process_inbound(text("sms", PHONE, "hi"))).room_id


@pytest.mark.parametrize("verified", [True, None])
async def test_proved_or_unchecked_sender_comes_home(kit: RoomKit, verified: bool | None) -> None:
    home = await home_of_alice(kit)

    event = stored(await mail(kit, verified))

    assert (event.room_id, event.source.participant_id) == (home, "alice")


async def test_unproved_sender_gets_a_room_of_its_own(kit: RoomKit) -> None:
    home = await home_of_alice(kit)

    event = stored(await mail(kit, False))

    assert event.room_id != home
    assert await kit.store.list_participants(event.room_id) == []
    assert event.metadata[SENDER_VERIFIED] is False


async def test_unproved_sender_does_not_speak_as_the_person(kit: RoomKit) -> None:
    room = stored(await mail(kit, True)).room_id

    event = stored(await mail(kit, False))

    assert event.room_id == room
    assert event.source.participant_id is None
    [person] = await kit.store.list_participants(room)
    assert person.connected_via == ["mail"]


async def test_unproved_sender_takes_no_address_away(kit: RoomKit) -> None:
    room = stored(await mail(kit, True)).room_id
    await mail(kit, False)

    assert stored(await mail(kit, True)).source.participant_id == "alice"
    snapshot = await kit.store.load_snapshot(room)
    assert snapshot is not None
    assert [row.participant_id for row in snapshot.addresses] == ["alice"]


async def test_hooks_may_still_turn_an_unproved_sender_away(kit: RoomKit) -> None:
    asked: list[IdentityResult] = []

    @kit.identity_hook(HookTrigger.ON_IDENTITY_UNKNOWN)
    async def refuse(
        event: RoomEvent, context: RoomContext, result: IdentityResult
    ) -> IdentityHookResult:
        asked.append(result)
        return IdentityHookResult.reject("who are you")

    result = await mail(kit, False)

    assert (result.blocked, result.reason) == (True, "who are you")
    assert asked[0].status is IdentificationStatus.UNKNOWN
    assert (asked[0].message, asked[0].identity) == ("sender_unverified", None)


@pytest.mark.parametrize(("verified", "believed"), [(True, True), (None, True), (False, False)])
async def test_where_to_answer_is_believed_of_who_opens_a_room(
    kit: RoomKit, verified: bool | None, believed: bool
) -> None:
    event = stored(await mail(kit, verified, **{REPLY_ADDRESS: "home@example.com"}))

    binding = await kit.store.get_binding(event.room_id, "mail")
    assert binding is not None
    assert binding.metadata["to"] == ALICE
    assert binding.metadata.get("reply_to") == ("home@example.com" if believed else None)


@pytest.mark.parametrize(("verified", "believed"), [(True, True), (None, False)])
async def test_where_to_answer_is_believed_of_proved_senders_only_where_others_spoke(
    kit: RoomKit, verified: bool | None, believed: bool
) -> None:
    home = await home_of_alice(kit)

    await mail(kit, verified, **{REPLY_ADDRESS: "home@example.com"})

    binding = await kit.store.get_binding(home, "mail")
    assert binding is not None
    assert ("reply_to" in binding.metadata) is believed
