"""Changing what was said: who may, when it takes effect, who learns of it (RFC §13.6)."""

from typing import Any

import pytest

from hooks import HookResult, HookTrigger
from rooms import (
    ChannelCapabilities,
    ChannelType,
    DeleteContent,
    DeleteType,
    EditContent,
    EventStatus,
    EventType,
    ParticipantRole,
    ReactionContent,
    RoomContext,
    RoomEvent,
    TextContent,
)
from rooms.testing.rig import Recorder, ScriptedAgent, bodies
from tests.draft import Draft
from tests.scene import ROOM
from tests.steps import spy, stored


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
    forged = TextContent(body="forged")
    content = EditContent(target_event_id=draft.target.id, new_content=forged)

    result = await draft.change(content, sender="person-2", claimed_type=claimed_type)

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

    result = await draft.react("👍")

    event = stored(result)
    assert (event.type, event.status) == (EventType.REACTION, EventStatus.DELIVERED)
    assert [item.content.type for item in able.delivered] == ["reaction"]
    assert (unable.events, unable.delivered, bot.asked) == ([], [], [])
    assert set(result.delivery_results) == {"able"}  # nor is that a failure


@pytest.mark.rfc("0.39")
async def test_reaction_to_nothing_is_refused(draft: Draft) -> None:
    content = ReactionContent(target_event_id="no-such-event", emoji="👍")

    result = await draft.change(content)

    assert (result.blocked, result.reason) == (True, "target_event_not_found")
