"""The way of an event: its steps in order, under the lock and off it (RFC §10)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hooks import HookExecution, HookResult, HookTrigger
from rooms import (
    EventStatus,
    IdentificationStatus,
    IdentityResolver,
    IdentityResult,
    InboundMessage,
    InboundRoomRouter,
    InMemoryLockManager,
    RoomContext,
    RoomEvent,
    RoomLockManager,
)
from rooms.domain.enums import AnyChannelType
from rooms.testing.rig import Recorder, ScriptedAgent, bodies
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene
from tests.steps import stored, timeline, watch


class Steps:
    """Notes each step of the pipeline the first time it happens."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.locked = 0

    def take(self, step: str) -> None:
        """Note a step, and whether the room is locked meanwhile."""
        noted = f"{step} (locked)" if self.locked else step
        if noted not in self.taken:
            self.taken.append(noted)


class NotingRouter(InboundRoomRouter):
    """Sends everything to one room."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps

    async def route(
        self,
        channel_id: str,
        channel_type: AnyChannelType,
        participant_id: str | None = None,
        channel_data: dict[str, object] | None = None,
    ) -> str | None:
        """Note and answer."""
        self.steps.take("route")
        return ROOM


class NotingResolver(IdentityResolver):
    """Knows nobody."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps

    async def resolve(self, message: InboundMessage, context: RoomContext) -> IdentityResult:
        """Note and answer."""
        self.steps.take("identity")
        return IdentityResult(status=IdentificationStatus.UNKNOWN)


class NotingLocks(RoomLockManager):
    """The locks of one process, with a count of those held."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.inner = InMemoryLockManager()

    @asynccontextmanager
    async def locked(self, room_id: str) -> AsyncIterator[None]:
        """Count while a room's lock is held; choosing the room takes another one."""
        weight = 1 if room_id == ROOM else 0
        async with self.inner.locked(room_id):
            self.steps.locked += weight
            try:
                yield
            finally:
                self.steps.locked -= weight

    def holds(self, room_id: str) -> bool:
        """Ask the real locks."""
        return self.inner.holds(room_id)


class NotingRecorder(Recorder):
    """A recorder that notes its part in the pipeline."""

    steps: Steps

    async def handle_inbound(self, message: InboundMessage, context: RoomContext) -> RoomEvent:
        """Note, then read the message."""
        self.steps.take("handle")
        return await super().handle_inbound(message, context)

    async def deliver(self, event, binding, context):  # type: ignore[no-untyped-def]
        """Note, then deliver."""
        self.steps.take("deliver")
        return await super().deliver(event, binding, context)


async def noting_scene(make_kit: MakeKit) -> tuple[Scene, Steps]:
    steps = Steps()
    kit = make_kit(
        inbound_router=NotingRouter(steps),
        identity_resolver=NotingResolver(steps),
        lock_manager=NotingLocks(steps),
    )
    scene = Scene(kit)
    await scene.open()
    for name in ("in", "out"):
        recorder = NotingRecorder(name)
        recorder.steps = steps
        await scene.add(recorder)

    @kit.hook(HookTrigger.BEFORE_BROADCAST)
    async def before(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        stored_already = event.id in [row.id for row in await timeline(kit, ROOM)]
        steps.take("hook after commit" if stored_already else "hook before commit")
        return HookResult.allow()

    @kit.hook(HookTrigger.AFTER_BROADCAST, execution=HookExecution.ASYNC)
    async def after(event: RoomEvent, context: RoomContext) -> None:
        steps.take("observe")

    steps.taken.clear()
    return scene, steps


@pytest.mark.rfc("0.30")
async def test_steps_are_taken_in_order_and_only_the_decision_under_the_lock(
    make_kit: MakeKit,
) -> None:
    scene, steps = await noting_scene(make_kit)

    await scene.say(channel="in", room_id=None)

    assert steps.taken == [
        "route",
        "handle",
        "identity",
        "hook before commit (locked)",
        "deliver",
        "observe",
    ]


@pytest.mark.rfc("0.30")
async def test_repeated_message_is_recognised_before_any_hook(make_kit: MakeKit) -> None:
    scene, steps = await noting_scene(make_kit)
    await scene.say(channel="in", idempotency_key="k")
    steps.taken.clear()

    await scene.say(channel="in", idempotency_key="k")

    assert not [step for step in steps.taken if "hook" in step or "deliver" in step]


@pytest.mark.rfc("0.30")
async def test_hook_decides_before_the_write_gate(scene: Scene) -> None:
    seen = scene.before_broadcast(HookResult.block("by the hook"))
    await scene.kit.mute(ROOM, "person")

    result = await scene.say()

    assert len(seen) == 1
    assert result.reason == "by the hook"


@pytest.mark.rfc("0.31")
async def test_slow_delivery_does_not_hold_the_room(scene: Scene) -> None:
    slow, quick = await scene.add(Recorder("slow")), await scene.add(Recorder("quick"))
    gate = slow.hold()
    first = asyncio.ensure_future(scene.say("one"))
    await slow.until_attempted(1)

    second = asyncio.ensure_future(scene.say("two"))
    await quick.until_delivered(2)

    assert bodies(await scene.rows()) == ["one", "two"]
    gate.set()
    await asyncio.gather(first, second)


class SlowThinker:
    """A hook that takes its time over the message `slow`."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.gate = asyncio.Event()
        self.order: list[str] = []

    async def think(self, event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        """Note the message; wait if it is the slow one."""
        self.order += bodies([event])
        if bodies([event]) == ["slow"]:
            self.begun.set()
            await self.gate.wait()
        return HookResult.allow()


@pytest.mark.rfc("0.31")
async def test_slow_hook_holds_its_own_room_and_no_other(scene: Scene) -> None:
    await scene.kit.create_room("elsewhere")
    await scene.kit.attach_channel("elsewhere", "person")
    thinker = SlowThinker()
    scene.kit.hook(HookTrigger.BEFORE_BROADCAST, name="think")(thinker.think)
    first = asyncio.ensure_future(scene.say("slow"))
    await thinker.begun.wait()

    second = asyncio.ensure_future(scene.say("waits"))
    await scene.say("passes", room_id="elsewhere")

    assert thinker.order == ["slow", "passes"]
    thinker.gate.set()
    await asyncio.gather(first, second)
    assert bodies(await scene.rows()) == ["slow", "waits"]


@pytest.mark.rfc("0.32")
async def test_target_receives_in_the_order_of_the_timeline(scene: Scene) -> None:
    target = await scene.add(Recorder("target"))
    gate = target.hold()
    first = asyncio.ensure_future(scene.say("one"))
    await target.until_attempted(1)
    rest = [asyncio.ensure_future(scene.say(body)) for body in ("two", "three")]

    gate.set()
    await asyncio.gather(first, *rest)

    delivered = [event.index for event in target.delivered]
    assert bodies(target.delivered)[0] == "one"
    assert len(delivered) == 3
    assert delivered == sorted(delivered)


@pytest.mark.rfc("0.33")
async def test_failing_target_does_not_touch_the_others(scene: Scene) -> None:
    well = await scene.add(Recorder("well"))
    await scene.add(Recorder("broken", fail=RuntimeError("no carrier")))
    news = watch(scene.kit, "broadcast_partial_failure")

    result = await scene.say()

    statuses = {name: item.status.value for name, item in result.delivery_results.items()}
    assert statuses == {"well": "sent", "broken": "failed"}
    assert bodies(well.delivered) == ["hello"]
    assert [item.event_id for item in await news.until(1)] == [stored(result).id]


@pytest.mark.rfc("0.33")
async def test_failed_delivery_is_written_down_but_the_event_stays_delivered(
    scene: Scene,
) -> None:
    await scene.add(Recorder("well"))
    await scene.add(Recorder("broken", fail=RuntimeError("no carrier")))

    result = await scene.say()

    [row] = await scene.rows()
    assert row.status is EventStatus.DELIVERED
    assert set(row.delivery_results) == {"well", "broken"}
    error = result.delivery_results["broken"].error
    assert error is not None
    assert "no carrier" in error.message


@pytest.mark.rfc("0.33")
async def test_success_needs_no_note_on_the_event(scene: Scene) -> None:
    await scene.add(Recorder("well"))

    result = await scene.say()

    [row] = await scene.rows()
    assert row.delivery_results == {}
    assert result.delivery_results["well"].provider_message_id == "well-1"


@pytest.mark.rfc("0.33")
async def test_failing_agent_does_not_touch_transports(scene: Scene) -> None:
    well = await scene.add(Recorder("well"))
    await scene.add(ScriptedAgent("bot", RuntimeError("down")))

    result = await scene.say()

    assert bodies(well.delivered) == ["hello"]
    assert not result.blocked
