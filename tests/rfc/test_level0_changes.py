"""Changing what was said: who may, when it takes effect, who learns of it (RFC §13.6)."""

from typing import Any

import pytest

from hooks import HookExecution, HookResult, HookTrigger
from rooms import (
    ChannelCapabilities,
    ChannelType,
    DeleteContent,
    DeleteType,
    EditContent,
    EventContent,
    EventSource,
    EventStatus,
    EventType,
    InboundMessage,
    InboundResult,
    ParticipantRole,
    ReactionContent,
    RoomContext,
    RoomEvent,
    TextContent,
)
from rooms.testing.rig import Recorder, ScriptedAgent, bodies
from tests.scene import ROOM, Scene
from tests.steps import spy, stored


class Draft:
    """A room in which the person has said one thing."""

    def __init__(self, scene: Scene, target: RoomEvent) -> None:
        self.scene = scene
        self.target = target

    async def change(
        self, content: EventContent, *, sender: str = "person-1", channel: str = "person"
    ) -> InboundResult:
        """Send an edit, delete or reaction."""
        return await self.scene.kit.process_inbound(
            InboundMessage(
                channel_id=channel,
                sender_id=sender,
                content=content,
                event_type=EventType(content.type),
                room_id=ROOM,
            )
        )

    async def edit(
        self, body: str = "new", *, sender: str = "person-1", **kw: Any
    ) -> InboundResult:
        """Send an edit; `source` is what the payload claims, `target` another event's id."""
        content = EditContent(
            target_event_id=kw.get("target", self.target.id),
            new_content=TextContent(body=body),
            edit_source=kw.get("source", "sender"),
        )
        return await self.change(content, sender=sender, channel=kw.get("channel", "person"))

    async def delete(self, kind: DeleteType, *, sender: str = "person-1") -> InboundResult:
        """Send a deletion."""
        content = DeleteContent(target_event_id=self.target.id, delete_type=kind)
        return await self.change(content, sender=sender)

    async def react(self, emoji: str, action: str = "add", sender: str = "p") -> InboundResult:
        """Send a reaction."""
        wire = {"target_event_id": self.target.id, "emoji": emoji, "action": action}
        return await self.change(ReactionContent.model_validate(wire), sender=sender)

    async def now(self) -> RoomEvent:
        """Return the target as it is stored."""
        row = await self.scene.kit.store.get_event(self.target.id)
        assert row is not None
        return row


@pytest.fixture
async def draft(scene: Scene) -> Draft:
    return Draft(scene, stored(await scene.say("old")))


@pytest.mark.rfc("0.39")
@pytest.mark.parametrize(
    ("sender", "source", "reason"),
    [
        ("person-1", "sender", None),
        ("person-1", None, None),
        ("person-1", "moderator", None),  # an unknown claim is the sender's
        ("person-2", "sender", "not_original_author"),
        ("person-2", None, "not_original_author"),
        ("person-2", "root", "not_original_author"),  # and buys no privilege
        ("person-1", "system", "not_authorized"),
        ("person-2", "system", "not_authorized"),
        ("", "sender", "identity_required_for_edit"),
    ],
)
async def test_who_may_edit(
    draft: Draft, sender: str, source: str | None, reason: str | None
) -> None:
    before = await draft.scene.full()

    result = await draft.edit(sender=sender, source=source)

    assert (result.blocked, result.reason) == (reason is not None, reason)
    assert bodies([await draft.now()]) == (["new"] if reason is None else ["old"])
    if reason is not None:
        assert (result.event, await draft.scene.full()) == (None, before)


@pytest.mark.rfc("0.39")
@pytest.mark.parametrize(
    ("sender", "role", "kind", "reason"),
    [
        ("person-1", None, DeleteType.SENDER, None),
        ("person-2", None, DeleteType.SENDER, "not_original_author"),
        ("person-2", ParticipantRole.OWNER, DeleteType.SENDER, "not_original_author"),
        ("person-2", ParticipantRole.OWNER, DeleteType.ADMIN, None),
        ("person-2", ParticipantRole.MEMBER, DeleteType.ADMIN, "not_authorized"),
        ("person-1", None, DeleteType.ADMIN, "not_authorized"),
        ("person-2", ParticipantRole.OWNER, DeleteType.SYSTEM, "not_authorized"),
        ("", None, DeleteType.SENDER, "identity_required_for_edit"),
    ],
)
async def test_who_may_delete(
    draft: Draft, sender: str, role: ParticipantRole | None, kind: DeleteType, reason: str | None
) -> None:
    if role is not None:
        await draft.scene.kit.add_member(ROOM, sender, "person", role=role)

    result = await draft.delete(kind, sender=sender)

    assert (result.blocked, result.reason) == (reason is not None, reason)
    assert (await draft.now()).metadata.get("deleted") is (True if reason is None else None)


@pytest.mark.rfc("0.39")
async def test_system_channel_may_edit_and_delete_what_others_said(draft: Draft) -> None:
    await draft.scene.add(Recorder("robot", channel_type=ChannelType.SYSTEM))

    edited = await draft.edit("corrected", sender="robot", source="system", channel="robot")
    content = DeleteContent(target_event_id=draft.target.id, delete_type=DeleteType.SYSTEM)
    deleted = await draft.change(content, sender="robot", channel="robot")

    assert not edited.blocked
    assert not deleted.blocked
    assert (await draft.now()).metadata["deleted"] is True


@pytest.mark.rfc("0.39")
@pytest.mark.parametrize("case", ["deleted", "blocked", "not a message"])
async def test_some_rows_cannot_be_edited(draft: Draft, case: str) -> None:
    target = draft.target.id
    if case == "deleted":
        await draft.delete(DeleteType.SENDER)
    elif case == "blocked":
        await draft.scene.kit.mute(ROOM, "person")
        target = stored(await draft.scene.say("unheard")).id
        await draft.scene.kit.unmute(ROOM, "person")
    else:
        target = (await draft.scene.full())[0].id
    before = await draft.scene.full()

    result = await draft.edit(target=target)

    assert result.blocked
    assert await draft.scene.full() == before


@pytest.mark.rfc("0.39")
@pytest.mark.parametrize("claimed_type", [EventType.MESSAGE, EventType.DELETE])
async def test_edit_that_comes_as_something_else_is_still_checked(
    draft: Draft, claimed_type: EventType
) -> None:
    target = await draft.scene.add(Recorder("target", capabilities=CAN))
    content = EditContent(target_event_id=draft.target.id, new_content=TextContent(body="forged"))

    result = await draft.scene.kit.process_inbound(
        InboundMessage(
            channel_id="person",
            sender_id="person-2",
            content=content,
            event_type=claimed_type,
            room_id=ROOM,
        )
    )

    assert result.blocked
    assert target.delivered == []
    assert bodies([await draft.now()]) == ["old"]


CAN = ChannelCapabilities(supports_edit=True, supports_delete=True)
CANNOT = ChannelCapabilities()


@pytest.mark.rfc("0.39")
@pytest.mark.parametrize(
    ("capabilities", "types", "words"),
    [
        (CAN, ["edit", "delete"], ["new", ""]),
        (CANNOT, ["text", "text"], ["Correction: new", "[Message deleted]"]),
    ],
)
async def test_change_is_delivered_native_or_in_words(
    draft: Draft, capabilities: ChannelCapabilities, types: list[str], words: list[str]
) -> None:
    target = await draft.scene.add(Recorder("target", capabilities=capabilities))

    await draft.edit()
    await draft.delete(DeleteType.SENDER)

    assert [event.content.type for event in target.delivered] == types
    assert bodies(target.delivered) == words


@pytest.mark.rfc("0.39")
@pytest.mark.parametrize(
    ("trigger", "act"),
    [
        (HookTrigger.ON_EVENT_UPDATED, lambda draft: draft.edit()),
        (HookTrigger.ON_EVENT_DELETED, lambda draft: draft.delete(DeleteType.SENDER)),
    ],
)
async def test_observers_learn_of_the_changed_row_once(
    draft: Draft, trigger: HookTrigger, act: Any
) -> None:
    told = spy(draft.scene.kit, trigger)

    await act(draft)

    assert await told.until(1) == [await draft.now()]


@pytest.mark.rfc("0.39")
async def test_hook_that_rewrites_an_edit_decides_what_the_row_becomes(draft: Draft) -> None:
    @draft.scene.kit.hook(HookTrigger.BEFORE_BROADCAST)
    async def soften(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        assert isinstance(event.content, EditContent)
        softer = event.content.model_copy(update={"new_content": TextContent(body="softer")})
        return HookResult.modify(event.model_copy(update={"content": softer}))

    await draft.edit("harsh")

    assert bodies([await draft.now()]) == ["softer"]


@pytest.mark.rfc("0.39")
async def test_change_asks_no_agent(draft: Draft) -> None:
    bot = await draft.scene.add(ScriptedAgent("bot", "what?"))

    await draft.edit()
    await draft.delete(DeleteType.SENDER)

    assert bot.asked == []


# --- reactions


@pytest.mark.rfc("0.39")
async def test_reactions_are_collected_on_the_row(draft: Draft) -> None:
    for emoji, action, sender in [
        ("👍", "add", "a"),
        ("👍", "add", "b"),
        ("👍", "add", "b"),  # twice is once
        ("❤️", "add", "a"),
        ("❤️", "remove", "a"),
        ("🎉", "remove", "a"),  # what is not there cannot go
    ]:
        assert not (await draft.react(emoji, action, sender)).blocked

    reactions = (await draft.now()).metadata["reactions"]
    assert {emoji: who for emoji, who in reactions.items() if who} == {"👍": ["a", "b"]}


@pytest.mark.rfc("0.39")
async def test_reaction_reaches_only_channels_that_show_it(draft: Draft) -> None:
    shows = ChannelCapabilities(supports_reactions=True)
    able = await draft.scene.add(Recorder("able", capabilities=shows))
    unable = await draft.scene.add(Recorder("unable"))
    bot = await draft.scene.add(ScriptedAgent("bot", "thanks"))

    event = stored(await draft.react("👍"))

    assert (event.type, event.status) == (EventType.REACTION, EventStatus.DELIVERED)
    assert [item.content.type for item in able.delivered] == ["reaction"]
    assert (unable.delivered, bot.asked) == ([], [])


@pytest.mark.rfc("0.39")
async def test_reaction_to_nothing_is_refused(draft: Draft) -> None:
    content = ReactionContent(target_event_id="no-such-event", emoji="👍")

    result = await draft.change(content)

    assert (result.blocked, result.reason) == (True, "target_event_not_found")


# --- the host's own hand


@pytest.mark.rfc("0.40")
async def test_host_replaces_wholesale_and_leaves_no_mark(draft: Draft) -> None:
    event = await draft.scene.kit.update_event(
        ROOM, draft.target.id, content=TextContent(body="replaced"), metadata={"by": "host"}
    )

    row = await draft.now()
    assert event == row
    assert bodies([row]) == ["replaced"]
    assert row.metadata == {"by": "host"}
    assert row.index == draft.target.index


@pytest.mark.rfc("0.40")
async def test_host_may_replace_the_source(draft: Draft) -> None:
    source = EventSource(channel_id="person", channel_type="sms", participant_id="somebody else")

    await draft.scene.kit.update_event(ROOM, draft.target.id, source=source)

    row = await draft.now()
    assert row.source.participant_id == "somebody else"
    assert bodies([row]) == ["old"]


@pytest.mark.rfc("0.40")
async def test_host_deletes_root_first_then_the_thread(draft: Draft) -> None:
    replies = [
        stored(await draft.scene.say(body, parent_event_id=draft.target.id)).id
        for body in ("first reply", "second reply")
    ]

    gone = await draft.scene.kit.delete_event(ROOM, draft.target.id)

    assert gone == [draft.target.id, *replies]
    assert await draft.scene.rows() == []


@pytest.mark.rfc("0.40")
async def test_reply_to_a_reply_belongs_to_the_same_thread(draft: Draft) -> None:
    reply = stored(await draft.scene.say("reply", parent_event_id=draft.target.id))
    deeper = stored(await draft.scene.say("reply to it", parent_event_id=reply.id))

    gone = await draft.scene.kit.delete_event(ROOM, draft.target.id)

    assert deeper.thread_root_id == draft.target.id
    assert gone == [draft.target.id, reply.id, deeper.id]


@pytest.mark.rfc("0.40")
async def test_host_may_spare_the_thread(draft: Draft) -> None:
    reply = stored(await draft.scene.say("reply", parent_event_id=draft.target.id))

    gone = await draft.scene.kit.delete_event(ROOM, draft.target.id, cascade_replies=False)

    assert gone == [draft.target.id]
    assert [row.id for row in await draft.scene.rows()] == [reply.id]


@pytest.mark.rfc("0.40")
async def test_answers_are_not_the_thread_of_their_question(scene: Scene) -> None:
    await scene.add(ScriptedAgent("bot", "answer"))
    question = stored(await scene.say())

    gone = await scene.kit.delete_event(ROOM, question.id)

    assert gone == [question.id]
    assert bodies(await scene.rows()) == ["answer"]


@pytest.mark.rfc("0.40")
async def test_unknown_parent_costs_the_link_and_not_the_message(scene: Scene) -> None:
    event = stored(await scene.say("hello", parent_event_id="no-such-event"))

    assert (event.parent_event_id, event.thread_root_id) == (None, None)
    assert event.status is EventStatus.DELIVERED


@pytest.mark.rfc("0.40")
@pytest.mark.parametrize("where", ["unknown event", "another room's event"])
async def test_foreign_event_is_left_alone_and_nobody_told(draft: Draft, where: str) -> None:
    kit = draft.scene.kit
    await kit.create_room("elsewhere")
    told = [spy(kit, HookTrigger.ON_EVENT_UPDATED), spy(kit, HookTrigger.ON_EVENT_DELETED)]
    room, event = ("elsewhere", draft.target.id) if "room" in where else (ROOM, "no-such-event")

    updated = await kit.update_event(room, event, content=TextContent(body="x"))
    deleted = await kit.delete_event(room, event)

    assert (updated, deleted) == (None, [])
    assert await draft.now() == draft.target
    assert [len(seen) for seen in told] == [0, 0]


@pytest.mark.rfc("0.40")
@pytest.mark.parametrize("trigger", [HookTrigger.ON_EVENT_UPDATED, HookTrigger.ON_EVENT_DELETED])
async def test_host_s_change_is_told_when_the_room_is_free_again(
    draft: Draft, trigger: HookTrigger
) -> None:
    kit = draft.scene.kit
    held: list[bool] = []

    @kit.hook(trigger, execution=HookExecution.ASYNC)
    async def look(event: RoomEvent, context: RoomContext) -> None:
        held.append(kit.lock_manager.holds(ROOM))

    if trigger is HookTrigger.ON_EVENT_UPDATED:
        await kit.update_event(ROOM, draft.target.id, metadata={"a": 1})
    else:
        await kit.delete_event(ROOM, draft.target.id)

    assert held == [False]
