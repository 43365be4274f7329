"""Who writes: what a resolver and the hooks may answer, and what follows (RFC §7)."""

import asyncio

import pytest

from hooks import HookTrigger, InjectedEvent
from rooms import (
    ChannelType,
    EditContent,
    EventStatus,
    EventType,
    IdentificationStatus,
    Identity,
    IdentityHookResult,
    IdentityResolver,
    IdentityResult,
    InboundMessage,
    Participant,
    RoomContext,
    RoomEvent,
    TextContent,
)
from rooms.testing.rig import Recorder, bodies
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene, injection
from tests.steps import stored, watch

NOOR = Identity(id="noor", display_name="Noor")
ZOE = Identity(id="zoe", display_name="Zoe")
Status = IdentificationStatus


class Directory(IdentityResolver):
    """Answers what it was told to, and counts how often it was asked."""

    def __init__(self) -> None:
        self.answer: IdentityResult | Exception = IdentityResult(status=Status.UNKNOWN)
        self.asked: list[str] = []

    async def resolve(self, message: InboundMessage, context: RoomContext) -> IdentityResult:
        """Answer or fail."""
        self.asked.append(message.sender_id)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Door:
    """A scene whose senders are looked up."""

    def __init__(self, scene: Scene, directory: Directory) -> None:
        self.scene = scene
        self.directory = directory

    async def people(self) -> list[Participant]:
        """Return the room's participants."""
        return await self.scene.kit.store.list_participants(ROOM)

    def hook(self, trigger: HookTrigger, answer: IdentityHookResult | None) -> list[IdentityResult]:
        """Register a hook with this answer; return the list of what it was told."""
        told: list[IdentityResult] = []

        @self.scene.kit.identity_hook(trigger)
        async def decide(
            event: RoomEvent, context: RoomContext, result: IdentityResult
        ) -> IdentityHookResult | None:
            told.append(result)
            return answer

        return told


@pytest.fixture
async def door(make_kit: MakeKit) -> Door:
    directory = Directory()
    scene = Scene(make_kit(identity_resolver=directory))
    for identity in (NOOR, ZOE):
        await scene.kit.store.create_identity(identity)
    await scene.open()
    return Door(scene, directory)


UNKNOWN, AMBIGUOUS = HookTrigger.ON_IDENTITY_UNKNOWN, HookTrigger.ON_IDENTITY_AMBIGUOUS


@pytest.mark.rfc("1.8")
@pytest.mark.parametrize(
    ("status", "trigger", "answer", "identification"),
    [
        (Status.UNKNOWN, UNKNOWN, IdentityHookResult.resolved(NOOR), Status.IDENTIFIED),
        (Status.UNKNOWN, UNKNOWN, IdentityHookResult.pending(), Status.PENDING),
        (Status.UNKNOWN, UNKNOWN, None, None),  # no answer: no record
        (Status.AMBIGUOUS, AMBIGUOUS, IdentityHookResult.resolved(NOOR), Status.IDENTIFIED),
        (Status.AMBIGUOUS, AMBIGUOUS, IdentityHookResult.pending(), Status.PENDING),
        (Status.AMBIGUOUS, AMBIGUOUS, None, Status.PENDING),
        (Status.PENDING, AMBIGUOUS, None, Status.PENDING),
    ],
)
async def test_message_is_served_and_its_sender_recorded(
    door: Door,
    status: Status,
    trigger: HookTrigger,
    answer: IdentityHookResult | None,
    identification: Status | None,
) -> None:
    door.directory.answer = IdentityResult(status=status, candidates=[NOOR, ZOE])
    door.hook(trigger, answer)

    result = await door.scene.say(sender="+1")

    assert stored(result).status is EventStatus.DELIVERED
    recorded = [person.identification for person in await door.people()]
    assert recorded == ([] if identification is None else [identification])


@pytest.mark.rfc("1.8")
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (IdentityResult(status=Status.CHALLENGE_SENT), "identity_challenge_sent"),
        (IdentityResult(status=Status.CHALLENGE_SENT, message="sent a code"), "sent a code"),
        (IdentityResult(status=Status.REJECTED), "identity_rejected"),
    ],
)
async def test_resolver_may_hold_a_message_back(
    door: Door, answer: IdentityResult, reason: str
) -> None:
    door.directory.answer = answer

    result = await door.scene.say(sender="+1")

    assert (result.blocked, result.reason, result.event) == (True, reason, None)
    assert (await door.scene.rows(), await door.people()) == ([], [])


@pytest.mark.rfc("1.8")
async def test_failing_resolver_makes_the_sender_unknown(door: Door) -> None:
    door.directory.answer = RuntimeError("directory is down")
    news = watch(door.scene.kit, "identity_error")

    result = await door.scene.say(sender="+1")

    assert stored(result).status is EventStatus.DELIVERED
    assert len(await news.until(1)) == 1


@pytest.mark.rfc("1.9")
@pytest.mark.parametrize(
    ("status", "trigger"), [(Status.UNKNOWN, UNKNOWN), (Status.AMBIGUOUS, AMBIGUOUS)]
)
async def test_hook_may_reject(door: Door, status: Status, trigger: HookTrigger) -> None:
    door.directory.answer = IdentityResult(status=status)
    door.hook(trigger, IdentityHookResult.reject("members only"))

    result = await door.scene.say(sender="+1")

    assert (result.blocked, result.reason, result.event) == (True, "members only", None)
    assert await door.scene.rows() == []


@pytest.mark.rfc("1.9")
@pytest.mark.parametrize(
    ("status", "trigger"), [(Status.UNKNOWN, UNKNOWN), (Status.AMBIGUOUS, AMBIGUOUS)]
)
async def test_hook_may_challenge(door: Door, status: Status, trigger: HookTrigger) -> None:
    door.directory.answer = IdentityResult(status=status)
    question: InjectedEvent[RoomEvent] = injection("Who are you?", "person")
    door.hook(trigger, IdentityHookResult.challenge(question))

    result = await door.scene.say("let me in", sender="+1")

    await door.scene.person.until_delivered(1)
    assert result.reason == "identity_challenge_sent"
    assert bodies(door.scene.person.delivered) == ["Who are you?"]
    assert "let me in" not in bodies(await door.scene.full())


@pytest.mark.rfc("1.9")
async def test_message_that_a_vendor_sends_again_is_challenged_once(door: Door) -> None:
    door.directory.answer = IdentityResult(status=Status.UNKNOWN)

    @door.scene.kit.identity_hook(UNKNOWN)
    async def ask(
        event: RoomEvent, context: RoomContext, who: IdentityResult
    ) -> IdentityHookResult:
        return IdentityHookResult.challenge(injection("Who are you?", "person"))

    again = [await door.scene.say("hi", sender="+1", idempotency_key="sms-1") for _ in range(2)]
    await door.scene.say("it is me", sender="+1", idempotency_key="sms-2")

    await door.scene.person.until_delivered(2)
    assert [each.reason for each in again] == ["identity_challenge_sent"] * 2
    assert bodies(door.scene.person.delivered) == ["Who are you?"] * 2


@pytest.mark.rfc("1.9")
async def test_challenge_does_not_enter_a_closed_room(door: Door) -> None:
    door.directory.answer = IdentityResult(status=Status.UNKNOWN)
    door.hook(UNKNOWN, IdentityHookResult.challenge(injection("Who are you?", "person")))
    await door.scene.kit.close_room(ROOM)
    before = await door.scene.full()

    result = await door.scene.say(sender="+1")

    assert result.blocked
    assert await door.scene.full() == before
    assert door.scene.person.delivered == []


@pytest.mark.rfc("1.9")
async def test_first_answer_wins_and_a_failing_hook_has_none(door: Door) -> None:
    @door.scene.kit.identity_hook(UNKNOWN)
    async def broken(
        event: RoomEvent, context: RoomContext, result: IdentityResult
    ) -> IdentityHookResult:
        raise RuntimeError("broke")

    door.hook(UNKNOWN, None)
    door.hook(UNKNOWN, IdentityHookResult.resolved(NOOR))
    last = door.hook(UNKNOWN, IdentityHookResult.resolved(ZOE))

    await door.scene.say(sender="+1")

    assert [person.identity_id for person in await door.people()] == ["noor"]
    assert last == []


@pytest.mark.rfc("1.9")
async def test_person_entered_twice_at_once_is_one_person(door: Door) -> None:
    door.hook(UNKNOWN, IdentityHookResult.create(Identity(id="new", display_name="New")))

    results = await asyncio.gather(*(door.scene.say(f"{n}", sender="+1") for n in range(5)))

    assert {stored(result).status for result in results} == {EventStatus.DELIVERED}
    assert [person.identity_id for person in await door.people()] == ["new"]


@pytest.mark.rfc("1.9")
async def test_hook_is_told_the_address_and_the_kind_of_channel(door: Door) -> None:
    await door.scene.add(Recorder("sms", channel_type=ChannelType.SMS))
    told = door.hook(UNKNOWN, None)

    await door.scene.say(channel="sms", sender="+1")

    assert [(result.address, result.channel_type) for result in told] == [("+1", "sms")]


@pytest.mark.rfc("1.10")
async def test_identified_sender_is_looked_up_no_more_and_a_pending_one_is(door: Door) -> None:
    door.directory.answer = IdentityResult(status=Status.AMBIGUOUS, candidates=[NOOR, ZOE])
    await door.scene.say(sender="+1")
    await door.scene.say(sender="+1")
    [pending] = await door.people()
    await door.scene.kit.resolve_participant(ROOM, pending.id, "noor")

    await door.scene.say(sender="+1")

    assert door.directory.asked == ["+1", "+1"]


class Login(Recorder):
    """A channel whose senders have logged in."""

    sender_is_participant = True


@pytest.mark.rfc("1.10")
async def test_sender_who_is_a_participant_is_never_looked_up(door: Door) -> None:
    await door.scene.add(Login("login"))

    event = stored(await door.scene.say(channel="login", sender="eva"))

    assert door.directory.asked == []
    assert event.source.participant_id == "eva"


@pytest.mark.rfc("1.10")
async def test_only_chosen_channel_types_are_looked_up(make_kit: MakeKit) -> None:
    directory = Directory()
    scene = Scene(make_kit(identity_resolver=directory, identity_channel_types={ChannelType.SMS}))
    await scene.open()
    await scene.add(Recorder("sms", channel_type=ChannelType.SMS))

    await scene.say(sender="visitor")
    await scene.say(channel="sms", sender="+1")

    assert directory.asked == ["+1"]


def edit_of(target: RoomEvent, *, channel: str, sender: str) -> InboundMessage:
    content = EditContent(target_event_id=target.id, new_content=TextContent(body="new"))
    return InboundMessage(
        channel_id=channel,
        sender_id=sender,
        content=content,
        event_type=EventType.EDIT,
        room_id=ROOM,
    )


@pytest.mark.rfc("1.11")
async def test_author_who_was_unknown_when_writing_is_still_the_author(door: Door) -> None:
    target = stored(await door.scene.say("old", sender="+1"))
    door.directory.answer = IdentityResult(status=Status.IDENTIFIED, identity=NOOR)

    result = await door.scene.kit.process_inbound(edit_of(target, channel="person", sender="+1"))

    assert (result.blocked, result.reason) == (False, None)
    assert bodies(await door.scene.rows())[0] == "new"


@pytest.mark.rfc("1.11")
async def test_author_who_comes_through_another_door_is_still_the_author(door: Door) -> None:
    door.directory.answer = IdentityResult(status=Status.IDENTIFIED, identity=NOOR)
    await door.scene.add(Recorder("mail", channel_type=ChannelType.EMAIL))
    target = stored(await door.scene.say("old", sender="+1"))

    result = await door.scene.kit.process_inbound(
        edit_of(target, channel="mail", sender="noor@example.com")
    )

    assert not result.blocked
    assert bodies(await door.scene.rows())[0] == "new"


@pytest.mark.rfc("1.11")
async def test_one_person_under_two_records_may_edit_what_either_wrote(door: Door) -> None:
    await door.scene.add(Login("login"))
    for record in ("a", "b"):
        person = Participant(id=record, room_id=ROOM, channel_id="login", identity_id="noor")
        await door.scene.kit.store.add_participant(person)
    target = stored(await door.scene.say("old", channel="login", sender="a"))

    result = await door.scene.kit.process_inbound(edit_of(target, channel="login", sender="b"))

    assert (result.blocked, result.reason) == (False, None)
