"""The first hook of an answer: it may forbid what was not even begun (checks 18, 19)."""

from typing import Any

from channels_app import MockAIProvider, MockMemoryProvider
from channels_app.ai.memory import MemoryResult
from channels_app.ai.pipeline import AIPipelineConfig, PipelineState
from channels_app.ai.records import AgentRun, AgentStep, DecisionState, RunStatus
from channels_app.ai.tools.base import Tool, TurnScope
from hooks import HookExecution, HookResult, HookTrigger
from hooks.results import Observation, Task
from rooms import RoomKit
from rooms.domain.event import RoomEvent
from tests import steps
from tests.ai.purse import Purse
from tests.ai.working import Desk, Job, Recorded, call, calling, said, saying
from tests.channels_app.values import ROOM, make_agent_binding, make_event, make_person

TRIGGER = HookTrigger.BEFORE_AI_CONTEXT_BUILD
Journal = list[str]


class NotingMemory(MockMemoryProvider):
    """Notes when it is asked."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal

    async def retrieve(self, *args: Any, **kwargs: Any) -> MemoryResult:
        self._journal.append("memory")
        return await super().retrieve(*args, **kwargs)


class NotingTools:
    """A toolset that notes when it is asked."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def tools_for(self, context: TurnScope) -> list[Tool]:
        self._journal.append("tools")
        return []

    async def prompt_for(self, context: TurnScope) -> str:
        self._journal.append("prompt")
        return ""


class NotingPurse(Purse):
    """A ledger that notes what is asked of it."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal

    async def reserve(self, spend: Any) -> Any:
        self._journal.append("money")
        return await super().reserve(spend)


def noting_desk(kit: RoomKit, *, streaming: bool, **options: Any) -> tuple[Desk, Journal]:
    """Return an agent of which everything that costs something is noted."""
    journal: Journal = []
    parts: dict[str, Any] = {
        "memory": NotingMemory(journal),
        "toolsets": [NotingTools(journal)],
        "ledger": NotingPurse(journal),
    }
    desk = Desk(kit, MockAIProvider(streaming=streaming), **(parts | options))
    return desk, journal


def forbid(kit: RoomKit, reason: str = "quiet") -> None:
    """Let no agent answer."""

    @kit.hook(TRIGGER)
    async def quiet(asked: Any, context: Any) -> HookResult[Any]:
        seen = Observation(type="mood", content="angry")
        return HookResult.block(reason, tasks=[Task(title="Call back")], observations=[seen])


async def run_of(desk: Desk, event: RoomEvent) -> AgentRun:
    """Return the run that was written for an event, as it stands."""
    [run] = [
        each
        for each in desk.kept.runs._runs.values()  # type: ignore[attr-defined]  # all there are
        if each.event_id == event.id
    ]
    assert isinstance(run, AgentRun)
    return run


async def test_hook_comes_before_memory_tools_and_money(kit: RoomKit, *, streaming: bool) -> None:
    desk, journal = noting_desk(kit, streaming=streaming)

    @kit.hook(TRIGGER)
    async def look(asked: Any, context: Any) -> HookResult[Any]:
        journal.append("hook")
        return HookResult.allow()

    assert await said(await desk.ask(make_event())) == "Hello from AI"

    assert journal[:3] == ["hook", "memory", "tools"]
    assert journal.count("hook") == journal.count("money") == 1


async def test_hook_that_blocks_costs_nothing(kit: RoomKit, *, streaming: bool) -> None:
    desk, journal = noting_desk(kit, streaming=streaming)
    aborted = steps.watch(kit, "ai_pipeline.aborted")
    forbid(kit)

    output = await desk.ask(make_event())

    assert (output.responded, output.response_events, output.response_stream) == (False, [], None)
    assert [task.title for task in output.tasks] == ["Call back"]
    assert [seen.content for seen in output.observations] == ["angry"]
    assert journal == []
    assert isinstance(desk.agent.provider, MockAIProvider)
    assert desk.agent.provider.calls == []
    assert [each.data for each in aborted] == [{"stage": "gates", "reason": "quiet"}]


async def test_what_was_forbidden_is_written_down_with_its_reason(kit: RoomKit) -> None:
    desk, _ = noting_desk(kit, streaming=True, version_id="agent-7")
    forbid(kit, "people answer here")
    event = make_event()

    await desk.ask(event)

    run = await run_of(desk, event)
    assert (run.status, run.end_reason) == (RunStatus.CANCELLED, "blocked")
    assert (run.error, run.version_id, run.delivery_id) == ("people answer here", "agent-7", "d1")
    assert run.ended_at is not None
    assert await desk.kept.runs.list_steps(run.id) == []


async def test_block_of_the_generation_is_written_down_too(kit: RoomKit) -> None:
    desk, _ = noting_desk(kit, streaming=True)
    event = make_event()

    @kit.hook(HookTrigger.BEFORE_AI_GENERATION)
    async def stop(asked: Any, context: Any) -> HookResult[Any]:
        return HookResult.block("too long")

    await desk.ask(event)

    run = await run_of(desk, event)
    assert (run.status, run.end_reason, run.error) == (RunStatus.CANCELLED, "blocked", "too long")


async def test_turn_that_another_process_has_begun_anew_is_left_to_it(kit: RoomKit) -> None:
    desk, _ = noting_desk(kit, streaming=True)
    runs, event = desk.kept.runs, make_event()
    open_run = runs.open_run

    async def open_for_two(run: AgentRun) -> tuple[AgentRun, list[AgentStep]]:
        mine = await open_run(run)
        await open_run(run)
        return mine

    runs.open_run = open_for_two  # type: ignore[method-assign]  # somebody is a moment later
    forbid(kit)

    assert await said(await desk.ask(event)) == ""
    assert (await run_of(desk, event)).status is RunStatus.RUNNING


async def test_question_that_says_nothing_leaves_no_run(kit: RoomKit) -> None:
    desk, _ = noting_desk(kit, streaming=True)

    await desk.ask(make_event(""))

    assert desk.kept.runs._runs == {}  # type: ignore[attr-defined]  # all there are


async def test_hook_is_told_who_asks_whom_about_what(kit: RoomKit) -> None:
    seen: list[Any] = []

    @kit.hook(TRIGGER)
    async def look(asked: Any, context: Any) -> HookResult[Any]:
        seen.append((asked, context.room.id))
        return HookResult.allow()

    desk, _ = noting_desk(kit, streaming=True, version_id="agent-7")
    event, owner = make_event("Refund?"), make_person("customer")
    context = desk.context().model_copy(
        update={"participants": [owner.model_copy(update={"role": "owner"})]}
    )

    await desk.agent.on_event(event, make_agent_binding("agent"), context)

    [(asked, room_id)] = seen
    assert (asked.event, asked.room_id, asked.channel_id) == (event, ROOM, "agent")
    assert (asked.role, asked.version_id, room_id) == ("owner", "agent-7", ROOM)


async def test_filters_look_at_where_the_question_came_from(kit: RoomKit) -> None:
    desk, _ = noting_desk(kit, streaming=True)

    @kit.hook(TRIGGER, channel_ids={"sms"})
    async def quiet(asked: Any, context: Any) -> HookResult[Any]:
        return HookResult.block("not by text message")

    assert await said(await desk.ask(make_event())) == "Hello from AI"
    assert await said(await desk.ask(make_event(channel_id="sms"))) == ""


async def test_hook_that_fails_forbids_nothing(kit: RoomKit) -> None:
    desk, _ = noting_desk(kit, streaming=True)
    failed = steps.watch(kit, "hook_error")

    @kit.hook(TRIGGER)
    async def broken(asked: Any, context: Any) -> HookResult[Any]:
        raise RuntimeError("hook is broken")

    assert await said(await desk.ask(make_event())) == "Hello from AI"
    assert [each.data["trigger"] for each in failed] == ["before_ai_context_build"]


async def test_what_a_hook_changes_has_no_effect(kit: RoomKit) -> None:
    desk, _ = noting_desk(kit, streaming=True)

    @kit.hook(TRIGGER)
    async def change(asked: Any, context: Any) -> HookResult[Any]:
        other = asked.event.model_copy(update={"content": make_event("Something else").content})
        return HookResult.modify(asked.model_copy(update={"event": other}))

    await said(await desk.ask(make_event("Refund?")))

    assert isinstance(desk.agent.provider, MockAIProvider)
    assert desk.agent.provider.calls[0].messages[-1].content == "Refund?"


async def test_gates_of_the_agent_come_behind_the_hooks(kit: RoomKit) -> None:
    ran: Journal = []

    async def gate(state: PipelineState) -> None:
        ran.append("gate")

    @kit.hook(TRIGGER)
    async def look(asked: Any, context: Any) -> HookResult[Any]:
        ran.append("hook")
        return HookResult.allow()

    @kit.hook(TRIGGER, execution=HookExecution.ASYNC)
    async def watch(asked: Any, context: Any) -> None:
        ran.append("watch")

    desk, _ = noting_desk(kit, streaming=True, pipeline=AIPipelineConfig(gates=[gate]))

    await desk.ask(make_event())

    assert ran == ["hook", "watch", "gate"]


async def test_turn_that_waited_for_people_is_ended_when_it_may_not_go_on(kit: RoomKit) -> None:
    """What nobody has decided yet, nobody needs to decide any more; the tool does not run."""
    pay = Recorded("pay", needs_approval=True)
    asked = calling(call("pay", n=1), call("pay", "t2", n=2), text="One moment.")
    desk = Desk(kit, MockAIProvider(ai_responses=[asked, saying("Paid.")]), tools=[pay])
    event = make_event()
    await said(await desk.ask(event))
    run = await run_of(desk, event)
    first, _ = await desk.kept.approvals.of_run(run.id)
    await desk.kept.approvals.decide(first.id, DecisionState.APPROVED, decided_by="kim")
    forbid(kit)

    output = await desk.ask(event, Job(segment=1))

    ended = await run_of(desk, event)
    states = [each.state for each in await desk.kept.approvals.of_run(run.id)]
    assert (await said(output), pay.calls) == ("", [])
    assert (ended.id, ended.status, ended.end_reason) == (run.id, RunStatus.CANCELLED, "blocked")
    assert states == [DecisionState.APPROVED, DecisionState.WITHDRAWN]
