"""An advisor joins: the agent is silenced, whispers to the advisor, then speaks to all again."""

from typing import Any

import pytest

from hooks import HookTrigger, Task
from rooms import (
    ChannelType,
    EventStatus,
    EventType,
    InboundResult,
    RoomContext,
    RoomEvent,
    RoomKit,
)
from rooms.testing.rig import Recorder, ScriptedAgent, Turn, bodies, text
from tests.steps import Seen, full_timeline, spy, timeline

ROOM = "policy-9"
WHISPER = "Offer 90, not more."
LIFECYCLE = [
    EventType.CHANNEL_ATTACHED,
    EventType.CHANNEL_MUTED,
    EventType.CHANNEL_UPDATED,
    EventType.CHANNEL_UNMUTED,
    EventType.CHANNEL_UPDATED,
]
ANSWERS = {"price?": WHISPER, "last question": "Goodbye and thank you."}


def assist(event: RoomEvent, context: RoomContext) -> Turn | None:
    """Answer the customer only, and leave a task each time."""
    if event.source.channel_id != "sms":
        return None
    [said] = bodies([event])
    return Turn(ANSWERS.get(said, f"About {said}"), tasks=[Task(title=said)])


class Consultation:
    """A customer on SMS with an agent; an advisor who may join by chat."""

    def __init__(self, kit: RoomKit) -> None:
        self.kit = kit
        self.sms = Recorder("sms", channel_type=ChannelType.SMS)
        self.advisor = Recorder("ws_advisor")
        self.agent = ScriptedAgent("ai", assist)

    async def open(self) -> None:
        """Hold two exchanges between customer and agent."""
        await self.kit.create_room(ROOM)
        for channel in (self.sms, self.advisor, self.agent):
            self.kit.register_channel(channel)
        await self.kit.attach_channel(ROOM, "sms")
        await self.kit.attach_channel(ROOM, "ai")
        await self.customer("opening hours")
        await self.customer("my contract")

    async def customer(self, body: str) -> InboundResult:
        """Let the customer write."""
        return await self.kit.process_inbound(text("sms", "+15550100", body, room_id=ROOM))

    async def advisor_joins(self) -> None:
        """Bring in the advisor, and turn the agent into her assistant."""
        await self.kit.attach_channel(ROOM, "ws_advisor")
        await self.kit.mute(ROOM, "ai")
        await self.kit.set_visibility(ROOM, "ai", "ws_advisor")
        await self.kit.unmute(ROOM, "ai")

    async def assisted_exchange(self) -> None:
        """Let the customer ask a price, the agent whisper one and the advisor state another."""
        await self.customer("price?")
        await self.kit.process_inbound(text("ws_advisor", "eva", "It is 95.", room_id=ROOM))

    async def agent_speaks_to_all_again(self) -> None:
        """Widen the agent's voice and hear the customer once more."""
        await self.kit.set_visibility(ROOM, "ai", "all")
        await self.customer("last question")


@pytest.fixture
async def consultation(kit: RoomKit) -> Consultation:
    opened = Consultation(kit)
    await opened.open()
    return opened


@pytest.fixture
async def assisted(consultation: Consultation) -> Consultation:
    """The consultation up to the advisor's own price."""
    await consultation.advisor_joins()
    await consultation.assisted_exchange()
    return consultation


async def test_every_change_of_a_channel_is_a_row(assisted: Consultation) -> None:
    await assisted.agent_speaks_to_all_again()

    rows = [row for row in await full_timeline(assisted.kit, ROOM) if row.type in LIFECYCLE]
    assert [row.type for row in rows[2:]] == LIFECYCLE  # two channels were there from the start


async def test_change_of_visibility_tells_old_and_new(assisted: Consultation) -> None:
    [row] = [
        row
        for row in await full_timeline(assisted.kit, ROOM)
        if row.type is EventType.CHANNEL_UPDATED
    ]

    assert row.content.type == "system"
    assert row.content.code == "channel_visibility_changed"
    assert {"all", "ws_advisor"} <= set(map(str, row.content.data.values()))


@pytest.mark.parametrize(
    "trigger",
    [
        HookTrigger.ON_CHANNEL_ATTACHED,
        HookTrigger.ON_CHANNEL_MUTED,
        HookTrigger.ON_CHANNEL_UNMUTED,
    ],
)
async def test_hook_runs_once_for_its_change(
    consultation: Consultation, trigger: HookTrigger
) -> None:
    told: Seen[Any] = spy(consultation.kit, trigger)

    await consultation.advisor_joins()

    await told.until(1)
    assert len(told) == 1


async def test_suggestion_reaches_the_advisor_alone(assisted: Consultation) -> None:
    assert WHISPER in bodies(assisted.advisor.delivered)
    assert WHISPER not in bodies(assisted.sms.delivered)


async def test_advisor_speaks_to_the_customer(assisted: Consultation) -> None:
    assert "It is 95." in bodies(assisted.sms.delivered)


async def test_last_answer_reaches_both(assisted: Consultation) -> None:
    await assisted.agent_speaks_to_all_again()

    assert bodies(assisted.sms.delivered)[-1] == "Goodbye and thank you."
    assert bodies(assisted.advisor.delivered)[-1] == "Goodbye and thank you."


async def test_muted_agent_listens_and_is_recorded_but_not_heard(
    consultation: Consultation,
) -> None:
    await consultation.kit.mute(ROOM, "ai")
    heard = len(consultation.sms.delivered)

    await consultation.customer("anyone?")

    *_, answer = await timeline(consultation.kit, ROOM)
    assert (answer.status, answer.blocked_by) == (EventStatus.BLOCKED, "source_muted")
    assert consultation.agent.asked[-1].prompt[-1] == "anyone?"
    assert "anyone?" in [task.title for task in await consultation.kit.list_tasks(ROOM)]
    assert len(consultation.sms.delivered) == heard


async def test_assistant_finds_its_own_whisper_and_a_newcomer_does_not(
    assisted: Consultation,
) -> None:
    newcomer = ScriptedAgent("ai-2")
    assisted.kit.register_channel(newcomer)
    await assisted.kit.attach_channel(ROOM, "ai-2")

    await assisted.customer("and now?")

    assert WHISPER in assisted.agent.asked[-1].prompt
    assert WHISPER not in newcomer.asked[-1].prompt
    assert "It is 95." in newcomer.asked[-1].prompt
