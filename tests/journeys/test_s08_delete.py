"""A customer takes a sentence back; each channel and the agent forget it in their own way."""

import pytest

from channels_app import AIChannel, MockAIProvider
from hooks import HookTrigger
from rooms import (
    ChannelCapabilities,
    ChannelType,
    DeleteContent,
    DeleteType,
    EventStatus,
    EventType,
    InboundMessage,
    InboundResult,
    ParticipantRole,
    RoomKit,
    TextContent,
)
from rooms.testing.rig import Recorder, bodies, text
from tests.steps import spy, stored, timeline

ROOM = "advice"
SECRET = "my password is rosebud"


class Advice:
    """A room in which the sixth row should not have been written."""

    def __init__(self, kit: RoomKit) -> None:
        self.kit = kit
        deletes = ChannelCapabilities(supports_delete=True)
        both = ChannelCapabilities(supports_delete=True, supports_edit=True)
        self.ws = Recorder("ws", capabilities=both)
        self.sms = Recorder("sms", channel_type=ChannelType.SMS)
        self.messenger = Recorder(
            "messenger", channel_type=ChannelType.MESSENGER, capabilities=deletes
        )
        self.model = MockAIProvider(responses=["I see."])
        self.target = ""

    async def open(self) -> None:
        """Attach everybody and write six rows."""
        wa = Recorder("wa", channel_type=ChannelType.WHATSAPP)
        agent = AIChannel("ai", provider=self.model)
        await self.kit.create_room(ROOM)
        for channel in (wa, self.ws, self.sms, self.messenger, agent):
            self.kit.register_channel(channel)
            await self.kit.attach_channel(ROOM, channel.channel_id)
        for body in ("one", "two", "three", "four", "five"):
            await self.write("wa", body)
        self.target = stored(await self.write("wa", SECRET)).id

    async def write(
        self, channel: str, body: str, parent: str | None = None, to: list[str] | None = None
    ) -> InboundResult:
        """Write without asking the agent, unless `to` names it."""
        message = text(
            channel, "author", body, room_id=ROOM, addressed_to=to or [], parent_event_id=parent
        )
        return await self.kit.process_inbound(message)

    async def delete(
        self, kind: DeleteType = DeleteType.SENDER, sender: str = "author"
    ) -> InboundResult:
        """Ask for the deletion of the sixth row."""
        return await self.kit.process_inbound(
            InboundMessage(
                channel_id="wa",
                sender_id=sender,
                content=DeleteContent(target_event_id=self.target, delete_type=kind),
                event_type=EventType.DELETE,
                room_id=ROOM,
            )
        )

    async def is_deleted(self) -> bool:
        """Tell whether the row is marked."""
        row = await self.kit.store.get_event(self.target)
        return row is not None and row.metadata.get("deleted") is True


@pytest.fixture
async def advice(kit: RoomKit) -> Advice:
    opened = Advice(kit)
    await opened.open()
    return opened


async def test_delete_marks_the_row_and_is_a_row_itself(advice: Advice) -> None:
    deleted = spy(advice.kit, HookTrigger.ON_EVENT_DELETED)

    event = stored(await advice.delete())

    assert await advice.is_deleted()
    assert (event.type, event.status) == (EventType.DELETE, EventStatus.DELIVERED)
    assert [row.id for row in await deleted.until(1)] == [advice.target]


@pytest.mark.parametrize("channel", ["ws", "messenger"])
async def test_channel_that_can_delete_is_handed_the_deletion(advice: Advice, channel: str) -> None:
    recorder: Recorder = getattr(advice, channel)

    await advice.delete()

    assert isinstance(recorder.delivered[-1].content, DeleteContent)


async def test_channel_that_cannot_delete_is_told_in_words(advice: Advice) -> None:
    await advice.delete()

    assert advice.sms.delivered[-1].content == TextContent(body="[Message deleted]")


async def test_agent_never_reads_the_deleted_sentence(advice: Advice) -> None:
    await advice.delete()
    assert advice.model.calls == []

    await advice.write("wa", "what now?", to=["ai"])

    [prompt] = advice.model.calls
    said = " ".join(str(message.content) for message in prompt.messages)
    assert "five" in said
    assert SECRET not in said


@pytest.mark.parametrize("kind", [DeleteType.ADMIN, DeleteType.SYSTEM])
async def test_member_has_neither_the_room_s_nor_the_system_s_authority(
    advice: Advice, kind: DeleteType
) -> None:
    before = await timeline(advice.kit, ROOM)

    result = await advice.delete(kind, sender="author")

    assert (result.blocked, result.reason) == (True, "not_authorized")
    assert await timeline(advice.kit, ROOM) == before


async def test_owner_of_the_room_may_delete_as_admin(advice: Advice) -> None:
    await advice.kit.add_member(ROOM, "boss", channel_id="wa", role=ParticipantRole.OWNER)

    result = await advice.delete(DeleteType.ADMIN, sender="boss")

    assert not result.blocked
    assert await advice.is_deleted()


async def test_owner_of_the_room_is_still_not_the_system(advice: Advice) -> None:
    await advice.kit.add_member(ROOM, "boss", channel_id="wa", role=ParticipantRole.OWNER)

    result = await advice.delete(DeleteType.SYSTEM, sender="boss")

    assert result.reason == "not_authorized"
    assert not await advice.is_deleted()


async def test_host_removes_the_row_with_its_thread(advice: Advice) -> None:
    reply = stored(await advice.write("ws", "you should not say that", parent=advice.target))

    removed = await advice.kit.delete_event(ROOM, advice.target)

    assert removed == [advice.target, reply.id]
    assert bodies(await timeline(advice.kit, ROOM)) == ["one", "two", "three", "four", "five"]


async def test_index_of_a_removed_row_is_not_used_again(advice: Advice) -> None:
    reply = stored(await advice.write("ws", "you should not say that", parent=advice.target))
    await advice.kit.delete_event(ROOM, advice.target)

    fresh = stored(await advice.write("wa", "sorry"))

    assert fresh.index > reply.index
