"""The host changes and removes what was said, by its own authority (RFC §13.6)."""

import pytest

from hooks import HookExecution, HookTrigger
from rooms import (
    EventSource,
    EventStatus,
    RoomContext,
    RoomEvent,
    TextContent,
)
from rooms.testing.rig import ScriptedAgent, bodies
from tests.draft import Draft
from tests.scene import ROOM, Scene
from tests.steps import spy, stored


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
