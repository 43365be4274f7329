"""One message is one event, and it is decided in time (RFC §13.2, §13.4)."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from hooks import HookResult, HookTrigger
from rooms import (
    EventStatus,
    InboundMessage,
    InMemoryStore,
    RoomContext,
    RoomEvent,
    RoomKit,
    TextContent,
)
from rooms.domain.commit import Committed, CommitUnit
from rooms.testing.rig import PATIENCE_S, Recorder, ScriptedAgent, bodies
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene
from tests.steps import stored, watch

# --- the host's own way in


@pytest.mark.rfc("0.41")
async def test_host_s_event_goes_the_same_way(scene: Scene) -> None:
    other = await scene.add(Recorder("other"))
    await scene.add(ScriptedAgent("bot", "answer"))
    seen = scene.before_broadcast(HookResult.allow())

    event = await scene.kit.send_event(
        ROOM, "person", TextContent(body="hello"), participant_id="p", metadata={"a": 1}
    )

    assert event.source.participant_id == "p"
    assert event.metadata["a"] == 1
    assert bodies(seen) == bodies(await scene.rows()) == ["hello", "answer"]
    assert bodies(other.delivered) == ["hello", "answer"]
    assert bodies(scene.person.delivered) == ["answer"]


@pytest.mark.rfc("0.41")
async def test_host_s_blocked_event_is_returned_blocked(scene: Scene) -> None:
    other = await scene.add(Recorder("other"))
    scene.before_broadcast(HookResult.block("no"))

    event = await scene.kit.send_event(ROOM, "person", TextContent(body="hello"))

    assert (event.status, event.blocked_by) == (EventStatus.BLOCKED, "rule")
    assert other.delivered == []


@pytest.mark.rfc("0.41")
async def test_host_s_key_is_honoured(scene: Scene) -> None:
    sent = [
        await scene.kit.send_event(ROOM, "person", TextContent(body="x"), idempotency_key="k")
        for _ in range(2)
    ]

    assert sent[0].id == sent[1].id
    assert len(await scene.rows()) == 1


@pytest.mark.rfc("0.41")
async def test_host_can_only_raise_the_depth(scene: Scene) -> None:
    event = await scene.kit.send_event(ROOM, "person", TextContent(body="x"), chain_depth=3)

    assert event.chain_depth == 3


@pytest.mark.rfc("0.41")
@pytest.mark.parametrize(("room_id", "channel_id"), [("nowhere", "person"), (ROOM, "nobody")])
async def test_host_needs_a_room_and_a_binding(scene: Scene, room_id: str, channel_id: str) -> None:
    with pytest.raises(LookupError, match=r"nowhere|nobody"):
        await scene.kit.send_event(room_id, channel_id, TextContent(body="x"))


# --- idempotency


@pytest.mark.rfc("0.42")
async def test_same_key_gives_the_same_event_and_nothing_happens_twice(scene: Scene) -> None:
    other = await scene.add(Recorder("other"))
    seen = scene.before_broadcast(HookResult.allow())
    first = stored(await scene.say(idempotency_key="k"))
    counters = await scene.counters()

    again = await scene.say("other words", idempotency_key="k")

    assert stored(again).id == first.id
    assert stored(again).index == first.index
    assert not again.blocked
    assert (len(seen), len(other.delivered)) == (1, 1)
    assert await scene.counters() == counters


@pytest.mark.rfc("0.42")
async def test_same_key_at_the_same_time_gives_one_event(scene: Scene) -> None:
    other = await scene.add(Recorder("other"))

    results = await asyncio.gather(*(scene.say(idempotency_key="k") for _ in range(10)))

    assert len({stored(result).id for result in results}) == 1
    assert len(await scene.rows()) == 1
    assert len(other.delivered) == 1


@pytest.mark.rfc("0.42")
async def test_blocked_message_stays_blocked_when_it_comes_again(scene: Scene) -> None:
    seen = scene.before_broadcast(HookResult.block("no"))
    first = await scene.say(idempotency_key="k")

    again = await scene.say(idempotency_key="k")

    assert (again.blocked, again.reason) == (first.blocked, first.reason) == (True, "no")
    assert stored(again).id == stored(first).id
    assert len(seen) == 1


@pytest.mark.rfc("0.42")
async def test_key_belongs_to_its_room(scene: Scene) -> None:
    await scene.kit.create_room("elsewhere")
    await scene.kit.attach_channel("elsewhere", "person")

    one = stored(await scene.say(idempotency_key="k"))
    two = stored(await scene.say(idempotency_key="k", room_id="elsewhere"))

    assert one.id != two.id


@pytest.mark.rfc("0.42")
async def test_refused_attempt_leaves_the_key_free(scene: Scene) -> None:
    await scene.kit.close_room(ROOM)
    refused = await scene.say(idempotency_key="k")
    await scene.kit.reopen_room(ROOM)

    again = await scene.say(idempotency_key="k")

    assert (refused.reason, refused.event) == ("room_closed", None)
    assert stored(again).status is EventStatus.DELIVERED


# --- one deadline, up to the commit


class Stuck(Recorder):
    """A channel that never makes up its mind."""

    async def handle_inbound(self, message: InboundMessage, context: RoomContext) -> RoomEvent:
        """Wait for ever."""
        await asyncio.Event().wait()
        raise AssertionError("unreachable")


@pytest.fixture
async def hasty(make_kit: MakeKit) -> Scene:
    """A scene in which a decision may take half a second."""
    scene = Scene(make_kit(process_timeout=0.5))
    await scene.open()
    return scene


async def assert_timed_out(scene: Scene, **message: Any) -> None:
    news = watch(scene.kit, "process_timeout")

    result = await scene.say(**message)

    assert (result.blocked, result.reason, result.event) == (True, "process_timeout", None)
    assert await scene.rows() == []
    assert [item.room_id for item in await news.until(1)] == [ROOM]


@pytest.mark.rfc("0.43")
async def test_channel_that_hangs_is_given_up(hasty: Scene) -> None:
    await hasty.add(Stuck("stuck"))

    await assert_timed_out(hasty, channel="stuck")


@pytest.mark.rfc("0.43")
async def test_hook_that_hangs_is_given_up(hasty: Scene) -> None:
    @hasty.kit.hook(HookTrigger.BEFORE_BROADCAST)
    async def hang(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        await asyncio.Event().wait()
        return HookResult.allow()

    await assert_timed_out(hasty)


@pytest.mark.rfc("0.43")
async def test_waiting_for_the_room_counts(hasty: Scene) -> None:
    taken, gate = asyncio.Event(), asyncio.Event()

    async def occupy() -> None:
        async with hasty.kit.lock_manager.locked(ROOM):
            taken.set()
            await gate.wait()

    occupying = asyncio.ensure_future(occupy())
    await taken.wait()

    await assert_timed_out(hasty)

    gate.set()
    await occupying
    assert not (await hasty.say("now")).blocked


class SluggishStore(InMemoryStore):
    """A store whose reads of a room can be made to hang, and its commits to wait."""

    hangs = False
    gate: asyncio.Event | None = None

    async def commit(self, units: Sequence[CommitUnit]) -> list[Committed]:
        """Commit, once the gate is open."""
        if self.gate is not None:
            await self.gate.wait()
        return await super().commit(units)

    async def load_snapshot(self, room_id: str) -> Any:
        """Read, or wait for ever."""
        if self.hangs:
            await asyncio.Event().wait()
        return await super().load_snapshot(room_id)


@pytest.mark.rfc("0.43")
async def test_reading_the_room_counts() -> None:
    store = SluggishStore()
    kit = RoomKit(store=store, process_timeout=0.05)
    scene = Scene(kit)
    await scene.open()
    store.hangs = True

    async with asyncio.timeout(PATIENCE_S):
        await assert_timed_out(scene)

    store.hangs = False
    await kit.close()


@pytest.mark.rfc("0.43")
async def test_commit_that_has_begun_is_waited_for() -> None:
    store = SluggishStore()
    kit = RoomKit(store=store, process_timeout=0.05)
    scene = Scene(kit)
    await scene.open()
    store.gate = asyncio.Event()
    saying = asyncio.ensure_future(scene.say())
    await asyncio.wait({saying}, timeout=0.15)  # three times the budget

    store.gate.set()
    result = await saying

    assert stored(result).status is EventStatus.DELIVERED
    await kit.close()


@pytest.mark.rfc("0.43")
async def test_slow_delivery_is_no_timeout(hasty: Scene) -> None:
    slow = await hasty.add(Recorder("slow"))
    gate = slow.hold()
    saying = asyncio.ensure_future(hasty.say())
    await asyncio.wait({saying}, timeout=0.15)  # three times the budget

    gate.set()
    result = await saying

    assert not result.blocked
    assert stored(result).status is EventStatus.DELIVERED
    assert result.delivery_results["slow"].status == "sent"
