"""What the framework tells the host, and what it writes to its logs (RFC §15)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from hooks import HookResult, HookTrigger
from rooms import (
    FrameworkEvent,
    IdentificationStatus,
    Identity,
    IdentityResolver,
    IdentityResult,
    InboundMessage,
    MockIdentityResolver,
    RoomContext,
    RoomEvent,
    RoomKit,
)
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder, ScriptedAgent
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene
from tests.steps import stored, watch

Act = Callable[[Scene], Awaitable[object]]


async def pause_and_resume(scene: Scene) -> None:
    await scene.kit.pause_room(ROOM)
    await scene.say()


async def close(scene: Scene) -> None:
    await scene.kit.close_room(ROOM)


async def close_and_archive(scene: Scene) -> None:
    await scene.kit.close_room(ROOM)
    await scene.kit.archive_room(ROOM)


async def close_and_write(scene: Scene) -> None:
    await scene.kit.close_room(ROOM)
    await scene.say()


async def block(scene: Scene) -> None:
    scene.before_broadcast(HookResult.block("no"))
    await scene.say()


async def deliver(scene: Scene) -> None:
    await scene.add(Recorder("well"))
    await scene.say()


async def fail_to_deliver(scene: Scene) -> None:
    await scene.add(Recorder("broken", fail=RuntimeError("down")))
    await scene.say()


async def chain(scene: Scene) -> None:
    await scene.add(ScriptedAgent("ping", "again"))
    await scene.add(ScriptedAgent("pong", "again"))
    await scene.say(addressed_to=["ping"])


async def break_a_hook(scene: Scene) -> None:
    @scene.kit.hook(HookTrigger.BEFORE_BROADCAST, name="faulty")
    async def faulty(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        raise RuntimeError("broke")

    await scene.say()


async def stall_a_hook(scene: Scene) -> None:
    @scene.kit.hook(HookTrigger.BEFORE_BROADCAST, name="faulty", timeout=0.02)
    async def faulty(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        await asyncio.Event().wait()
        return HookResult.allow()

    await scene.say()


async def create(scene: Scene) -> None:
    await scene.kit.create_room("another")


async def register(scene: Scene) -> None:
    scene.kit.register_channel(Recorder("fresh"))


async def unregister(scene: Scene) -> None:
    scene.kit.register_channel(Recorder("fresh"))
    scene.kit.unregister_channel("fresh")


async def say(scene: Scene) -> None:
    await scene.say()


@pytest.mark.rfc("0.44")
@pytest.mark.parametrize(
    ("name", "act", "told"),
    [
        ("room_created", create, {"room_id": "another"}),
        ("room_paused", pause_and_resume, {"room_id": ROOM}),
        ("room_resumed", pause_and_resume, {"room_id": ROOM}),
        ("room_closed", close, {"room_id": ROOM}),
        ("room_archived", close_and_archive, {"room_id": ROOM}),
        ("room_refused_event", close_and_write, {"room_id": ROOM}),
        ("channel_registered", register, {"channel_id": "fresh"}),
        ("channel_unregistered", unregister, {"channel_id": "fresh"}),
        ("event_processed", say, {"room_id": ROOM}),
        ("event_blocked", block, {"room_id": ROOM}),
        ("delivery_succeeded", deliver, {"room_id": ROOM, "channel_id": "well"}),
        ("delivery_failed", fail_to_deliver, {"room_id": ROOM, "channel_id": "broken"}),
        ("broadcast_partial_failure", fail_to_deliver, {"room_id": ROOM}),
        ("chain_depth_exceeded", chain, {"room_id": ROOM, "channel_id": "ping"}),
        ("hook_error", break_a_hook, {"room_id": ROOM}),
        ("hook_timeout", stall_a_hook, {"room_id": ROOM}),
    ],
)
async def test_host_is_told(scene: Scene, name: str, act: Act, told: dict[str, str]) -> None:
    news = watch(scene.kit, name)

    await act(scene)

    [item] = await news.until(1)
    assert item.type == name
    assert {field: getattr(item, field) for field in told} == told


@pytest.mark.rfc("0.44")
@pytest.mark.parametrize("name", ["event_processed", "event_blocked", "delivery_failed"])
async def test_news_of_an_event_names_it(scene: Scene, name: str) -> None:
    news = watch(scene.kit, name)
    await scene.add(Recorder("broken", fail=RuntimeError("down")))
    if name == "event_blocked":
        scene.before_broadcast(HookResult.block("no"))

    event = stored(await scene.say())

    assert [item.event_id for item in await news.until(1)] == [event.id]


@pytest.mark.rfc("0.44")
async def test_deliveries_of_answers_are_told_too(scene: Scene) -> None:
    news = watch(scene.kit, "delivery_succeeded")
    await scene.add(ScriptedAgent("bot", "answer"))

    await scene.say()

    answer = (await scene.rows())[-1]
    assert [(item.channel_id, item.event_id) for item in await news.until(1)] == [
        ("person", answer.id)
    ]


NOOR = Identity(id="noor", display_name="Noor")


@pytest.mark.rfc("0.44")
async def test_host_is_told_who_a_sender_is(make_kit: MakeKit) -> None:
    resolver = MockIdentityResolver(mapping={"person-1": NOOR})
    scene = Scene(make_kit(identity_resolver=resolver))
    await scene.kit.store.create_identity(NOOR)
    await scene.open()
    news = watch(scene.kit, "identity_resolved")

    await scene.say()

    assert [item.room_id for item in await news.until(1)] == [ROOM]
    assert "noor" in news[0].data.values()


class Silent(IdentityResolver):
    """Never answers."""

    async def resolve(self, message: InboundMessage, context: RoomContext) -> IdentityResult:
        """Wait for ever."""
        await asyncio.Event().wait()
        return IdentityResult(status=IdentificationStatus.UNKNOWN)


@pytest.mark.rfc("0.44")
@pytest.mark.parametrize(
    ("name", "limits"),
    [
        ("identity_timeout", {"identity_timeout": 0.02}),
        ("process_timeout", {"process_timeout": 0.02}),
    ],
)
async def test_host_is_told_what_took_too_long(
    make_kit: MakeKit, name: str, limits: dict[str, float]
) -> None:
    scene = Scene(make_kit(identity_resolver=Silent(), **limits))
    await scene.open()
    news = watch(scene.kit, name)

    await scene.say()

    assert [item.room_id for item in await news.until(1)] == [ROOM]


@pytest.mark.rfc("0.44")
async def test_host_is_told_once_when_a_circuit_opens_and_when_it_closes(
    make_kit: MakeKit,
) -> None:
    clock = FakeClock()
    kit = make_kit(clock=clock)
    news = watch(kit, "circuit_breaker_opened", "circuit_breaker_closed")
    scene = Scene(kit)
    await scene.open()
    target = await scene.add(Recorder("target", fail=RuntimeError("down")))
    for _ in range(7):
        await scene.say()

    target.fail = None
    await clock.advance(61)
    await scene.say()

    assert [item.type for item in await news.until(2)] == [
        "circuit_breaker_opened",
        "circuit_breaker_closed",
    ]
    assert {item.channel_id for item in news} == {"target"}
    assert len(target.attempted) == 6  # five failures, then one probe; two messages failed fast


@pytest.mark.rfc("0.44")
async def test_listener_that_fails_disturbs_nobody(scene: Scene) -> None:
    @scene.kit.on("event_processed")
    async def broken(event: FrameworkEvent) -> None:
        raise RuntimeError("listener broke")

    news = watch(scene.kit, "event_processed")

    result = await scene.say()

    assert not result.blocked
    assert len(await news.until(1)) == 1


@pytest.mark.rfc("0.44")
async def test_news_is_never_part_of_a_timeline(scene: Scene) -> None:
    await scene.say()

    assert len(await scene.full()) == 2  # the attachment and the message


def fields(caplog: pytest.LogCaptureFixture, name: str) -> list[Any]:
    records = [record for record in caplog.records if record.name.startswith("roomkit.")]
    return [getattr(record, name) for record in records if hasattr(record, name)]


@pytest.mark.rfc("0.45")
async def test_logs_carry_the_room_and_the_event(
    kit: RoomKit, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="roomkit")
    scene = Scene(kit)
    await scene.open()
    await scene.add(Recorder("broken", fail=RuntimeError("down")))

    event = stored(await scene.say())

    assert ROOM in fields(caplog, "room_id")
    assert event.id in fields(caplog, "event_id")
    assert "broken" in fields(caplog, "channel_id")


@pytest.mark.rfc("0.45")
async def test_logs_do_not_repeat_what_people_say(
    kit: RoomKit, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="roomkit")
    scene = Scene(kit)
    await scene.open()
    await scene.add(ScriptedAgent("bot", RuntimeError("down")))

    await scene.say("my SIN is 046 454 286", sender="+15550100")

    assert "046 454 286" not in caplog.text
    assert "+15550100" not in caplog.text
