"""A family shares one phone: the sender is ambiguous until somebody says who it is."""

import asyncio

import pytest

from hooks import HookTrigger, InjectedEvent
from rooms import (
    ChannelType,
    EventSource,
    EventType,
    IdentificationStatus,
    Identity,
    IdentityHookResult,
    IdentityResolver,
    IdentityResult,
    InboundMessage,
    InboundResult,
    Participant,
    RoomContext,
    RoomEvent,
    RoomKit,
    TextContent,
)
from rooms.testing.rig import Recorder, ScriptedAgent, bodies, text
from tests.kit_fixtures import MakeKit
from tests.steps import Seen, spy, stored, timeline, watch

PHONE = "+15550100"
FAMILY = [
    Identity(id=f"id_{n}", display_name=name) for n, name in enumerate(("Ann", "Bo", "Cy"), 1)
]


class FamilyDirectory(IdentityResolver):
    """Knows three people by the phone until it is told which of them writes."""

    def __init__(self) -> None:
        self.lookups = 0
        self.answer = IdentityResult(
            status=IdentificationStatus.AMBIGUOUS,
            candidates=FAMILY,
            address=PHONE,
            channel_type=ChannelType.SMS,
        )

    async def resolve(self, message: InboundMessage, context: RoomContext) -> IdentityResult:
        """Answer what was set."""
        self.lookups += 1
        return self.answer


class Phone:
    """A room with the family's phone and an agent."""

    def __init__(self, kit: RoomKit, directory: FamilyDirectory) -> None:
        self.kit = kit
        self.directory = directory
        self.sms = Recorder("sms", channel_type=ChannelType.SMS, recipient_key="phone_number")

    async def open(self) -> None:
        """Create the identities, the room and its channels."""
        for person in FAMILY:
            await self.kit.store.create_identity(person)
        self.kit.register_channel(self.sms)
        self.kit.register_channel(ScriptedAgent("ai", "Your balance is 12."))
        await self.kit.create_room("home")
        await self.kit.attach_channel("home", "sms", metadata={"phone_number": PHONE})
        await self.kit.attach_channel("home", "ai")

    async def write(self, body: str = "balance please") -> InboundResult:
        """Let somebody write from the phone; routing must find the room."""
        return await self.kit.process_inbound(text("sms", PHONE, body))

    async def people(self) -> list[Participant]:
        """Return the room's participants."""
        return await self.kit.store.list_participants("home")

    def answer_ambiguity_with(self, answer: IdentityHookResult | None) -> None:
        """Register the hook that is asked who it is."""

        @self.kit.identity_hook(HookTrigger.ON_IDENTITY_AMBIGUOUS)
        async def decide(
            event: RoomEvent, context: RoomContext, result: IdentityResult
        ) -> IdentityHookResult | None:
            return answer


@pytest.fixture
async def phone(make_kit: MakeKit) -> Phone:
    directory = FamilyDirectory()
    opened = Phone(make_kit(identity_resolver=directory), directory)
    await opened.open()
    return opened


@pytest.fixture
async def pending_phone(phone: Phone) -> Phone:
    """The phone after its first message, with the sender still pending."""
    phone.answer_ambiguity_with(IdentityHookResult.pending(candidates=FAMILY))
    await phone.write()
    return phone


async def resolve_to_bo(phone: Phone) -> Participant:
    [person] = await phone.people()
    return await phone.kit.resolve_participant("home", person.id, "id_2")


async def test_ambiguous_sender_is_one_pending_participant(pending_phone: Phone) -> None:
    [person] = await pending_phone.people()

    assert person.identification is IdentificationStatus.PENDING
    assert person.candidates == ["id_1", "id_2", "id_3"]
    assert person.display_name == PHONE


async def test_pending_sender_is_served(pending_phone: Phone) -> None:
    rows = await timeline(pending_phone.kit, "home")

    messages = [row for row in rows if row.type is EventType.MESSAGE]
    assert bodies(messages) == ["balance please", "Your balance is 12."]
    assert {row.status.value for row in messages} == {"delivered"}


async def test_resolving_by_hand_names_the_person(pending_phone: Phone) -> None:
    person = await resolve_to_bo(pending_phone)

    assert person.identification is IdentificationStatus.IDENTIFIED
    assert person.identity_id == "id_2"
    assert person.display_name == "Bo"
    assert not person.candidates
    assert person.resolved_by == "manual"
    assert person.resolved_at is not None


async def test_resolving_is_recorded_and_told_once(pending_phone: Phone) -> None:
    told = spy(pending_phone.kit, HookTrigger.ON_PARTICIPANT_IDENTIFIED)

    await resolve_to_bo(pending_phone)

    await told.until(1)
    rows = await pending_phone.kit.store.list_events("home", include_internal=True)
    identified = [row for row in rows if row.type is EventType.PARTICIPANT_IDENTIFIED]
    assert len(identified) == len(told) == 1


async def test_resolved_person_is_not_looked_up_again(pending_phone: Phone) -> None:
    await resolve_to_bo(pending_phone)
    pending_phone.directory.answer = IdentityResult(
        status=IdentificationStatus.IDENTIFIED, identity=FAMILY[1]
    )
    lookups = pending_phone.directory.lookups

    result = await pending_phone.write("thanks")

    assert pending_phone.directory.lookups == lookups
    assert stored(result).room_id == "home"
    assert len(await pending_phone.people()) == 1


def question(body: str) -> InjectedEvent[RoomEvent]:
    event = RoomEvent(
        room_id="home",
        source=EventSource(channel_id="system", channel_type=ChannelType.SYSTEM),
        content=TextContent(body=body),
    )
    return InjectedEvent(event=event, target_channel_ids=["sms"])


async def test_challenge_is_sent_and_the_message_held_back(phone: Phone) -> None:
    phone.answer_ambiguity_with(IdentityHookResult.challenge(question("Who is writing?")))

    result = await phone.write()

    assert result.blocked
    assert result.reason == "identity_challenge_sent"
    await phone.sms.until_delivered(1)
    assert bodies(phone.sms.delivered) == ["Who is writing?"]
    assert "balance please" not in bodies(await timeline(phone.kit, "home"))


async def test_rejected_sender_leaves_nothing_behind(phone: Phone) -> None:
    phone.answer_ambiguity_with(IdentityHookResult.reject("no"))

    result = await phone.write()

    assert (result.blocked, result.reason, result.event) == (True, "no", None)
    assert await timeline(phone.kit, "home") == []
    assert await phone.people() == []


class SilentDirectory(IdentityResolver):
    """Never answers."""

    async def resolve(self, message: InboundMessage, context: RoomContext) -> IdentityResult:
        """Wait for ever."""
        await asyncio.Event().wait()
        raise AssertionError("unreachable")


async def test_slow_directory_makes_the_sender_unknown_and_serves_him(make_kit: MakeKit) -> None:
    kit = make_kit(identity_resolver=SilentDirectory(), identity_timeout=0.02)
    kit.register_channel(Recorder("sms", channel_type=ChannelType.SMS))
    news: Seen[object] = watch(kit, "identity_timeout")  # type: ignore[assignment]

    result = await kit.process_inbound(text("sms", PHONE, "balance please"))

    assert not result.blocked
    assert len(await news.until(1)) == 1


async def test_unknown_sender_without_a_hook_leaves_no_record(phone: Phone) -> None:
    phone.directory.answer = IdentityResult(status=IdentificationStatus.UNKNOWN)

    result = await phone.write()

    assert not result.blocked
    assert await phone.people() == []
