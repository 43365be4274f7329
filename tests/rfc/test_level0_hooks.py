"""Hooks: their order, their verdicts, their failures, and what they leave behind (RFC §9)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from hooks import HookExecution, HookResult, HookTrigger
from rooms import (
    ChannelDirection,
    ChannelType,
    EventStatus,
    RoomContext,
    RoomEvent,
    RoomKit,
    TextContent,
)
from rooms.testing.rig import Recorder, bodies
from tests.scene import ROOM, Scene
from tests.steps import spy, stored, watch

HookFn = Callable[..., Awaitable[Any]]


def rewrite(event: RoomEvent, body: str) -> RoomEvent:
    return event.model_copy(update={"content": TextContent(body=body)})


def log_hook(kit: RoomKit, log: list[str], name: str, **options: Any) -> None:
    """Register a hook that logs its name and what it was shown, and allows."""

    @kit.hook(HookTrigger.BEFORE_BROADCAST, name=name, **options)
    async def note(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        log.append(f"{name}: {bodies([event])[0]}")
        return HookResult.allow()


@pytest.mark.rfc("0.23")
async def test_hooks_run_by_priority_then_by_registration(scene: Scene) -> None:
    log: list[str] = []
    for name, priority in (("late", 10), ("first tie", 0), ("second tie", 0), ("early", -5)):
        log_hook(scene.kit, log, name, priority=priority)

    await scene.say("x")

    assert log == ["early: x", "first tie: x", "second tie: x", "late: x"]


@pytest.mark.rfc("0.23")
async def test_block_stops_the_hooks_behind_it(scene: Scene) -> None:
    log: list[str] = []
    scene.before_broadcast(HookResult.block("no"))
    log_hook(scene.kit, log, "behind", priority=1)

    await scene.say()

    assert log == []


@pytest.mark.rfc("0.23")
async def test_replacement_is_what_the_next_hook_the_store_and_the_reader_see(
    scene: Scene,
) -> None:
    other = await scene.add(Recorder("other"))
    log: list[str] = []

    @scene.kit.hook(HookTrigger.BEFORE_BROADCAST)
    async def redact(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        return HookResult.modify(rewrite(event, "[redacted]"))

    log_hook(scene.kit, log, "next", priority=1)
    event = stored(await scene.say("secret"))

    assert log == ["next: [redacted]"]
    assert bodies([event]) == bodies(await scene.rows()) == ["[redacted]"]
    assert bodies(other.delivered) == ["[redacted]"]


@pytest.mark.rfc("0.23")
async def test_hook_without_execution_is_one_that_may_block(scene: Scene) -> None:
    @scene.kit.hook(HookTrigger.BEFORE_BROADCAST)
    async def moderate_content(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        return HookResult.block("Content policy violation")

    result = await scene.say()

    assert (result.blocked, result.reason) == (True, "Content policy violation")
    assert stored(result).blocked_by == "moderate_content"


@pytest.mark.rfc("0.24")
async def test_replacement_keeps_who_said_it_and_where(scene: Scene) -> None:
    @scene.kit.hook(HookTrigger.BEFORE_BROADCAST)
    async def forge(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        forged = {"id": "forged", "room_id": "elsewhere", "index": 99, "chain_depth": 4}
        return HookResult.modify(rewrite(event, "new words").model_copy(update=forged))

    event = stored(await scene.say())

    assert bodies(await scene.rows()) == ["new words"]
    assert (event.room_id, event.chain_depth) == (ROOM, 0)
    assert event.id != "forged"
    assert event.index == (await scene.counters())[1]


async def nothing(event: RoomEvent, context: RoomContext) -> None:
    """Return no verdict at all."""


async def explode(event: RoomEvent, context: RoomContext) -> HookResult[Any]:
    raise RuntimeError("hook broke")


async def hang(event: RoomEvent, context: RoomContext) -> HookResult[Any]:
    await asyncio.Event().wait()
    return HookResult.allow()


async def garbage(event: RoomEvent, context: RoomContext) -> str:
    return "allow"


async def wrong_type(event: RoomEvent, context: RoomContext) -> HookResult[Any]:
    return HookResult.modify(42)


FAILURES = pytest.mark.parametrize(
    ("fn", "news"),
    [
        (nothing, "hook_error"),
        (explode, "hook_error"),
        (hang, "hook_timeout"),
        (garbage, "hook_error"),
        (wrong_type, "hook_error"),
    ],
)


@FAILURES
@pytest.mark.rfc("0.24")
async def test_failing_hook_allows_and_is_reported(scene: Scene, fn: HookFn, news: str) -> None:
    told = watch(scene.kit, news)
    log: list[str] = []
    scene.kit.hook(HookTrigger.BEFORE_BROADCAST, name="faulty", timeout=0.02)(fn)
    log_hook(scene.kit, log, "next", priority=1)

    event = stored(await scene.say("as it was"))

    assert event.status is EventStatus.DELIVERED
    assert log == ["next: as it was"]
    assert [item.data["hook_name"] for item in await told.until(1)] == ["faulty"]


@pytest.mark.rfc("0.24")
async def test_timeout_report_tells_trigger_and_limit(scene: Scene) -> None:
    told = watch(scene.kit, "hook_timeout")
    scene.kit.hook(HookTrigger.BEFORE_BROADCAST, name="slow", timeout=0.02)(hang)

    await scene.say()

    [item] = await told.until(1)
    assert item.data["trigger"] == HookTrigger.BEFORE_BROADCAST
    assert item.data["timeout"] == 0.02


async def run_on_words(scene: Scene, trigger: HookTrigger, words: str = "hello") -> Any:
    context = RoomContext(room=await scene.kit.get_room(ROOM))
    return await scene.kit.hook_engine.run_sync_hooks(ROOM, trigger, words, context)


FAIL_CLOSED = pytest.mark.parametrize(
    "trigger", [HookTrigger.BEFORE_TTS, HookTrigger.ON_TRANSCRIPTION]
)


@FAIL_CLOSED
@FAILURES
@pytest.mark.rfc("0.24")
async def test_failing_hook_blocks_where_words_would_be_spoken(
    scene: Scene, trigger: HookTrigger, fn: HookFn, news: str
) -> None:
    scene.kit.hook(trigger, name="faulty", timeout=0.02)(fn)

    verdict = await run_on_words(scene, trigger)

    assert not verdict.allowed
    assert verdict.blocked_by == "faulty"


@FAIL_CLOSED
@pytest.mark.rfc("0.24")
async def test_empty_text_is_a_replacement(scene: Scene, trigger: HookTrigger) -> None:
    seen: list[str] = []

    @scene.kit.hook(trigger)
    async def silence(words: str, context: RoomContext) -> HookResult[str]:
        return HookResult.modify("")

    @scene.kit.hook(trigger, priority=1)
    async def look(words: str, context: RoomContext) -> HookResult[str]:
        seen.append(words)
        return HookResult.allow()

    verdict = await run_on_words(scene, trigger)

    assert (verdict.allowed, verdict.event, seen) == (True, "", [""])


# --- observing hooks


def observe(kit: RoomKit, fn: HookFn, **options: Any) -> None:
    kit.hook(HookTrigger.AFTER_BROADCAST, execution=HookExecution.ASYNC, **options)(fn)


@pytest.mark.rfc("0.25")
async def test_observer_runs_when_everybody_has_been_delivered_to(scene: Scene) -> None:
    other = await scene.add(Recorder("other"))
    delivered: list[int] = []

    async def count(event: RoomEvent, context: RoomContext) -> None:
        delivered.append(len(other.delivered))

    observe(scene.kit, count)

    await scene.say()

    assert delivered == [1]


@pytest.mark.rfc("0.25")
@pytest.mark.parametrize("fn", [explode, hang, garbage])
async def test_failing_observer_changes_nothing(scene: Scene, fn: HookFn) -> None:
    other = await scene.add(Recorder("other"))
    observe(scene.kit, fn, timeout=0.02)

    result = await scene.say()

    assert not result.blocked
    assert stored(result).status is EventStatus.DELIVERED
    assert bodies(other.delivered) == ["hello"]


@pytest.mark.rfc("0.25")
async def test_observers_run_at_the_same_time(scene: Scene) -> None:
    meeting = asyncio.Barrier(3)
    met: list[int] = []

    async def meet(event: RoomEvent, context: RoomContext) -> None:
        met.append(await meeting.wait())

    for number in range(3):
        observe(scene.kit, meet, name=f"observer {number}", timeout=5.0)

    await scene.say()

    assert sorted(met) == [0, 1, 2]


@pytest.mark.rfc("0.25")
async def test_observer_does_not_hold_the_room(scene: Scene) -> None:
    other = await scene.add(Recorder("other"))
    gate = asyncio.Event()

    async def dawdle(event: RoomEvent, context: RoomContext) -> None:
        await gate.wait()

    observe(scene.kit, dawdle)
    first = asyncio.ensure_future(scene.say("one"))
    await other.until_delivered(1)
    second = asyncio.ensure_future(scene.say("two"))

    await other.until_delivered(2)

    gate.set()
    await asyncio.gather(first, second)


@pytest.mark.rfc("0.25")
async def test_observer_of_a_blocking_trigger_sees_the_final_words(scene: Scene) -> None:
    seen = spy(scene.kit, HookTrigger.BEFORE_BROADCAST)

    @scene.kit.hook(HookTrigger.BEFORE_BROADCAST)
    async def redact(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        return HookResult.modify(rewrite(event, "[redacted]"))

    await scene.say("secret")

    assert bodies(await seen.until(1)) == ["[redacted]"]


# --- filters

SMS = {ChannelType.SMS}
IN = {ChannelDirection.INBOUND}


@pytest.mark.rfc("0.26")
@pytest.mark.parametrize(
    ("filters", "runs"),
    [
        ({}, True),
        ({"channel_types": SMS}, True),
        ({"channel_types": {ChannelType.EMAIL}}, False),
        ({"channel_ids": {"phone", "other"}}, True),
        ({"channel_ids": {"other"}}, False),
        ({"directions": IN}, True),
        ({"directions": {ChannelDirection.OUTBOUND}}, False),
        ({"channel_types": SMS, "channel_ids": {"phone"}, "directions": IN}, True),
        ({"channel_types": SMS, "channel_ids": {"other"}}, False),  # all must hold
        ({"channel_types": set()}, False),  # an empty set is no wildcard
    ],
)
async def test_filters_look_at_the_source(
    scene: Scene, filters: dict[str, Any], *, runs: bool
) -> None:
    log: list[str] = []
    log_hook(scene.kit, log, "hook", **filters)
    await scene.add(Recorder("phone", channel_type=ChannelType.SMS))

    await scene.say("x", channel="phone")

    assert log == (["hook: x"] if runs else [])
