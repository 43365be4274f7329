"""How results reach those who are to be told: once, and only them."""

import asyncio

import pytest

from hooks import HookTrigger
from rooms import RoomKit
from rooms.delegated.strategies import (
    BackgroundTaskDeliveryStrategy,
    ContextOnlyDelivery,
    ImmediateDelivery,
    TaskDeliveryContext,
    WaitForIdleDelivery,
)
from rooms.domain.content import TextContent, text_of
from rooms.stores.memory import InMemoryStore
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder, bodies, text
from tests.ai.tasks.desk import ROOM, Desk
from tests.kit_fixtures import MakeKit
from tests.steps import spy, until


async def say(desk: Desk, body: str) -> None:
    """Let the person speak, and everybody answer."""
    await desk.kit.process_inbound(text("person", "ann", body, room_id=ROOM))


async def told(desk: Desk) -> list[str]:
    """Return what the agent was told of results, once nothing more comes."""
    await desk.kit.pipeline.drain(timeout=5)
    events = await desk.said_in()
    return [text_of(event.content) for event in events if "task_id" in event.metadata]


async def test_by_default_the_agent_reads_the_result_when_it_is_asked_next(desk: Desk) -> None:
    task = await desk.delegate(notify="main", wait=True)
    block = f"[Background task {task.id} of worker: completed]\nTask: count\nResult:\n42"
    assert await told(desk) == [block]
    assert desk.main.asked == []

    await say(desk, "and?")

    assert desk.main.asked[0].prompt == [block, "and?"]
    assert bodies(desk.person.delivered) == ["noted"]


async def test_the_prompt_of_a_binding_is_left_as_it_is(desk: Desk) -> None:
    await desk.kit.attach_channel(ROOM, "main", metadata={"system_prompt": "Be kind."})

    await desk.delegate(notify="main", wait=True)
    await told(desk)

    assert (await desk.bindings(ROOM))["main"].metadata == {"system_prompt": "Be kind."}


@pytest.mark.parametrize(
    ("prompt", "ending"),
    [
        (None, "Tell the user what matters of this result, in your own words."),
        ("Say it in French.", "Say it in French."),
    ],
)
async def test_immediate_delivery_asks_the_agent_once(
    desk: Desk, prompt: str | None, ending: str
) -> None:
    strategy = ImmediateDelivery(prompt)

    await desk.delegate(notify="main", delivery_strategy=strategy, wait=True)
    await told(desk)

    [asked] = desk.main.asked
    assert text_of(asked.event.content).endswith(f"42\n\n{ending}")
    assert bodies(desk.person.delivered) == ["noted"]


async def test_failure_is_told_too(make_kit: MakeKit) -> None:
    desk = Desk(make_kit(delivery_strategy=ImmediateDelivery()), None)
    await desk.open()

    await desk.delegate(notify="main", wait=True)

    [block] = await told(desk)
    assert "worker: failed]\nTask: count\nIt was not done: the agent said nothing." in block
    assert len(desk.main.asked) == 1


async def test_people_get_what_the_task_has_brought(desk: Desk) -> None:
    await desk.delegate(notify="person", wait=True)

    assert await told(desk) == ["42"]
    assert bodies(desk.person.delivered) == ["42"]
    assert desk.main.asked == []


async def test_people_are_told_nothing_while_a_person_answers_them(make_kit: MakeKit) -> None:
    gate = asyncio.Event()
    desk = Desk(make_kit(), lambda event, context: _after(gate))
    await desk.open()

    task = await desk.delegate(notify="person")
    await desk.kit.take_over(ROOM, user_id="ada")
    gate.set()

    assert (await task.wait(5)).output == "42"
    assert await told(desk) == []
    assert len(await desk.records("task_completed")) == 1


async def test_result_that_is_on_its_way_to_people_is_not_sent_after_a_take_over(
    desk: Desk,
) -> None:
    stored, gate = spy(desk.kit, HookTrigger.AFTER_DELIVER), desk.person.hold()
    saying = asyncio.ensure_future(desk.kit.deliver(ROOM, TextContent(body="One moment.")))
    await until(lambda: bool(desk.person.attempted))
    task = await desk.delegate(notify="person")
    await task.wait(5)
    await stored.until(1)

    await desk.kit.take_over(ROOM, user_id="ada")
    gate.set()
    await saying
    await desk.kit.pipeline.drain(timeout=5)

    assert bodies(desk.person.delivered) == ["One moment."]


async def test_people_are_not_told_of_failures(make_kit: MakeKit) -> None:
    desk = Desk(make_kit(), None)
    await desk.open()

    await desk.delegate(notify="person", wait=True)

    assert await told(desk) == []


async def test_result_without_anybody_to_notify_is_told_nobody(desk: Desk) -> None:
    await desk.delegate(wait=True)

    assert await told(desk) == []


async def test_a_long_result_is_cut_for_the_agent_only(make_kit: MakeKit) -> None:
    desk = Desk(make_kit(), "x" * 9000)
    await desk.open()

    task = await desk.delegate(notify="main", wait=True)

    [block] = await told(desk)
    assert block.endswith("x\n[1000 more characters]")
    assert task.result is not None
    assert task.result.output == "x" * 9000


async def test_the_agent_is_asked_in_a_quiet_moment(clock: FakeClock) -> None:
    desk = Desk(RoomKit(InMemoryStore(), clock=clock))
    await desk.open()
    await desk.kit.publish_typing(ROOM, "ann")

    await desk.delegate(notify="main", delivery_strategy=WaitForIdleDelivery())
    await clock.advance(0.5)
    await desk.kit.publish_typing(ROOM, "ann")
    await clock.advance(5)
    too_early = len(desk.main.asked)
    await clock.advance(5)

    await until(lambda: len(desk.main.asked) == 1)
    assert too_early == 0
    await desk.kit.close()


class Player(Recorder):
    """A transport that plays something."""

    def __init__(self) -> None:
        super().__init__("player")
        self.interruptions: list[str] = []

    async def interrupt_all(self, room_id: str, *, reason: str = "task_delivery") -> int:
        """Note the interruption."""
        self.interruptions.append(f"{room_id} {reason}")
        return 1


async def test_playback_is_interrupted_if_that_is_wished(desk: Desk) -> None:
    player = Player()
    desk.kit.register_channel(player)
    await desk.kit.attach_channel(ROOM, "player")
    at_once = WaitForIdleDelivery(playback_timeout=0.0, interrupt_playback=True)

    await desk.delegate(notify="main", delivery_strategy=at_once, wait=True)
    await told(desk)

    assert player.interruptions == [f"{ROOM} task_delivery"]
    assert len(desk.main.asked) == 1


class Noting(BackgroundTaskDeliveryStrategy):
    """A strategy of the host's own."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, str | None, str | None]] = []

    async def deliver(self, ctx: TaskDeliveryContext) -> None:
        """Note what there is to tell, and where."""
        transport = await ctx.find_transport_channel_id()
        self.told.append((ctx.room_id, ctx.notify_channel_id, ctx.result.output, transport))


async def test_host_may_bring_a_strategy_of_its_own(desk: Desk) -> None:
    noting = Noting()

    await desk.delegate(notify="main", delivery_strategy=noting, wait=True)
    await told(desk)

    assert noting.told == [(ROOM, "main", "42", "person")]


async def test_a_strategy_of_the_task_wins_over_the_kits(make_kit: MakeKit) -> None:
    noting = Noting()
    desk = Desk(make_kit(delivery_strategy=noting))
    await desk.open()

    await desk.delegate(notify="main", delivery_strategy=ContextOnlyDelivery(), wait=True)
    first = await told(desk)
    await desk.delegate("again", notify="main", wait=True)
    await desk.kit.pipeline.drain(timeout=5)

    assert (len(first), len(noting.told)) == (1, 1)


async def test_a_room_that_was_closed_meanwhile_is_told_nothing(make_kit: MakeKit) -> None:
    gate = asyncio.Event()
    desk = Desk(make_kit(), lambda event, context: _after(gate))
    await desk.open()

    task = await desk.delegate(notify="main")
    await desk.kit.close_room(ROOM)
    gate.set()

    assert (await task.wait(5)).output == "42"
    assert await told(desk) == []


async def _after(gate: asyncio.Event) -> str:
    await gate.wait()
    return "42"
