"""What hooks leave behind besides their verdict: blocks, injections, tasks (RFC §9.4)."""

import pytest

from hooks import HookResult, HookTrigger, Observation, Task
from rooms import (
    EventStatus,
    RoomContext,
    RoomEvent,
    TextContent,
)
from rooms.testing.rig import Recorder, ScriptedAgent, bodies
from tests.scene import ROOM, Scene, injection
from tests.steps import spy, watch


def rewrite(event: RoomEvent, body: str) -> RoomEvent:
    return event.model_copy(update={"content": TextContent(body=body)})


@pytest.mark.rfc("0.27")
async def test_blocked_message_is_stored_and_goes_nowhere(scene: Scene) -> None:
    other = await scene.add(Recorder("other"))
    bot = await scene.add(ScriptedAgent("bot", "answer"))
    broadcasts = spy(scene.kit, HookTrigger.AFTER_BROADCAST)
    blocked = watch(scene.kit, "event_blocked")
    scene.before_broadcast(HookResult.block("not allowed here"))

    result = await scene.say()

    [row] = await scene.rows()
    assert (row.status, row.blocked_by) == (EventStatus.BLOCKED, "rule")
    assert (result.blocked, result.reason, result.event) == (True, "not allowed here", row)
    assert (other.events, other.delivered, bot.asked) == ([], [], [])
    assert (len(broadcasts), len(await blocked.until(1))) == (0, 1)


@pytest.mark.rfc("0.18")
async def test_side_effects_of_a_blocking_hook_are_kept(scene: Scene) -> None:
    created = spy(scene.kit, HookTrigger.ON_TASK_CREATED)
    scene.before_broadcast(
        HookResult.block(
            "no", tasks=[Task(title="review")], observations=[Observation(content="abuse")]
        )
    )

    await scene.say()

    assert [task.title for task in await scene.kit.list_tasks(ROOM)] == ["review"]
    assert [seen.content for seen in await scene.kit.list_observations(ROOM)] == ["abuse"]
    assert [task.title for task in await created.until(1)] == ["review"]


@pytest.mark.rfc("0.18")
async def test_side_effects_of_an_allowing_hook_are_kept(scene: Scene) -> None:
    created = spy(scene.kit, HookTrigger.ON_TASK_CREATED)
    seen = [Observation(content="is in a hurry")]
    scene.before_broadcast(
        HookResult(action="allow", tasks=[Task(title="call back")], observations=seen)
    )

    await scene.say()

    [task] = await scene.kit.list_tasks(ROOM)
    assert (task.title, task.room_id, task.created_by) == ("call back", ROOM, "rule")
    assert [item.content for item in await scene.kit.list_observations(ROOM)] == ["is in a hurry"]
    assert [item.id for item in await created.until(1)] == [task.id]


@pytest.mark.rfc("0.18")
async def test_side_effects_of_hooks_before_a_block_survive_it(scene: Scene) -> None:
    @scene.kit.hook(HookTrigger.BEFORE_BROADCAST, priority=-1)
    async def remember(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        return HookResult(action="allow", tasks=[Task(title="earlier")])

    scene.before_broadcast(HookResult.block("no", injected=[injection("sorry", "person")]))

    await scene.say()

    assert [task.title for task in await scene.kit.list_tasks(ROOM)] == ["earlier"]
    assert bodies(scene.person.delivered) == ["sorry"]


def verdict_with_injections(action: str) -> HookResult[RoomEvent]:
    """One event for the sender, one for `other`, one for nobody."""
    injected = [injection("to you", "person"), injection("to other", "other"), injection("kept")]
    if action == "block":
        return HookResult.block("no", injected=injected)
    return HookResult.allow(injected=injected)


@pytest.mark.rfc("0.28")
@pytest.mark.parametrize("action", ["allow", "block"])
async def test_injected_events_follow_the_trigger_and_reach_whom_they_name(
    scene: Scene, action: str
) -> None:
    other = await scene.add(Recorder("other"))
    scene.before_broadcast(verdict_with_injections(action))

    await scene.say("x", idempotency_key="once")

    trigger, *injected = await scene.rows()
    assert bodies(injected) == ["to you", "to other", "kept"]
    assert {row.status for row in injected} == {EventStatus.DELIVERED}
    assert [row.index for row in injected] == [trigger.index + n for n in (1, 2, 3)]
    assert bodies(scene.person.delivered) == ["to you"]
    assert bodies(other.delivered) == (["to other"] if action == "block" else ["x", "to other"])


@pytest.mark.rfc("0.28")
async def test_replacing_hook_may_inject_too(scene: Scene) -> None:
    @scene.kit.hook(HookTrigger.BEFORE_BROADCAST)
    async def redact(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        return HookResult.modify(rewrite(event, "x"), injected=[injection("softened", "person")])

    await scene.say("secret")

    assert bodies(await scene.rows()) == ["x", "softened"]
    assert bodies(scene.person.delivered) == ["softened"]


@pytest.mark.rfc("0.28")
async def test_injected_event_asks_no_agent(scene: Scene) -> None:
    bot = await scene.add(ScriptedAgent("bot", "an answer nobody wants"))
    scene.before_broadcast(HookResult.block("no", injected=[injection("note", "bot", "person")]))

    await scene.say()

    assert "an answer nobody wants" not in bodies(await scene.full())
    assert bot.delivered == []
    assert bodies(scene.person.delivered) == ["note"]
