"""A customer types a number nobody may see: blocked, explained to both sides, never repeated."""

import re

import pytest

from channels_app import AIChannel, MockAIProvider
from hooks import HookResult, HookTrigger, InjectedEvent, Observation
from rooms import (
    ChannelType,
    EventSource,
    EventStatus,
    EventType,
    InboundMessage,
    InboundResult,
    RoomContext,
    RoomEvent,
    RoomKit,
    SystemContent,
)
from rooms.testing.rig import Recorder, bodies, text
from tests.steps import spy, timeline, watch

ROOM = "case-7"
SIN = "046 454 286"
WARNING = "Please never send your SIN in a chat."
NOTICE = "A SIN was withheld."
REASON = "contains a social insurance number"


def note(context: RoomContext, body: str) -> RoomEvent:
    return RoomEvent(
        room_id=context.room.id,
        type=EventType.SYSTEM,
        source=EventSource(channel_id="system", channel_type=ChannelType.SYSTEM),
        content=SystemContent(body=body),
    )


class Case:
    """Customer, advisor and agent in one room that is scanned for secrets."""

    def __init__(self, kit: RoomKit) -> None:
        self.kit = kit
        self.sms = Recorder("sms_customer", channel_type=ChannelType.SMS)
        self.advisor = Recorder("ws_advisor")
        self.model = MockAIProvider(responses=["Hello, how can I help?"])
        self.counted: list[str] = []

    async def open(self) -> None:
        """Attach everybody, exchange five messages, then start scanning."""
        await self.kit.create_room(ROOM)
        for channel in (self.sms, self.advisor, AIChannel("ai", provider=self.model)):
            self.kit.register_channel(channel)
            await self.kit.attach_channel(ROOM, channel.channel_id)
        for number in range(5):
            await self.kit.process_inbound(self._message(f"line {number}", addressed_to=[]))
        self.sms.delivered.clear()
        self.advisor.delivered.clear()
        scan = self.kit.hook(HookTrigger.BEFORE_BROADCAST, name="sensitivity_scanner")
        scan(self._scan)
        self.kit.hook(HookTrigger.BEFORE_BROADCAST, priority=1, name="counter")(self._count)

    async def say(self, body: str) -> InboundResult:
        """Let the customer write."""
        return await self.kit.process_inbound(self._message(body))

    def _message(self, body: str, addressed_to: list[str] | None = None) -> InboundMessage:
        return text("sms_customer", "+15550100", body, room_id=ROOM, addressed_to=addressed_to)

    async def _scan(self, event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        if not re.search(r"\d{3} \d{3} \d{3}", bodies([event])[0]):
            return HookResult.allow()
        return HookResult.block(
            REASON,
            injected=[
                InjectedEvent(event=note(context, WARNING), target_channel_ids=["sms_customer"]),
                InjectedEvent(event=note(context, NOTICE), target_channel_ids=["ws_advisor"]),
            ],
            observations=[Observation(type="compliance_violation", content="SIN withheld")],
        )

    async def _count(self, event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        self.counted += bodies([event])
        return HookResult.allow()


@pytest.fixture
async def case(kit: RoomKit) -> Case:
    opened = Case(kit)
    await opened.open()
    return opened


async def test_message_is_blocked_for_the_reason_the_hook_gave(case: Case) -> None:
    result = await case.say(f"my SIN is {SIN}")

    assert result.blocked
    assert result.reason == REASON
    assert result.event is not None
    assert result.event.status is EventStatus.BLOCKED
    assert result.event.blocked_by == "sensitivity_scanner"


async def test_later_hooks_do_not_see_the_blocked_message(case: Case) -> None:
    await case.say(f"my SIN is {SIN}")

    assert case.counted == []


async def test_blocked_message_is_reported_but_counts_as_no_broadcast(case: Case) -> None:
    news = watch(case.kit, "event_blocked")
    broadcasts = spy(case.kit, HookTrigger.AFTER_BROADCAST)

    await case.say(f"my SIN is {SIN}")
    await case.say("hello")

    assert len(await news.until(1)) == 1
    await broadcasts.until(2)  # the greeting and its answer
    assert SIN not in " ".join(bodies(list(broadcasts)))


async def test_timeline_keeps_the_message_and_both_explanations(case: Case) -> None:
    await case.say(f"my SIN is {SIN}")

    rows = (await timeline(case.kit, ROOM))[5:]
    assert [(row.source.channel_id, row.status.value) for row in rows] == [
        ("sms_customer", "blocked"),
        ("system", "delivered"),
        ("system", "delivered"),
    ]
    assert bodies(rows)[1:] == [WARNING, NOTICE]


async def test_each_side_gets_its_own_explanation_only(case: Case) -> None:
    await case.say(f"my SIN is {SIN}")

    assert bodies(case.sms.delivered) == [WARNING]
    assert bodies(case.advisor.delivered) == [NOTICE]
    assert case.model.calls == []


async def test_observation_is_stored_once(case: Case) -> None:
    await case.say(f"my SIN is {SIN}")

    [seen] = await case.kit.list_observations(ROOM)
    assert seen.type == "compliance_violation"
    assert seen.room_id == ROOM


async def test_agent_never_reads_the_number_afterwards(case: Case) -> None:
    await case.say(f"my SIN is {SIN}")

    await case.say("hello")

    [prompt] = case.model.calls
    said = " ".join(str(message.content) for message in prompt.messages)
    assert "hello" in said
    assert "line 4" in said
    assert SIN not in said
    assert WARNING not in said
