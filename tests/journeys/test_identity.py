"""A family shares one phone: who writes is found out by text message, as a site would do it."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from pytest_django import Settings

from hooks import HookTrigger, InjectedEvent
from rooms import (
    EventSource,
    IdentificationStatus,
    Identity,
    IdentityHookResult,
    IdentityResolver,
    IdentityResult,
    InboundMessage,
    RoomContext,
    RoomEvent,
    RoomKit,
    TextContent,
)
from rooms.domain.content import text_of
from rooms.domain.enums import ChannelType
from rooms.stores.base import ConversationStore
from rooms.testing.rig import bodies
from tests.journeys.companies import TwilioLine, company, sms
from tests.journeys.sms_vendors import CHANNEL, CUSTOMER
from tests.journeys.vendor_sites import post, said_in
from tests.steps import watch

pytestmark = pytest.mark.database

HERE = __name__
FAMILY = {name: Identity(id=name.lower(), display_name=name) for name in ("Ann", "Bo", "Cy")}
QUESTION = "Where is my order 1042?"
WHO = "Who is writing: Ann, Bo or Cy?"


class FamilyDirectory(IdentityResolver):
    """Knows three people by the phone, and the one who says a name."""

    def __init__(self, store: ConversationStore) -> None:
        self._store = store

    async def resolve(self, message: InboundMessage, context: RoomContext) -> IdentityResult:
        """Answer who writes, or who it may be."""
        said = FAMILY.get(text_of(message.content))
        if said is not None:
            return IdentityResult(status=IdentificationStatus.IDENTIFIED, identity=said)
        candidates = list(FAMILY.values())
        return IdentityResult(status=IdentificationStatus.AMBIGUOUS, candidates=candidates)


class SilentDirectory(IdentityResolver):
    """Never answers."""

    def __init__(self, store: ConversationStore) -> None:
        self._store = store

    async def resolve(self, message: InboundMessage, context: RoomContext) -> IdentityResult:
        """Wait for ever."""
        await asyncio.Event().wait()
        raise AssertionError("unreachable")


@pytest.fixture
def line() -> Iterator[TwilioLine]:
    with TwilioLine.make().serving() as running:
        yield running


@pytest.fixture
def resolver() -> str:
    return f"{HERE}.FamilyDirectory"


@pytest.fixture
async def kit(
    line: TwilioLine,
    resolver: str,
    settings: Settings,
    committed_database: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[RoomKit]:
    channels = {CHANNEL: sms(line)}
    more = {"IDENTITY_RESOLVER": resolver, "IDENTITY_TIMEOUT_SECONDS": 0.05}
    async with company(channels, settings, monkeypatch, **more) as made:
        for person in FAMILY.values():
            await made.store.create_identity(person)
        yield made


def answer_doubt_with(kit: RoomKit, answer: IdentityHookResult) -> None:
    @kit.identity_hook(HookTrigger.ON_IDENTITY_AMBIGUOUS, channel_types={ChannelType.SMS})
    async def decide(
        event: RoomEvent, context: RoomContext, result: IdentityResult
    ) -> IdentityHookResult:
        return answer


def question() -> InjectedEvent[RoomEvent]:
    source = EventSource(channel_id="system", channel_type=ChannelType.SYSTEM)
    event = RoomEvent(room_id="", source=source, content=TextContent(body=WHO))
    return InjectedEvent(event=event, target_channel_ids=[CHANNEL])


async def test_somebody_in_doubt_is_served(kit: RoomKit, line: TwilioLine) -> None:
    await post(kit, line.inbound(QUESTION))

    [answer] = line.sent()
    assert "1042" in answer.text
    [room] = await kit.store.list_rooms()
    [person] = await kit.store.list_participants(room.id)
    assert person.identification is IdentificationStatus.PENDING
    assert person.candidates == ["ann", "bo", "cy"]
    assert person.display_name == CUSTOMER


async def test_who_is_named_by_hand_stays_the_same_person(kit: RoomKit, line: TwilioLine) -> None:
    await post(kit, line.inbound(QUESTION))
    [room] = await kit.store.list_rooms()
    [person] = await kit.store.list_participants(room.id)
    await kit.resolve_participant(room.id, person.id, "bo")

    await post(kit, line.inbound("Thanks"))

    [known] = await kit.store.list_participants(room.id)
    assert (known.id, known.identity_id, known.resolved_by) == (person.id, "bo", "manual")
    assert {row.source.participant_id for row in (await said_in(kit))[::2]} == {person.id}


async def test_question_who_writes_goes_out_and_the_message_is_held_back(
    kit: RoomKit, line: TwilioLine
) -> None:
    answer_doubt_with(kit, IdentityHookResult.challenge(question()))

    await post(kit, line.inbound(QUESTION))

    assert [(sent.to, sent.text) for sent in line.sent()] == [(CUSTOMER, WHO)]
    [room] = await kit.store.list_rooms()
    assert QUESTION not in bodies(await kit.store.list_events(room.id, include_internal=True))
    assert await kit.store.list_participants(room.id) == []


async def test_answer_to_the_question_names_the_person(kit: RoomKit, line: TwilioLine) -> None:
    answer_doubt_with(kit, IdentityHookResult.challenge(question()))
    await post(kit, line.inbound(QUESTION))
    await post(kit, line.inbound("Bo"))

    await post(kit, line.inbound(QUESTION))

    [room] = await kit.store.list_rooms()
    [person] = await kit.store.list_participants(room.id)
    assert (person.identity_id, person.display_name) == ("bo", "Bo")
    assert "1042" in line.sent()[-1].text
    assert [sent.text for sent in line.sent()].count(WHO) == 1


async def test_rejected_sender_leaves_nothing_and_hears_nothing(
    kit: RoomKit, line: TwilioLine
) -> None:
    answer_doubt_with(kit, IdentityHookResult.reject("not on this phone"))

    await post(kit, line.inbound(QUESTION))

    [room] = await kit.store.list_rooms()
    assert await kit.store.list_events(room.id) == []
    assert await kit.store.list_participants(room.id) == []
    assert line.sent() == []


@pytest.mark.parametrize("resolver", [f"{HERE}.SilentDirectory"])
async def test_directory_that_does_not_answer_keeps_nobody_waiting(
    kit: RoomKit, line: TwilioLine
) -> None:
    news = watch(kit, "identity_timeout")

    await post(kit, line.inbound(QUESTION))

    assert len(await news.until(1)) == 1
    assert "1042" in line.sent()[0].text
    [room] = await kit.store.list_rooms()
    assert await kit.store.list_participants(room.id) == []
