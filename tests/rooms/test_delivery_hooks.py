"""What the host says on its own account: through whom, and what hooks may do about it."""

import asyncio
from typing import Any

import pytest

from hooks import HookResult, HookTrigger
from rooms import (
    ChannelNotFoundError,
    EventStatus,
    RoomClosedError,
    RoomContext,
    RoomEvent,
    RoomNotFoundError,
    TextContent,
)
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder, ScriptedAgent, bodies
from tests.scene import ROOM, Scene
from tests.steps import spy

NEWS = TextContent(body="news")

# -- through whom


async def test_agent_speaks_in_its_own_name_and_no_other_agent_is_asked(scene: Scene) -> None:
    await scene.add(ScriptedAgent("bot"))
    other = await scene.add(ScriptedAgent("other", "answer"))

    event = await scene.kit.deliver(ROOM, TextContent(body="your parcel left"), "bot")

    assert event is not None
    assert event.source.channel_id == "bot"
    assert bodies(scene.person.delivered) == ["your parcel left"]
    assert other.asked == []


async def test_named_transport_alone_gets_it(scene: Scene) -> None:
    phone = await scene.add(Recorder("phone"))

    await scene.kit.deliver(ROOM, TextContent(body="your code"), "phone")

    assert bodies(phone.delivered) == ["your code"]
    assert scene.person.delivered == []


async def test_agent_is_not_made_to_speak_while_a_person_answers(scene: Scene) -> None:
    await scene.add(ScriptedAgent("bot"))
    await scene.kit.take_over(ROOM, user_id="ada")

    assert await scene.kit.deliver(ROOM, NEWS, "bot") is None
    assert await scene.kit.deliver(ROOM, NEWS) is not None
    assert bodies(scene.person.delivered) == ["news"]


async def test_agent_is_not_made_to_speak_if_a_person_takes_over_meanwhile(
    scene: Scene, clock: FakeClock
) -> None:
    await scene.add(ScriptedAgent("bot"))
    waiting = asyncio.ensure_future(scene.kit.deliver(ROOM, NEWS, "bot", "wait_for_idle"))
    await clock.advance(0.5)

    await scene.kit.take_over(ROOM, user_id="ada")
    await clock.advance(20)

    assert await waiting is None
    assert scene.person.delivered == []


async def test_muted_agent_cannot_be_made_to_speak(scene: Scene) -> None:
    await scene.add(ScriptedAgent("bot"), muted=True)

    event = await scene.kit.deliver(ROOM, NEWS, "bot")

    assert event is not None
    assert (event.status, event.blocked_by) == (EventStatus.BLOCKED, "source_muted")
    assert scene.person.delivered == []


# -- hooks


def before_deliver(scene: Scene, answer: HookResult[RoomEvent] | Exception) -> None:
    """Answer every BEFORE_DELIVER with `answer`."""

    @scene.kit.hook(HookTrigger.BEFORE_DELIVER, name="rule")
    async def rule(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_hook_may_drop_it(scene: Scene) -> None:
    before_deliver(scene, HookResult.block("not at night"))

    event = await scene.kit.deliver(ROOM, NEWS)

    assert event is None
    assert (await scene.rows(), scene.person.delivered) == ([], [])


@pytest.mark.parametrize("strategy", ["immediate", "wait_for_idle", "queued"])
async def test_hook_may_rewrite_it(scene: Scene, clock: FakeClock, strategy: str) -> None:
    @scene.kit.hook(HookTrigger.BEFORE_DELIVER)
    async def sign(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        signed = TextContent(body=f"{bodies([event])[0]} – your shop")
        return HookResult.modify(event.model_copy(update={"content": signed}))

    delivering = asyncio.ensure_future(scene.kit.deliver(ROOM, NEWS, strategy=strategy))
    await clock.advance(2)

    await delivering
    assert bodies(scene.person.delivered) == ["news – your shop"]


async def test_hook_cannot_move_it_to_another_room_or_mouth(scene: Scene) -> None:
    @scene.kit.hook(HookTrigger.BEFORE_DELIVER)
    async def divert(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        other = event.source.model_copy(update={"channel_id": "person"})
        return HookResult.modify(event.model_copy(update={"room_id": "other", "source": other}))

    event = await scene.kit.deliver(ROOM, NEWS)

    assert event is not None
    assert (event.room_id, event.source.channel_id) == (ROOM, "system")


async def test_hook_that_fails_lets_it_pass(scene: Scene) -> None:
    before_deliver(scene, RuntimeError("broke"))

    await scene.kit.deliver(ROOM, NEWS)

    assert bodies(scene.person.delivered) == ["news"]


async def test_observers_are_told_of_success(scene: Scene) -> None:
    told = spy(scene.kit, HookTrigger.AFTER_DELIVER)

    event = await scene.kit.deliver(ROOM, NEWS)

    [seen] = await told.until(1)
    assert event is not None
    assert (seen.id, seen.status) == (event.id, EventStatus.DELIVERED)


async def test_observers_are_told_of_failure_and_why(scene: Scene) -> None:
    told = spy(scene.kit, HookTrigger.AFTER_DELIVER)
    await scene.kit.close_room(ROOM)

    with pytest.raises(RoomClosedError):
        await scene.kit.deliver(ROOM, NEWS)

    [seen] = await told.until(1)
    assert seen.status is EventStatus.FAILED
    assert ROOM in seen.metadata["error"]


async def test_content_that_a_rule_of_the_room_blocked_was_not_delivered(scene: Scene) -> None:
    told = spy(scene.kit, HookTrigger.AFTER_DELIVER)
    scene.before_broadcast(HookResult.block("no"))

    event = await scene.kit.deliver(ROOM, NEWS)

    [seen] = await told.until(1)
    assert event is not None
    assert event.status is EventStatus.BLOCKED
    assert (seen.status, "rule" in seen.metadata["error"]) == (EventStatus.FAILED, True)


# -- wrong use


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"strategy": "next_week"}, ValueError, r"next_week.*immediate.*queued.*wait_for_idle"),
        ({"channel_id": "nobody"}, ChannelNotFoundError, "nobody"),
        ({"room_id": "nowhere"}, RoomNotFoundError, "nowhere"),
    ],
)
async def test_wrong_use_is_named(
    scene: Scene, arguments: dict[str, Any], error: type[Exception], says: str
) -> None:
    asked: dict[str, Any] = {"room_id": ROOM, "content": NEWS} | arguments

    with pytest.raises(error, match=says):
        await scene.kit.deliver(**asked)

    assert await scene.rows() == []
