"""Smaller things that are easily overlooked."""

import asyncio

from channels_app import MockSMSProvider, SMSChannel
from hooks import HookExecution, HookResult, HookTrigger, Task
from rooms import (
    Access,
    RateLimit,
    RoomContext,
    RoomEvent,
)
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder, ScriptedAgent, bodies
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene
from tests.steps import spy, until


async def test_watch_slow_rate_still_sends(make_kit: MakeKit) -> None:
    clock = FakeClock()
    scene = Scene(make_kit(clock=clock))
    await scene.open()
    slow = await scene.add(Recorder("slow"), rate_limit=RateLimit(max_per_minute=30))

    await scene.say("one")
    second = asyncio.ensure_future(scene.say("two"))
    await until(lambda: clock.sleepers > 0)
    await clock.advance(1.9)
    too_early = bodies(slow.delivered)
    await clock.advance(0.2)
    await second
    await slow.until_delivered(2)

    assert too_early == ["one"]
    assert bodies(slow.delivered) == ["one", "two"]


async def test_watch_blocked_event_counts_as_growth_and_as_activity(make_kit: MakeKit) -> None:
    clock = FakeClock()
    scene = Scene(make_kit(clock=clock))
    await scene.open()
    before = await scene.kit.get_room(ROOM)
    scene.before_broadcast(HookResult.block("no"))
    await clock.advance(30)

    await scene.say()

    after = await scene.kit.get_room(ROOM)
    assert after.event_count == before.event_count + 1
    assert after.timers.last_activity_at == clock.now()


async def test_watch_refusal_of_a_provider_is_a_failed_delivery(scene: Scene) -> None:
    provider = MockSMSProvider()
    provider.fail_with("bad_number")
    await scene.add(SMSChannel("sms", provider=provider), metadata={"phone_number": "+1"})

    result = await scene.say()

    delivery = result.delivery_results["sms"]
    assert delivery.status == "failed"
    assert delivery.error is not None
    assert delivery.error.code == "bad_number"


async def test_watch_missing_recipient_is_a_failed_delivery(scene: Scene) -> None:
    provider = MockSMSProvider()
    await scene.add(SMSChannel("sms", provider=provider))

    result = await scene.say()

    assert result.delivery_results["sms"].status == "failed"
    assert provider.log.calls == []


async def test_watch_channel_that_is_not_registered_is_reported(scene: Scene) -> None:
    await scene.add(Recorder("gone"))
    scene.kit.unregister_channel("gone")

    result = await scene.say()

    assert not result.blocked
    assert result.delivery_results["gone"].status == "failed"


async def test_watch_one_channel_serves_many_rooms(scene: Scene) -> None:
    bot = await scene.add(ScriptedAgent("bot"))
    await scene.kit.create_room("elsewhere")
    for channel in ("person", "bot"):
        await scene.kit.attach_channel("elsewhere", channel)
    await scene.say("here")

    await scene.say("there", room_id="elsewhere")

    assert [asked.prompt for asked in bot.asked] == [["here"], ["there"]]
    assert [asked.context.room.id for asked in bot.asked] == [ROOM, "elsewhere"]


async def test_watch_question_is_over_before_its_answer_is_decided_on(scene: Scene) -> None:
    log: list[str] = []

    @scene.kit.hook(HookTrigger.AFTER_BROADCAST, execution=HookExecution.ASYNC)
    async def over(event: RoomEvent, context: RoomContext) -> None:
        log.append(f"over: {bodies([event])[0]}")

    @scene.kit.hook(HookTrigger.BEFORE_BROADCAST)
    async def decide(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        log.append(f"decide: {bodies([event])[0]}")
        return HookResult.allow()

    await scene.add(ScriptedAgent("bot", "answer"))
    await scene.say()

    assert log == ["decide: hello", "over: hello", "decide: answer", "over: answer"]


async def test_watch_task_that_was_not_stored_is_not_announced(scene: Scene) -> None:
    created = spy(scene.kit, HookTrigger.ON_TASK_CREATED)

    @scene.kit.hook(HookTrigger.BEFORE_BROADCAST)
    async def close(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        await scene.kit.close_room(ROOM)
        return HookResult(action="allow", tasks=[Task(title="too late")])

    await scene.say()

    stored_tasks = [task.title for task in await scene.kit.list_tasks(ROOM)]
    assert [task.title for task in created] == stored_tasks


async def test_watch_restricted_channel_keeps_its_rights_when_attached_again(
    scene: Scene,
) -> None:
    await scene.add(Recorder("guest"), access=Access.READ_ONLY)
    await scene.kit.detach_channel(ROOM, "guest")

    again = await scene.kit.attach_channel(ROOM, "guest", access=Access.WRITE_ONLY)

    assert again.access is Access.WRITE_ONLY  # an explicit attach is a new grant
