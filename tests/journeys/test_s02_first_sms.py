"""A stranger writes to a shared number: a room appears, knows who wrote, and can answer."""

from typing import Any

import pytest

from channels_app import MockSMSProvider, SMSChannel
from hooks import HookTrigger
from rooms import (
    EventStatus,
    IdentificationStatus,
    Identity,
    InboundResult,
    MockIdentityResolver,
    RoomContext,
    RoomEvent,
    RoomKit,
)
from rooms.testing.rig import ScriptedAgent, bodies, text
from tests.kit_fixtures import MakeKit
from tests.steps import Seen, spy, stored, timeline, watch

NOOR = Identity(id="noor", display_name="Noor", organization_id="acme")
NUMBER = "+15550100"
HELLO = "Hello, anyone there?"
GREETING = "Hello Noor! " + "How can I help? " * 200
RAW = {"MessageSid": "SM1", "Body": HELLO, "Vendor": {"unknown": [1, None, "ü"]}}


class Desk:
    """One shared number; every new room gets the agent."""

    def __init__(self, kit: RoomKit) -> None:
        self.kit = kit
        self.provider = MockSMSProvider()
        self.agent = ScriptedAgent("ai", GREETING)
        kit.register_channel(
            SMSChannel("sms_main", provider=self.provider, from_number="+15550001"),
            organization_id="acme",
        )
        kit.register_channel(self.agent)
        kit.hook(HookTrigger.ON_ROOM_CREATED, name="hire")(self._hire)

    async def receive(self, sender: str, body: str, sid: str) -> InboundResult:
        """Take in one text message."""
        raw = RAW | {"MessageSid": sid, "Body": body}
        return await self.kit.process_inbound(
            text(
                "sms_main",
                sender,
                body,
                raw_payload=raw,
                provider_message_id=sid,
                idempotency_key=sid,
            )
        )

    async def first(self) -> InboundResult:
        """Take in the stranger's first message."""
        return await self.receive(NUMBER, HELLO, "SM1")

    async def _hire(self, event: RoomEvent, context: RoomContext) -> None:
        await self.kit.attach_channel(event.room_id, "ai")


@pytest.fixture
async def desk(make_kit: MakeKit) -> Desk:
    kit = make_kit(identity_resolver=MockIdentityResolver(mapping={NUMBER: NOOR}))
    await kit.store.create_identity(NOOR)
    return Desk(kit)


async def test_room_belongs_to_the_organization_of_the_channel(desk: Desk) -> None:
    event = stored(await desk.first())

    assert (await desk.kit.get_room(event.room_id)).organization_id == "acme"


@pytest.mark.parametrize("trigger", [HookTrigger.ON_ROOM_CREATED, HookTrigger.ON_SESSION_STARTED])
async def test_hooks_learn_of_the_new_room_once(desk: Desk, trigger: HookTrigger) -> None:
    seen: Seen[Any] = spy(desk.kit, trigger)

    event = stored(await desk.first())
    await desk.receive(NUMBER, "still there?", "SM2")

    assert [payload.room_id for payload in await seen.until(1)] == [event.room_id]


async def test_host_learns_of_the_room_and_of_the_person(desk: Desk) -> None:
    news = watch(desk.kit, "room_created", "identity_resolved")

    event = stored(await desk.first())

    assert [(item.type, item.room_id) for item in await news.until(2)] == [
        ("room_created", event.room_id),
        ("identity_resolved", event.room_id),
    ]


async def test_sender_becomes_the_identified_participant(desk: Desk) -> None:
    event = stored(await desk.first())

    [person] = await desk.kit.store.list_participants(event.room_id)
    assert person.identification is IdentificationStatus.IDENTIFIED
    assert person.identity_id == "noor"
    assert person.connected_via == ["sms_main"]
    assert event.source.participant_id == person.id


async def test_question_and_greeting_are_the_timeline(desk: Desk) -> None:
    event = stored(await desk.first())

    question, greeting = await timeline(desk.kit, event.room_id)
    assert bodies([question, greeting]) == [HELLO, GREETING]
    assert [question.chain_depth, greeting.chain_depth] == [0, 1]
    assert question.status is greeting.status is EventStatus.DELIVERED


async def test_provider_input_is_kept_unchanged(desk: Desk) -> None:
    event = stored(await desk.first())

    row = await desk.kit.store.get_event(event.id)
    assert row is not None
    assert row.source.raw_payload == RAW
    assert row.source.provider_message_id == "SM1"


async def test_answer_goes_to_the_sender_and_fits_a_text_message(desk: Desk) -> None:
    await desk.first()

    [sent] = desk.provider.sent
    [body] = bodies([sent["event"]])
    assert sent["to"] == NUMBER
    assert len(body) == 1600
    assert body.endswith("...")


async def test_source_is_not_among_the_deliveries_of_its_own_message(desk: Desk) -> None:
    result = await desk.first()

    assert "sms_main" not in result.delivery_results


async def test_second_message_joins_the_room_as_the_same_person(desk: Desk) -> None:
    first = stored(await desk.first())

    second = stored(await desk.receive(NUMBER, "still there?", "SM2"))

    assert second.room_id == first.room_id
    assert second.source.participant_id == first.source.participant_id
    assert len(await desk.kit.store.list_participants(first.room_id)) == 1


async def test_another_stranger_gets_another_room(desk: Desk) -> None:
    first = stored(await desk.first())

    other = stored(await desk.receive("+15550199", "Is this the pharmacy?", "SM9"))

    assert other.room_id != first.room_id
    assert HELLO not in desk.agent.asked[-1].prompt


async def test_redelivered_message_makes_no_second_row(desk: Desk) -> None:
    first = stored(await desk.first())

    again = stored(await desk.first())

    assert again.id == first.id
    assert len(await timeline(desk.kit, first.room_id)) == 2
    assert len(desk.provider.sent) == 1
