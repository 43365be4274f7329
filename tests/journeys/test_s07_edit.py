"""A customer corrects a sentence; each channel learns of it in its own way."""

from typing import Any

import pytest

from channels_app import AIChannel, MockAIProvider
from hooks import HookExecution, HookResult, HookTrigger
from rooms import (
    ChannelCapabilities,
    ChannelType,
    EditContent,
    EventStatus,
    EventType,
    InboundMessage,
    InboundResult,
    RoomContext,
    RoomEvent,
    RoomKit,
    TextContent,
)
from rooms.testing.rig import Recorder, bodies, text
from tests.steps import spy, stored, timeline

ROOM = "transfer"
CAN_EDIT = ChannelCapabilities(supports_edit=True)


class Transfer:
    """A WhatsApp customer who wrote a wrong amount, seen by chat, SMS and an agent."""

    def __init__(self, kit: RoomKit) -> None:
        self.kit = kit
        self.ws = Recorder("ws", capabilities=CAN_EDIT)
        self.sms = Recorder("sms", channel_type=ChannelType.SMS)
        self.model = MockAIProvider(responses=["Noted."])
        self.target = ""

    async def open(self) -> None:
        """Attach everybody and write the sentence as the fourth row."""
        wa = Recorder("wa", channel_type=ChannelType.WHATSAPP, capabilities=CAN_EDIT)
        await self.kit.create_room(ROOM)
        for channel in (wa, self.ws, self.sms, AIChannel("ai", provider=self.model)):
            self.kit.register_channel(channel)
            await self.kit.attach_channel(ROOM, channel.channel_id)
        for body in ("hello", "I want to", "transfer money", "send 300"):
            result = await self.kit.process_inbound(
                text("wa", "author", body, room_id=ROOM, addressed_to=[])
            )
        self.target = stored(result).id

    async def edit(
        self, sender: str = "author", target: str | None = None, source: str | None = "sender"
    ) -> InboundResult:
        """Ask to change the amount."""
        content = EditContent(
            target_event_id=target or self.target,
            new_content=TextContent(body="send 900"),
            edit_source=source,
        )
        return await self.kit.process_inbound(
            InboundMessage(
                channel_id="wa",
                sender_id=sender,
                content=content,
                event_type=EventType.EDIT,
                room_id=ROOM,
            )
        )

    async def row(self) -> RoomEvent:
        """Return the row that is to be edited, as it is stored now."""
        row = await self.kit.store.get_event(self.target)
        assert row is not None
        return row


@pytest.fixture
async def transfer(kit: RoomKit) -> Transfer:
    opened = Transfer(kit)
    await opened.open()
    return opened


async def test_edit_replaces_the_words_and_is_a_row_itself(transfer: Transfer) -> None:
    event = stored(await transfer.edit())

    row = await transfer.row()
    assert bodies([row]) == ["send 900"]
    assert row.metadata["edited"] is True
    assert event.type is EventType.EDIT
    assert event.status is EventStatus.DELIVERED
    assert len(await timeline(transfer.kit, ROOM)) == 5


async def test_hook_sees_the_updated_row_before_the_edit_counts_as_broadcast(
    transfer: Transfer,
) -> None:
    told: list[Any] = []
    for trigger in (HookTrigger.ON_EVENT_UPDATED, HookTrigger.AFTER_BROADCAST):

        async def note(event: RoomEvent, context: RoomContext) -> None:
            told.append(event)

        transfer.kit.hook(trigger, execution=HookExecution.ASYNC, name=trigger)(note)

    edit = stored(await transfer.edit())

    assert [event.id for event in told] == [transfer.target, edit.id]
    assert bodies(told[:1]) == ["send 900"]


async def test_each_channel_learns_of_it_in_its_own_way(transfer: Transfer) -> None:
    await transfer.edit()

    [native], [fallback] = transfer.ws.delivered[4:], transfer.sms.delivered[4:]
    assert native.type is EventType.EDIT
    assert isinstance(native.content, EditContent)
    assert fallback.content == TextContent(body="Correction: send 900")


async def test_agent_is_not_asked_about_the_edit_but_reads_it_later(transfer: Transfer) -> None:
    await transfer.edit()
    assert transfer.model.calls == []

    await transfer.kit.process_inbound(text("wa", "author", "ok?", room_id=ROOM))

    [prompt] = transfer.model.calls
    said = " ".join(str(message.content) for message in prompt.messages)
    assert said.count("900") == 1
    assert "300" not in said


@pytest.mark.parametrize(
    ("attempt", "reason"),
    [
        ({"sender": "somebody else"}, "not_original_author"),
        ({"target": "no-such-event"}, "target_event_not_found"),
        ({"sender": ""}, "identity_required_for_edit"),
        ({"sender": "somebody else", "source": "root"}, "not_original_author"),
        ({"source": "system"}, "not_authorized"),  # a payload cannot make itself the system
    ],
)
async def test_refused_edit_changes_nothing(
    transfer: Transfer, attempt: dict[str, str], reason: str
) -> None:
    before = await timeline(transfer.kit, ROOM)

    result = await transfer.edit(**attempt)

    assert (result.blocked, result.reason) == (True, reason)
    assert await timeline(transfer.kit, ROOM) == before


async def test_message_of_another_room_cannot_be_edited(transfer: Transfer) -> None:
    await transfer.kit.create_room("elsewhere")
    await transfer.kit.attach_channel("elsewhere", "wa")
    foreign = stored(
        await transfer.kit.process_inbound(text("wa", "author", "mine", room_id="elsewhere"))
    )

    result = await transfer.edit(target=foreign.id)

    assert result.reason == "target_event_not_found"
    assert bodies(await timeline(transfer.kit, "elsewhere")) == ["mine"]


async def test_blocked_edit_is_recorded_and_has_no_effect(transfer: Transfer) -> None:
    updated = spy(transfer.kit, HookTrigger.ON_EVENT_UPDATED)

    @transfer.kit.hook(HookTrigger.BEFORE_BROADCAST)
    async def forbid(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        return HookResult.block("amounts are final")

    edit = stored(await transfer.edit())

    assert (edit.type, edit.status) == (EventType.EDIT, EventStatus.BLOCKED)
    assert bodies([await transfer.row()]) == ["send 300"]
    assert "edited" not in (await transfer.row()).metadata
    assert len(updated) == 0
