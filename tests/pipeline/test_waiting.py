"""Who waits for what a message causes, and who is answered at commit (RFC §10.1 step 18)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from hooks import HookExecution, HookResult, HookTrigger
from rooms import (
    ChannelBinding,
    ChannelOutput,
    DeliveryStatus,
    EventStatus,
    FrameworkEvent,
    ProtocolTrace,
    RoomContext,
    RoomEvent,
    TextContent,
    return_at_commit,
)
from rooms.pipeline.waiting import Cascade, caller_waits
from rooms.testing.rig import PATIENCE_S, Recorder, ScriptedAgent, bodies, text
from tests.scene import ROOM, Scene
from tests.steps import stored, until

Act = Callable[[Scene], Awaitable[object]]

# -- the mark


def test_caller_waits_unless_it_says_otherwise() -> None:
    assert caller_waits()


def test_mark_ends_with_its_block() -> None:
    with return_at_commit():
        with return_at_commit():
            pass
        inside = caller_waits()

    assert (inside, caller_waits()) == (False, True)


def test_mark_ends_with_an_error_too() -> None:
    with pytest.raises(RuntimeError), return_at_commit():
        raise RuntimeError

    assert caller_waits()


# -- counting


async def test_cascade_is_over_when_all_its_work_is() -> None:
    cascade = Cascade()
    cascade.begin()
    cascade.begin()
    waiting = asyncio.ensure_future(cascade.wait())

    cascade.end()
    await asyncio.sleep(0)
    early = waiting.done()
    cascade.end()

    await waiting
    assert not early


async def test_cascade_without_work_is_over() -> None:
    await Cascade().wait()


def test_cascade_keeps_the_first_failure() -> None:
    cascade = Cascade()
    first = RuntimeError("first")

    cascade.note_error(first)
    cascade.note_error(RuntimeError("second"))

    assert cascade.error is first


# -- answered at commit


async def test_message_inside_the_block_is_answered_at_commit(scene: Scene) -> None:
    slow = await scene.add(Recorder("slow"))
    gate = slow.hold()

    with return_at_commit():
        result = await scene.say()

    assert stored(result).status is EventStatus.DELIVERED
    assert (result.delivery_results, slow.delivered) == ({}, [])
    gate.set()
    await slow.until_delivered(1)


async def test_host_s_event_inside_the_block_is_answered_at_commit(scene: Scene) -> None:
    slow = await scene.add(Recorder("slow"))
    gate = slow.hold()

    with return_at_commit():
        event = await scene.kit.send_event(ROOM, "person", TextContent(body="hello"))

    assert (event.status, slow.delivered) == (EventStatus.DELIVERED, [])
    gate.set()
    await slow.until_delivered(1)


async def test_message_outside_waits_for_answers_and_the_results_are_the_question_s(
    scene: Scene,
) -> None:
    await scene.add(Recorder("phone"))
    await scene.add(ScriptedAgent("bot", "answer"))

    result = await scene.say()

    assert bodies(scene.person.delivered) == ["answer"]
    assert set(result.delivery_results) == {"phone"}


# -- hooks and channels that write into the room they are called for


class Voice:
    """Writes into the room, once."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.waits: list[bool] = []
        self.spoken: list[RoomEvent] = []

    async def speak(self) -> None:
        """Note whether the caller would wait, and write unless it was done before."""
        self.waits.append(caller_waits())
        if len(self.waits) == 1:
            nested = TextContent(body="nested")
            self.spoken.append(await self.scene.kit.send_event(ROOM, "person", nested))


@pytest.fixture
def voice(scene: Scene) -> Voice:
    return Voice(scene)


async def speak(scene: Scene) -> None:
    await scene.say()


async def attach(scene: Scene) -> None:
    await scene.add(Recorder("phone"))


async def detach(scene: Scene) -> None:
    await scene.add(Recorder("phone"))
    await scene.kit.detach_channel(ROOM, "phone")


async def mute(scene: Scene) -> None:
    await scene.add(Recorder("phone"))
    await scene.kit.mute(ROOM, "phone")


async def unmute(scene: Scene) -> None:
    await mute(scene)
    await scene.kit.unmute(ROOM, "phone")


async def pause(scene: Scene) -> None:
    await scene.kit.pause_room(ROOM)


async def join(scene: Scene) -> None:
    await scene.kit.add_member(ROOM, "ann", "person")


async def leave(scene: Scene) -> None:
    await join(scene)
    await scene.kit.remove_member(ROOM, "ann")


async def rename(scene: Scene) -> None:
    await join(scene)
    await scene.kit.rename_member(ROOM, "ann", "Ann")


async def update(scene: Scene) -> None:
    event = stored(await scene.say())
    await scene.kit.update_event(ROOM, event.id, content=TextContent(body="mended"))


async def delete(scene: Scene) -> None:
    event = stored(await scene.say())
    await scene.kit.delete_event(ROOM, event.id)


async def report(scene: Scene) -> None:
    await scene.kit.process_delivery_status(
        DeliveryStatus(room_id=ROOM, provider="mock", message_id="1", status="delivered")
    )


async def deliver(scene: Scene) -> None:
    await scene.kit.deliver(ROOM, TextContent(body="news"))


async def trace(scene: Scene) -> None:
    scene.person.emit_trace(ProtocolTrace("person", "inbound", "http", "POST", room_id=ROOM))


async def fail(scene: Scene) -> None:
    await scene.add(ScriptedAgent("bot", RuntimeError("down")))
    await scene.say()


HOOKS = [
    (HookTrigger.BEFORE_BROADCAST, speak),
    (HookTrigger.AFTER_BROADCAST, speak),
    (HookTrigger.ON_CHANNEL_ATTACHED, attach),
    (HookTrigger.ON_CHANNEL_DETACHED, detach),
    (HookTrigger.ON_CHANNEL_MUTED, mute),
    (HookTrigger.ON_CHANNEL_UNMUTED, unmute),
    (HookTrigger.ON_ROOM_PAUSED, pause),
    (HookTrigger.ON_PARTICIPANT_JOINED, join),
    (HookTrigger.ON_PARTICIPANT_LEFT, leave),
    (HookTrigger.ON_PARTICIPANT_UPDATED, rename),
    (HookTrigger.ON_EVENT_UPDATED, update),
    (HookTrigger.ON_EVENT_DELETED, delete),
    (HookTrigger.ON_DELIVERY_STATUS, report),
    (HookTrigger.BEFORE_DELIVER, deliver),
    (HookTrigger.AFTER_DELIVER, deliver),
    (HookTrigger.ON_PROTOCOL_TRACE, trace),
    (HookTrigger.ON_ERROR, fail),
]


@pytest.mark.parametrize(("trigger", "act"), HOOKS)
async def test_hook_may_write_into_its_room_and_is_answered_at_commit(
    scene: Scene, voice: Voice, trigger: HookTrigger, act: Act
) -> None:
    @scene.kit.hook(trigger)
    async def write(payload: Any, context: RoomContext) -> HookResult[Any]:
        await voice.speak()
        return HookResult.allow()

    async with asyncio.timeout(PATIENCE_S):
        await act(scene)
        await until(lambda: bool(voice.spoken))

    assert bodies(voice.spoken) == ["nested"]
    assert not any(voice.waits)


async def test_observer_may_write_into_its_room(scene: Scene, voice: Voice) -> None:
    @scene.kit.hook(HookTrigger.AFTER_BROADCAST, execution=HookExecution.ASYNC)
    async def write(event: RoomEvent, context: RoomContext) -> None:
        await voice.speak()

    async with asyncio.timeout(PATIENCE_S):
        await scene.say()

    assert bodies(await scene.rows()) == ["hello", "nested"]


class Chatty(Recorder):
    """A transport that writes into the room whenever it is called."""

    voice: Voice

    async def on_event(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> ChannelOutput:
        """Write, then look."""
        await self.voice.speak()
        return await super().on_event(event, binding, context)

    async def deliver(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> ChannelOutput:
        """Write, then deliver."""
        await self.voice.speak()
        return await super().deliver(event, binding, context)

    async def on_room_attached(self, room_id: str, binding: ChannelBinding) -> None:
        """Write on entering."""
        await self.voice.speak()

    async def on_room_detached(self, room_id: str) -> None:
        """Write on leaving."""
        await self.voice.speak()


async def test_channel_may_write_into_its_room(scene: Scene, voice: Voice) -> None:
    chatty = Chatty("chatty")
    chatty.voice = voice

    async with asyncio.timeout(PATIENCE_S):
        await scene.add(chatty)
        await scene.say()
        await scene.kit.detach_channel(ROOM, "chatty")

    assert sorted(bodies(await scene.rows())) == ["hello", "nested"]


async def test_listener_may_write_into_the_room_it_hears_of(scene: Scene, voice: Voice) -> None:
    @scene.kit.on("event_processed")
    async def write(event: FrameworkEvent) -> None:
        await voice.speak()

    async with asyncio.timeout(PATIENCE_S):
        await scene.say()

    assert bodies(await scene.rows()) == ["hello", "nested"]


async def test_hook_of_a_new_room_may_write_into_it(scene: Scene) -> None:
    agent = ScriptedAgent("bot", "welcome")
    scene.kit.register_channel(agent)
    scene.kit.register_channel(Recorder("door"))

    @scene.kit.hook(HookTrigger.ON_ROOM_CREATED)
    async def hire(event: RoomEvent, context: RoomContext) -> None:
        await scene.kit.attach_channel(event.room_id, "bot")
        await scene.kit.deliver(event.room_id, TextContent(body="opened"))

    async with asyncio.timeout(PATIENCE_S):
        room_id = stored(await scene.kit.process_inbound(text("door", "ann", "hello"))).room_id

    rows = await scene.kit.store.list_events(room_id)
    assert bodies(rows) == ["opened", "hello", "welcome"]
