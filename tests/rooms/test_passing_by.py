"""What passes and is not kept: typing, presence, receipts, reactions, tool activity."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from hooks import HookTrigger
from rooms import EphemeralEvent, EphemeralEventType, RoomKit
from rooms.testing.clock import FakeClock
from tests.scene import ROOM, Scene
from tests.steps import spy

Publish = Callable[[RoomKit], Awaitable[None]]
Kind = EphemeralEventType

CALLS: list[dict[str, Any]] = [{"name": "look_up", "id": "1"}]
PUBLISHED: list[tuple[Publish, tuple[Kind, str, dict[str, Any]]]] = [
    (lambda kit: kit.publish_typing(ROOM, "ann"), (Kind.TYPING_START, "ann", {})),
    (lambda kit: kit.publish_typing(ROOM, "ann", False), (Kind.TYPING_STOP, "ann", {})),
    (
        lambda kit: kit.publish_typing(ROOM, "ann", True, {"name": "Ann"}),
        (Kind.TYPING_START, "ann", {"name": "Ann"}),
    ),
    (
        lambda kit: kit.publish_presence(ROOM, "ann", "away"),
        (Kind.PRESENCE_AWAY, "ann", {"status": "away"}),
    ),
    (
        lambda kit: kit.publish_read_receipt(ROOM, "ann", "e1"),
        (Kind.READ_RECEIPT, "ann", {"event_id": "e1"}),
    ),
    (
        lambda kit: kit.publish_reaction(ROOM, "ann", "e1", "👍"),
        (Kind.REACTION, "ann", {"target_event_id": "e1", "emoji": "👍", "action": "add"}),
    ),
    (
        lambda kit: kit.publish_tool_call(ROOM, "bot", CALLS),
        (Kind.TOOL_CALL_START, "bot", {"tool_calls": CALLS, "channel_id": "bot"}),
    ),
    (
        lambda kit: kit.publish_tool_call(ROOM, "bot", CALLS, Kind.TOOL_CALL_END, duration_ms=12),
        (
            Kind.TOOL_CALL_END,
            "bot",
            {"tool_calls": CALLS, "channel_id": "bot", "duration_ms": 12},
        ),
    ),
]


@pytest.fixture
async def passed(scene: Scene) -> list[EphemeralEvent]:
    """What a watcher of the room is told."""
    told: list[EphemeralEvent] = []
    await scene.kit.subscribe_room(ROOM, told.append)
    return told


@pytest.mark.parametrize(("publish", "told"), PUBLISHED)
async def test_watchers_of_the_room_are_told(
    scene: Scene,
    clock: FakeClock,
    passed: list[EphemeralEvent],
    publish: Publish,
    told: tuple[Kind, str, dict[str, Any]],
) -> None:
    await publish(scene.kit)
    await clock.settle()

    [event] = passed
    assert event.room_id == ROOM
    assert (event.type, event.user_id, event.data) == told


async def test_tool_activity_names_its_channel(
    scene: Scene, clock: FakeClock, passed: list[EphemeralEvent]
) -> None:
    await scene.kit.publish_tool_call(ROOM, "bot", CALLS)
    await clock.settle()

    assert [event.channel_id for event in passed] == ["bot"]


async def test_other_rooms_hear_nothing(
    scene: Scene, clock: FakeClock, passed: list[EphemeralEvent]
) -> None:
    await scene.kit.publish_typing("another", "ann")
    await clock.settle()

    assert passed == []


async def test_nothing_is_stored_and_no_hook_runs(scene: Scene, clock: FakeClock) -> None:
    before, counters = await scene.full(), await scene.counters()
    ran = spy(scene.kit, HookTrigger.AFTER_BROADCAST)

    for publish, _ in PUBLISHED:
        await publish(scene.kit)
    await clock.settle()

    assert (await scene.full(), await scene.counters()) == (before, counters)
    assert list(ran) == []


async def test_watcher_may_leave(scene: Scene, clock: FakeClock) -> None:
    told: list[EphemeralEvent] = []
    subscription = await scene.kit.subscribe_room(ROOM, told.append)

    left = await scene.kit.unsubscribe_room(subscription)
    await scene.kit.publish_typing(ROOM, "ann")
    await clock.settle()

    assert (left, told) == (True, [])
    assert not await scene.kit.unsubscribe_room(subscription)


async def test_unknown_presence_is_refused_by_name(scene: Scene) -> None:
    with pytest.raises(ValueError, match=r"away.*offline.*online.*'asleep'"):
        await scene.kit.publish_presence(ROOM, "ann", "asleep")
