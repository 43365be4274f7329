"""Fifteen behaviours that are easy to get wrong, and what else to watch."""

import asyncio

import pytest

from channels_app import AIChannel, MockAIProvider, MockSMSProvider, SMSChannel
from hooks import HookExecution, HookResult, HookTrigger, Task
from rooms import (
    ChannelType,
    DeleteContent,
    EditContent,
    EventStatus,
    EventType,
    IdentificationStatus,
    Identity,
    IdentityHookResult,
    IdentityResolver,
    IdentityResult,
    InboundMessage,
    MockIdentityResolver,
    RoomContext,
    RoomEvent,
    RoomKit,
    TextContent,
)
from rooms.testing.rig import Recorder, ScriptedAgent, Turn, bodies, streamed, text
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene, injection
from tests.steps import spy, stored, timeline

NOOR = Identity(id="noor", display_name="Noor")


async def test_trap_01_closing_that_races_messages_is_the_end(scene: Scene) -> None:
    racing = asyncio.gather(*(scene.say(f"line {number}") for number in range(20)))
    await scene.kit.close_room(ROOM)
    results = await racing

    rows = await scene.full()
    accepted = {stored(result).index for result in results if not result.blocked}
    assert {result.reason for result in results if result.blocked} <= {"room_closed"}
    assert all(index < rows[-1].index for index in accepted)
    assert len(rows) == len(accepted) + 2  # the attachment before, the closing after
    assert (await scene.counters())[0] == len(rows)


async def test_trap_02_committed_message_is_never_reported_as_too_late(make_kit: MakeKit) -> None:
    scene = Scene(make_kit(process_timeout=0.05))
    await scene.open()
    slow = await scene.add(Recorder("slow"))
    gate = slow.hold()
    first = asyncio.ensure_future(scene.say(idempotency_key="k"))
    await asyncio.wait({first}, timeout=0.15)

    again = asyncio.ensure_future(scene.say(idempotency_key="k"))
    await asyncio.wait({again}, timeout=0.15)
    gate.set()

    assert stored(await again).id == stored(await first).id
    assert not (await again).blocked
    assert bodies(slow.delivered) == ["hello"]


@pytest.mark.rfc("0.42")
async def test_trap_03_redelivered_first_message_of_a_stranger_makes_one_room(
    kit: RoomKit,
) -> None:
    kit.register_channel(Recorder("sms", channel_type=ChannelType.SMS))
    message = text("sms", "+1", "hello", idempotency_key="SM1", provider_message_id="SM1")

    results = await asyncio.gather(*(kit.process_inbound(message) for _ in range(2)))

    [room_id] = {stored(result).room_id for result in results}
    assert len({stored(result).id for result in results}) == 1
    assert len(await timeline(kit, room_id)) == 1
    assert len(await kit.store.list_rooms()) == 1


def change(content: EditContent | DeleteContent, sender: str = "person-1") -> InboundMessage:
    return InboundMessage(
        channel_id="person",
        sender_id=sender,
        content=content,
        event_type=EventType(content.type),
        room_id=ROOM,
    )


async def test_trap_04_blocked_deletion_has_not_deleted(scene: Scene) -> None:
    target = stored(await scene.say("still here"))
    deleted = spy(scene.kit, HookTrigger.ON_EVENT_DELETED)
    scene.before_broadcast(HookResult.block("no"))

    result = await scene.kit.process_inbound(change(DeleteContent(target_event_id=target.id)))

    assert stored(result).status is EventStatus.BLOCKED
    assert await scene.kit.store.get_event(target.id) == target
    assert len(deleted) == 0


async def say_while_muted(scene: Scene, body: str) -> None:
    await scene.kit.mute(ROOM, "person")
    await scene.say(body)
    await scene.kit.unmute(ROOM, "person")


async def test_trap_05_model_never_reads_what_it_may_not(scene: Scene) -> None:
    model = MockAIProvider(responses=["noted"])
    await scene.add(AIChannel("ai", provider=model))
    edited = stored(await scene.say("amount 300", addressed_to=[]))
    deleted = stored(await scene.say("password rosebud", addressed_to=[]))
    await scene.say("whisper to staff", visibility="staff", addressed_to=[])
    await say_while_muted(scene, "blocked words")
    new = TextContent(body="amount 900")
    await scene.kit.process_inbound(change(EditContent(target_event_id=edited.id, new_content=new)))
    await scene.kit.process_inbound(change(DeleteContent(target_event_id=deleted.id)))

    await scene.say("so?")

    [prompt] = model.calls
    said = [str(message.content) for message in prompt.messages]
    assert [line for line in said if line.strip()] == ["amount 900", "so?"]


async def test_trap_06_scope_of_an_answer_cannot_widen_the_agent_s(scene: Scene) -> None:
    insider = await scene.add(Recorder("insider"))
    await scene.add(ScriptedAgent("bot", "between us"), visibility="insider")

    await scene.say(response_visibility="transport")

    assert bodies(insider.delivered) == ["hello", "between us"]
    assert scene.person.delivered == []


@pytest.mark.parametrize("asked_for", ["all", "transport", "person,insider"])
async def test_trap_06_question_cannot_widen_what_the_agent_says_to_few(
    scene: Scene, asked_for: str
) -> None:
    insider = await scene.add(Recorder("insider"))
    await scene.add(ScriptedAgent("bot", Turn("between us", visibility="insider")))

    await scene.say(response_visibility=asked_for)

    assert bodies(insider.delivered) == ["hello", "between us"]
    assert scene.person.delivered == []


async def test_trap_07_four_agents_do_not_explode(scene: Scene) -> None:
    for number in range(4):
        await scene.add(ScriptedAgent(f"bot-{number}", "and I say"))

    await scene.say()

    rows = await scene.rows()
    delivered = [row for row in rows if row.status is EventStatus.DELIVERED]
    reasons = {row.blocked_by for row in rows if row.status is EventStatus.BLOCKED}
    assert len(delivered) <= 1 + 5 * 10  # the root, and ten answers for each level allowed
    assert reasons <= {"reentry_loop_cap", "event_chain_depth_limit"}
    assert "reentry_loop_cap" in reasons


async def test_trap_08_mute_silences_the_voice_only(scene: Scene) -> None:
    quiet = await scene.add(Recorder("quiet"))
    speaker = await scene.add(ScriptedAgent("speaker", streamed("never ", "said")))
    thinker = await scene.add(ScriptedAgent("thinker", Turn("kept", tasks=[Task(title="do")])))
    for channel in ("quiet", "speaker", "thinker"):
        await scene.kit.mute(ROOM, channel)

    await scene.say()

    assert bodies(quiet.events) == bodies(quiet.delivered) == ["hello"]
    assert (len(speaker.asked), speaker.streams_begun) == (1, 0)
    assert len(thinker.asked) == len(await scene.kit.list_tasks(ROOM)) == 1
    assert [row.blocked_by for row in await scene.rows()] == [None, "source_muted"]


async def clear(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
    empty = event.model_copy(update={"content": TextContent(body="")})
    return HookResult.modify(empty, injected=[injection("softened", "person")])


async def nonsense(event: RoomEvent, context: RoomContext) -> HookResult[str]:
    return HookResult.modify("not an event")


async def test_trap_09_replacement_survives_a_later_hook_s_nonsense(scene: Scene) -> None:
    seen: list[str] = []

    async def judge(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        seen.extend(bodies([event]))
        return HookResult.block("no")

    for priority, hook in enumerate((clear, nonsense, judge)):
        scene.kit.hook(HookTrigger.BEFORE_BROADCAST, priority=priority)(hook)

    await scene.say("secret")

    assert seen == [""]
    assert bodies(await scene.rows()) == ["", "softened"]
    assert bodies(scene.person.delivered) == ["softened"]


@pytest.mark.parametrize("mapping", [{}, {"+1": NOOR}], ids=["strangers", "one is known"])
async def test_trap_10_customers_of_a_shared_number_never_meet(
    make_kit: MakeKit, mapping: dict[str, Identity]
) -> None:
    kit = make_kit(identity_resolver=MockIdentityResolver(mapping=mapping))
    await kit.store.create_identity(NOOR)
    kit.register_channel(Recorder("sms", channel_type=ChannelType.SMS))

    rooms = [
        stored(await kit.process_inbound(text("sms", sender, f"from {sender}"))).room_id
        for sender in ("+1", "+2", "+1", "+2")
    ]

    assert rooms[0] == rooms[2] != rooms[1] == rooms[3]
    assert bodies(await timeline(kit, rooms[1])) == ["from +2", "from +2"]


async def test_trap_11_room_that_made_itself_can_answer(kit: RoomKit) -> None:
    provider = MockSMSProvider()
    kit.register_channel(SMSChannel("sms", provider=provider), organization_id="acme")
    kit.register_channel(ScriptedAgent("bot", "at your service"))
    bound: list[str] = []

    @kit.hook(HookTrigger.ON_ROOM_CREATED, execution=HookExecution.ASYNC)
    async def hire(event: RoomEvent, context: RoomContext) -> None:
        bound.extend(binding.channel_id for binding in context.bindings)
        await kit.attach_channel(event.room_id, "bot")

    event = stored(await kit.process_inbound(text("sms", "+15550100", "hello")))

    assert [sent["to"] for sent in provider.sent] == ["+15550100"]
    assert (await kit.get_room(event.room_id)).organization_id == "acme"
    assert bound == []  # the source is bound only afterwards


async def test_trap_12_detached_customer_does_not_drift_back_in(kit: RoomKit) -> None:
    kit.register_channel(Recorder("sms", channel_type=ChannelType.SMS))
    first = stored(await kit.process_inbound(text("sms", "+1", "hello"))).room_id
    await kit.detach_channel(first, "sms")

    result = await kit.process_inbound(text("sms", "+1", "let me in"))

    assert "let me in" not in bodies(
        [row for row in await timeline(kit, first) if row.status is EventStatus.DELIVERED]
    )
    assert await kit.list_bindings(first) == []
    assert result.event is None or result.event.room_id != first or result.blocked


def agree(event: RoomEvent, context: RoomContext) -> str | None:
    return "noted" if bodies([event]) == ["announcement"] else None


async def test_trap_13_hook_that_writes_into_its_own_room_does_not_wait_for_itself(
    scene: Scene,
) -> None:
    await scene.add(ScriptedAgent("bot", agree))  # its answer needs the room, too
    other = await scene.add(Recorder("other"))

    @scene.kit.hook(HookTrigger.BEFORE_BROADCAST)
    async def announce(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        if bodies([event]) == ["hello"]:
            await scene.kit.send_event(ROOM, "person", TextContent(body="announcement"))
        return HookResult.allow()

    async with asyncio.timeout(5):
        await scene.say()
        await other.until_delivered(3)

    assert sorted(bodies(await scene.rows())) == ["announcement", "hello", "noted"]


async def test_trap_13_agent_that_writes_into_its_own_room_does_not_wait_for_itself(
    scene: Scene,
) -> None:
    async def look_up_then_answer(event: RoomEvent, context: RoomContext) -> str | None:
        if event.source.channel_id != "person":
            return None
        await scene.kit.send_event(ROOM, "bot", TextContent(body="one moment"))
        return "here it is"

    await scene.add(ScriptedAgent("bot", look_up_then_answer))

    async with asyncio.timeout(5):
        await scene.say()
        await scene.person.until_delivered(2)

    assert bodies(scene.person.delivered) == ["one moment", "here it is"]


async def test_trap_13_row_without_deliveries_does_not_stop_a_lane(scene: Scene) -> None:
    other = await scene.add(Recorder("other"))
    await scene.say("one")
    await scene.say("hidden", visibility="none")
    await say_while_muted(scene, "blocked")

    await scene.say("two")

    assert bodies(other.delivered) == ["one", "two"]


async def test_trap_14_nobody_stays_nobody_through_a_rewriting_hook(scene: Scene) -> None:
    bot = await scene.add(ScriptedAgent("bot"))

    @scene.kit.hook(HookTrigger.BEFORE_BROADCAST)
    async def polish(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        return HookResult.modify(event.model_copy(update={"content": TextContent(body="Hello.")}))

    event = await scene.kit.send_event(ROOM, "person", TextContent(body="hello"), addressed_to=[])

    assert (event.addressed_to, bot.asked) == ([], [])


class Learning(IdentityResolver):
    """First in doubt, then sure."""

    def __init__(self) -> None:
        self.sure = False

    async def resolve(self, message: InboundMessage, context: RoomContext) -> IdentityResult:
        """Answer what is known by now."""
        if self.sure:
            return IdentityResult(status=IdentificationStatus.IDENTIFIED, identity=NOOR)
        return IdentityResult(status=IdentificationStatus.AMBIGUOUS, candidates=[NOOR])


@pytest.fixture
async def learning(make_kit: MakeKit) -> tuple[Scene, Learning]:
    """A scene whose resolver will learn who writes."""
    resolver = Learning()
    scene = Scene(make_kit(identity_resolver=resolver))
    await scene.kit.store.create_identity(NOOR)
    await scene.open()
    await scene.add(Recorder("mail", channel_type=ChannelType.EMAIL))
    return scene, resolver


async def test_trap_15_person_in_doubt_is_promoted_and_not_doubled(
    learning: tuple[Scene, Learning],
) -> None:
    scene, resolver = learning
    await scene.say(sender="+1")
    [pending] = await scene.kit.store.list_participants(ROOM)
    resolver.sure = True

    await scene.say(sender="+1")
    await scene.say(channel="mail", sender="noor@example.com")

    [person] = await scene.kit.store.list_participants(ROOM)
    assert (person.id, person.identity_id) == (pending.id, "noor")
    assert person.connected_via == ["person", "mail"]
    types = [row.type for row in await scene.full()]
    assert types.count(EventType.PARTICIPANT_IDENTIFIED) == 1
    assert EventType.PARTICIPANT_UPDATED not in types


async def refuse(
    event: RoomEvent, context: RoomContext, result: IdentityResult
) -> IdentityHookResult:
    return IdentityHookResult.reject("strangers")


async def test_trap_15_known_person_is_not_locked_out_by_a_rule_for_strangers(
    learning: tuple[Scene, Learning],
) -> None:
    scene, resolver = learning
    resolver.sure = True
    await scene.say(sender="+1")
    [person] = await scene.kit.store.list_participants(ROOM)
    resolver.sure = False
    scene.kit.identity_hook(HookTrigger.ON_IDENTITY_AMBIGUOUS)(refuse)

    by_phone, by_id = await scene.say(sender="+1"), await scene.say(sender=person.id)

    assert (by_phone.reason, by_id.reason) == (None, None)
