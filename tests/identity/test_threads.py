"""Answers find their room: by a signed address, then by what they answer, then by who writes."""

from typing import Any

import pytest

from rooms import ChannelType, InboundResult, RoomKit
from rooms.domain.enums import ChannelDirection
from rooms.domain.provider_message import ProviderMessage
from rooms.domain.sender import ANSWERS, REPLY_ROOM, SENDER_VERIFIED
from rooms.testing.rig import Recorder, text
from tests.steps import stored

ANN, BEN = "ann@x.example", "ben@x.example"
OURS = "<ours@example.org>"


@pytest.fixture
async def desk(kit: RoomKit) -> RoomKit:
    """Ann has two rooms; `OURS` was sent from the older one, so that she is routed elsewhere."""
    for channel, organization_id in (("mail", "acme"), ("theirs", "globex")):
        line = Recorder(channel, channel_type=ChannelType.EMAIL, recipient_key="to")
        kit.register_channel(line, organization_id=organization_id)
    for room in ("older", "newer"):
        await kit.create_room(room, organization_id="acme")
        await kit.process_inbound(text("mail", ANN, "hello", room_id=room))
    [asked] = await kit.store.list_events("older")
    await note(kit, OURS, "older", asked.id)
    return kit


async def note(kit: RoomKit, message_id: str, room_id: str, event_id: str, **more: Any) -> None:
    known = ProviderMessage(
        channel_id="mail", provider_message_id=message_id, room_id=room_id, event_id=event_id
    )
    await kit.store.note_provider_messages([known.model_copy(update=more)])


async def answer(
    kit: RoomKit, sender: str = ANN, channel: str = "mail", **metadata: Any
) -> InboundResult:
    told = {
        f"_{name}" if name in ("answers", "reply_room") else name: metadata[name]
        for name in metadata
    }
    return await kit.process_inbound(text(channel, sender, "an answer", metadata=told))


async def room_of(result: InboundResult) -> str:
    return stored(result).room_id


def test_the_keys_are_those_of_providers() -> None:
    assert (ANSWERS, REPLY_ROOM) == ("_answers", "_reply_room")


async def test_who_answers_nothing_goes_to_the_newest_room(desk: RoomKit) -> None:
    assert await room_of(await answer(desk)) == "newer"


@pytest.mark.parametrize("sender", [ANN, BEN])
async def test_signed_address_leads_to_its_room(desk: RoomKit, sender: str) -> None:
    assert await room_of(await answer(desk, sender, reply_room="older")) == "older"


@pytest.mark.parametrize("sender", [ANN, BEN])
async def test_answered_message_leads_to_its_room(desk: RoomKit, sender: str) -> None:
    assert await room_of(await answer(desk, sender, answers=[(OURS, None)])) == "older"


async def test_message_is_found_by_its_event_where_the_vendor_renamed_it(desk: RoomKit) -> None:
    [asked] = await desk.store.list_events("older")

    result = await answer(desk, answers=[("<renamed@vendor.example>", asked.id)])

    assert await room_of(result) == "older"


async def test_signed_address_counts_more_than_what_is_answered(desk: RoomKit) -> None:
    assert await room_of(await answer(desk, reply_room="newer", answers=[(OURS, None)])) == "newer"


@pytest.mark.parametrize(
    "answers",
    [
        [("<unknown@x.example>", None)],
        [("<unknown@x.example>", "no-such-event")],
        [],
    ],
)
async def test_unknown_message_leads_nowhere(
    desk: RoomKit, answers: list[tuple[str, str | None]]
) -> None:
    assert await room_of(await answer(desk, answers=answers)) == "newer"


async def test_event_that_was_never_sent_leads_nowhere(desk: RoomKit) -> None:
    """Its id may be known to somebody: everybody who was in the room has read it."""
    await desk.send_event("older", "mail", stored(await answer(desk)).content)
    unsent = (await desk.store.list_events("older"))[-1]

    assert await room_of(await answer(desk, answers=[("<x@example.org>", unsent.id)])) == "newer"


async def test_message_of_theirs_leads_nowhere(desk: RoomKit) -> None:
    [asked] = await desk.store.list_events("older")
    await note(desk, "<hers@x>", "older", asked.id, direction=ChannelDirection.INBOUND)

    assert await room_of(await answer(desk, answers=[("<hers@x>", None)])) == "newer"


async def test_references_of_an_unproved_sender_do_not_count(desk: RoomKit) -> None:
    told: dict[str, Any] = {"answers": [(OURS, None)], SENDER_VERIFIED: False}

    assert await room_of(await answer(desk, **told)) == "newer"
    assert await room_of(await answer(desk, reply_room="older", **told)) == "older"


@pytest.mark.parametrize("told", [{"reply_room": "older"}, {"answers": [(OURS, None)]}])
async def test_closed_room_is_passed_over(desk: RoomKit, told: dict[str, Any]) -> None:
    await desk.close_room("older")

    assert await room_of(await answer(desk, **told)) == "newer"


async def test_room_of_another_organization_is_passed_over(desk: RoomKit) -> None:
    result = await answer(desk, channel="theirs", reply_room="older")

    room = await desk.get_room(await room_of(result))
    assert (room.id != "older", room.organization_id) == (True, "globex")


async def test_room_that_does_not_exist_is_passed_over(desk: RoomKit) -> None:
    assert await room_of(await answer(desk, reply_room="no-such-room")) == "newer"


async def test_room_that_sent_the_channel_away_is_passed_over(desk: RoomKit) -> None:
    await desk.detach_channel("older", "mail")

    assert await room_of(await answer(desk, reply_room="older")) == "newer"


async def test_colleague_joins_and_the_recipient_stays(desk: RoomKit) -> None:
    await answer(desk, BEN, reply_room="older")

    binding = await desk.store.get_binding("older", "mail")
    assert binding is not None
    assert binding.metadata["to"] == ANN
    assert await room_of(await answer(desk, BEN, reply_room="older")) == "older"
