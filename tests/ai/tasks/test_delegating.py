"""Delegation: a room of its own with no more rights, a result or a reason, told once."""

import asyncio
from typing import Any

import pytest

from hooks import HookResult, HookTrigger
from hooks.results import TaskStatus
from rooms import (
    Access,
    AgentResponsePolicy,
    ChannelCategory,
    ChannelNotFoundError,
    ChannelNotRegisteredError,
    OwnerKind,
    RoomClosedError,
    RoomContext,
    RoomEvent,
    RoomKit,
    RoomNotFoundError,
    RoomStatus,
)
from rooms.delegated.records import DelegatedTaskResult
from rooms.delegated.runner import InMemoryTaskRunner
from rooms.domain.content import text_of
from rooms.stores.memory import InMemoryStore
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Line, ScriptedAgent, Turn, bodies
from tests.ai.tasks.desk import ROOM, Desk
from tests.steps import spy, until

# -- the room of a task


async def test_a_task_is_done_in_a_room_of_its_own(desk: Desk) -> None:
    task = await desk.delegate(context={"year": 2026}, wait=True)

    child = await desk.kit.get_room(task.child_room_id)
    assert child.id.startswith(f"{ROOM}::task-")
    assert len(child.id) == len(f"{ROOM}::task-") + 12
    assert child.metadata == {
        "parent_room_id": ROOM,
        "task_id": task.id,
        "task_agent_id": "worker",
        "task_input": "count",
        "task_context": {"year": 2026},
        "task_status": "completed",
    }
    assert child.status is RoomStatus.CLOSED


async def test_the_room_of_a_task_belongs_to_the_same_organization(kit: RoomKit) -> None:
    desk = Desk(kit)
    await desk.open(organization_id="acme")

    task = await desk.delegate(wait=True)

    child = await kit.get_room(task.child_room_id)
    assert (child.organization_id, child.owner_kind) == ("acme", OwnerKind.AI)
    assert child.agent_response_policy is AgentResponsePolicy.ADDRESSED_ONLY


async def test_the_agent_reads_the_task_with_its_context(desk: Desk) -> None:
    await desk.delegate("count the invoices", context={"year": 2026}, wait=True)

    [asked] = desk.worker.asked
    assert text_of(asked.event.content) == ('count the invoices\n\nContext:\n{\n  "year": 2026\n}')
    assert asked.binding.category is ChannelCategory.INTELLIGENCE


async def test_a_shared_channel_hears_the_answer_and_not_the_task(desk: Desk) -> None:
    await desk.delegate(share_channels=["person"], wait=True)

    await desk.person.until_delivered(1)
    assert bodies(desk.person.delivered) == ["42"]


async def test_a_copied_binding_has_exactly_the_rights_of_the_original(desk: Desk) -> None:
    kit = desk.kit
    await kit.attach_channel(
        ROOM,
        "person",
        access=Access.READ_ONLY,
        visibility="main",
        muted=True,
        metadata={"phone_number": "+1555"},
    )
    await kit.mute_output(ROOM, "person")

    task = await desk.delegate(share_channels=["person"], wait=True)

    copy = (await desk.bindings(task.child_room_id))["person"]
    assert (copy.access, copy.visibility, copy.muted) == (Access.READ_ONLY, "main", True)
    assert (copy.output_muted, copy.metadata) == (True, {"phone_number": "+1555"})


async def test_an_agent_that_is_muted_in_the_room_cannot_speak_by_a_task(desk: Desk) -> None:
    await desk.kit.attach_channel(ROOM, "worker", muted=True)

    task = await desk.delegate(share_channels=["person"])
    result = await task.wait(5)

    assert result.status is TaskStatus.FAILED
    assert (await desk.bindings(task.child_room_id))["worker"].muted
    assert bodies(desk.person.delivered) == []


async def test_an_agent_does_not_speak_to_people_whom_a_person_has_taken_over(desk: Desk) -> None:
    await desk.kit.take_over(ROOM, user_id="u1")

    task = await desk.delegate(share_channels=["person"])

    assert (await task.wait(5)).status is TaskStatus.FAILED
    assert bodies(desk.person.delivered) == []


async def test_a_take_over_holds_in_the_rooms_of_tasks_whose_people_it_is_about(
    kit: RoomKit,
) -> None:
    desk, slow, task = await begun_slowly(kit, share_channels=["person"])

    await kit.take_over(ROOM, user_id="u1")
    slow.free.set()

    assert (await task.wait(5)).status is TaskStatus.FAILED
    await kit.pipeline.drain(timeout=5)
    assert bodies(desk.person.delivered) == []


async def test_a_take_over_leaves_tasks_alone_that_speak_to_nobody(kit: RoomKit) -> None:
    _, slow, task = await begun_slowly(kit)

    await kit.take_over(ROOM, user_id="u1")
    slow.free.set()

    assert (await task.wait(5)).output == "late"


# -- the end


async def test_the_answer_is_the_result(desk: Desk) -> None:
    task = await desk.delegate("count", context={"a": 1})

    result = await task.wait(5)

    assert (result.status, result.output, result.error) == (TaskStatus.COMPLETED, "42", None)
    assert (result.task_id, result.agent_id) == (task.id, "worker")
    assert (result.parent_room_id, result.child_room_id) == (ROOM, task.child_room_id)
    assert result.metadata == {"task_input": "count", "task_context": {"a": 1}}
    assert (task.result, task.status) == (result, TaskStatus.COMPLETED)


@pytest.mark.parametrize(
    ("line", "error", "output"),
    [
        (None, "the agent said nothing", None),
        (RuntimeError("secret"), "the agent failed (RuntimeError)", None),
        # What it had said until then is not lost.
        (Turn(deltas=["half"], failure=RuntimeError("secret")), "the answer broke off", "half"),
    ],
)
async def test_failure_is_reported_without_secrets(
    kit: RoomKit, line: Line, error: str, output: str | None
) -> None:
    desk = Desk(kit, line)
    await desk.open()

    result = await (await desk.delegate()).wait(5)

    assert (result.status, result.error, result.output) == (TaskStatus.FAILED, error, output)


async def test_a_blocked_task_has_failed(desk: Desk) -> None:
    @desk.kit.hook(HookTrigger.BEFORE_BROADCAST, name="rule")
    async def rule(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        return HookResult.block("no")

    result = await (await desk.delegate()).wait(5)

    assert (result.status, result.error) == (TaskStatus.FAILED, "the task was blocked by rule")
    assert desk.worker.asked == []


async def test_hooks_are_told_of_begin_and_end_in_the_parent(desk: Desk) -> None:
    begun = spy(desk.kit, HookTrigger.ON_TASK_DELEGATED)
    ended = spy(desk.kit, HookTrigger.ON_TASK_COMPLETED)

    task = await desk.delegate(wait=True)

    assert [event.room_id for event in [*begun, *ended]] == [ROOM, ROOM]
    assert begun[0].content.data["task_id"] == ended[0].content.data["task_id"] == task.id
    assert (ended[0].content.data["status"], ended[0].content.data["output"]) == (
        "completed",
        "42",
    )
    assert len(await desk.records("task_completed")) == 1


async def test_on_complete_runs_before_who_waits_goes_on(desk: Desk) -> None:
    order: list[str] = []

    async def note(result: DelegatedTaskResult) -> None:
        await asyncio.sleep(0)
        order.append(result.output or "")

    task = await desk.delegate(on_complete=note)
    await task.wait(5)
    order.append("waited")

    assert order == ["42", "waited"]


async def test_a_failing_on_complete_keeps_nobody_from_the_result(desk: Desk) -> None:
    def fail(result: DelegatedTaskResult) -> None:
        raise RuntimeError("callback")

    task = await desk.delegate(on_complete=fail)

    assert (await task.wait(5)).output == "42"


class Slow(ScriptedAgent):
    """An agent that thinks until it is let go."""

    def __init__(self) -> None:
        super().__init__("slow", self._think)
        self.free = asyncio.Event()

    async def _think(self, event: RoomEvent, context: RoomContext) -> str:
        await self.free.wait()
        return "late"


async def begun_slowly(kit: RoomKit, **options: Any) -> tuple[Desk, Slow, Any]:
    """Delegate to an agent that thinks."""
    desk, slow = Desk(kit), Slow()
    await desk.open()
    kit.register_channel(slow)
    task = await kit.delegate(ROOM, "slow", "think", **options)
    await until(lambda: len(slow.asked) == 1)
    return desk, slow, task


async def test_waiting_may_be_given_up_and_the_task_goes_on(kit: RoomKit) -> None:
    _, slow, task = await begun_slowly(kit)

    with pytest.raises(TimeoutError):
        await task.wait(0.01)
    slow.free.set()

    assert (await task.wait(5)).output == "late"


async def test_a_task_that_is_called_off_stops_its_agent(kit: RoomKit) -> None:
    desk, slow, task = await begun_slowly(kit, notify="main")

    task.cancel()
    result = await task.wait(5)
    slow.free.set()

    assert (result.status, result.error) == (TaskStatus.CANCELLED, "called off")
    assert [event.source.channel_id for event in await desk.said_in(task.child_room_id)][:1] == [
        "system"
    ]
    assert "late" not in bodies(await desk.said_in(task.child_room_id))
    assert desk.main.asked == []
    assert not await kit.delegation.runner.cancel(task.id)


async def test_a_task_without_an_answer_in_time_has_failed(clock: FakeClock) -> None:
    kit = RoomKit(InMemoryStore(), clock=clock)
    ended = spy(kit, HookTrigger.ON_TASK_COMPLETED)
    _, slow, task = await begun_slowly(kit, timeout=30)

    await clock.advance(29)
    assert await kit.delegation.look_after() == 0
    await clock.advance(2)
    assert await kit.delegation.look_after() == 1
    slow.free.set()

    assert task.result is not None
    assert task.result.error == "no answer within 30 s"
    assert len(ended) == 1
    await kit.close()


# -- refusals


async def test_what_cannot_be_done_is_refused(desk: Desk) -> None:
    refused: list[tuple[type[Exception], tuple[str, str, str], dict[str, Any]]] = [
        (RoomNotFoundError, ("nowhere", "worker", "count"), {}),
        (ChannelNotRegisteredError, (ROOM, "nobody", "count"), {}),
        (ValueError, (ROOM, "person", "count"), {}),  # no agent
        (ValueError, (ROOM, "worker", "  "), {}),
        (ChannelNotFoundError, (ROOM, "worker", "count"), {"share_channels": ["worker"]}),
        (ChannelNotFoundError, (ROOM, "worker", "count"), {"notify": "nobody"}),
    ]
    for error, (room_id, agent_id, task), options in refused:
        with pytest.raises(error):
            await desk.kit.delegate(room_id, agent_id, task, **options)

    await desk.kit.close_room(ROOM)
    with pytest.raises(RoomClosedError):
        await desk.delegate()
    assert desk.worker.asked == []


async def test_an_agent_of_another_organization_is_not_found(desk: Desk) -> None:
    desk.kit.register_channel(ScriptedAgent("theirs", "no"), organization_id="other")

    with pytest.raises(ChannelNotRegisteredError):
        await desk.kit.delegate(ROOM, "theirs", "count")


async def test_agents_cannot_delegate_to_each_other_for_ever(kit: RoomKit) -> None:
    depths: list[str] = []

    async def delegate_on(event: RoomEvent, context: RoomContext) -> str:
        depths.append(event.room_id)
        task = await kit.delegate(event.room_id, "worker", "again")
        return (await task.wait(5)).output or "?"

    desk = Desk(kit, delegate_on)
    await desk.open()

    await (await desk.delegate()).wait(20)

    assert len(depths) == 5
    ends = [await kit.get_room(room_id) for room_id in depths]
    statuses = [room.metadata["task_status"] for room in ends]
    assert statuses == ["completed"] * 4 + ["failed"]


async def test_tasks_kept_in_memory_leave_no_row() -> None:
    kit = RoomKit(InMemoryStore(), task_runner=InMemoryTaskRunner())
    desk = Desk(kit)
    await desk.open()

    assert (await (await desk.delegate()).wait(5)).output == "42"

    await kit.close()
