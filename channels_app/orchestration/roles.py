"""What an agent can do by its place in a room's strategy, worked out anew for each turn."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from channels_app.ai.tools.base import Tool, ToolContext, ToolFault, ToolRules, TurnScope
from channels_app.orchestration.company import Company
from channels_app.orchestration.greets import Greets
from channels_app.orchestration.handoff import HandoffHandler
from channels_app.orchestration.handoff_greeting import greeting_after
from channels_app.orchestration.handoff_tool import build_handoff_tool
from channels_app.orchestration.plan import AgentCard, HandoffPlan, SupervisorPlan, plan_of
from channels_app.orchestration.supervision import Supervision
from channels_app.providers.base.ai import AITool
from rooms.domain.context import RoomContext
from rooms.domain.json import JsonObject

DELEGATE_PREFIX = "delegate_to_"
DELEGATE_ALL = "delegate_workers"

CompanyOf: TypeAlias = Callable[[], Company | None]


@dataclass(frozen=True)
class RoleTool:
    """A tool that comes with a place in a strategy."""

    definition: AITool
    act: Callable[[JsonObject, ToolContext], Awaitable[str]]
    rules: ToolRules = field(default_factory=ToolRules)

    async def run(self, arguments: JsonObject, context: ToolContext) -> str:
        """Do it."""
        return await self.act(arguments, context)


class RoomRole:
    """The toolset of an agent's place in the strategy of each room; it keeps nothing of any.

    Args:
        agent_id: The agent.
        company: Returns the agents it works with; None while it is registered nowhere.
    """

    def __init__(self, agent_id: str, company: CompanyOf) -> None:
        self._agent_id = agent_id
        self._company = company

    async def tools_for(self, context: TurnScope) -> list[Tool]:
        """Return the tools of the agent's place in this room."""
        plan, company = plan_of(context.room.room), self._company()
        if company is None:
            return []
        if isinstance(plan, HandoffPlan):
            return self._handing_over(plan, company)
        if isinstance(plan, SupervisorPlan) and plan.entry == self._agent_id:
            return _supervising(plan, company)
        return []

    async def prompt_for(self, context: TurnScope) -> str:
        """Return what the agent is told of its place in this room."""
        plan = plan_of(context.room.room)
        if not isinstance(plan, SupervisorPlan) or plan.entry != self._agent_id:
            return ""
        return "\n".join(["You lead these workers; they see nothing but their task:", *_team(plan)])

    def _handing_over(self, plan: HandoffPlan, company: Company) -> list[Tool]:
        targets = plan.targets.get(self._agent_id)
        if not targets:
            return []
        handler = handler_of(plan, company)

        async def hand_over(arguments: JsonObject, context: ToolContext) -> str:
            made = await handler.handle(context.room_id, self._agent_id, arguments)
            return made.model_dump_json()

        named = [(card.agent_id, card.description) for card in targets]
        return [RoleTool(build_handoff_tool(named), hand_over, ToolRules(idempotent=True))]


def handler_of(plan: HandoffPlan, company: Company) -> HandoffHandler:
    """Return what makes the handoffs of a room's plan."""
    found = company.host.channels
    agents = [found[each] for each in plan.targets if each in found]
    handler = HandoffHandler(
        company.host,
        None,
        phase_map=plan.phases,
        allowed_transitions=plan.transitions,
        agents=[agent for agent in agents if isinstance(agent, Greets)],
    )
    if plan.greets:
        handler.on_handoff_complete = greeting_after(handler)
    return handler


def supervision_of(
    plan: SupervisorPlan, company: Company, context: RoomContext, key: str
) -> Supervision:
    """Return what runs the workers of a room's plan; `key` names the work in the conversation."""

    async def is_stopped() -> bool:
        return context.asking is not None and await context.asking.stop_reason() is not None

    return Supervision(company, context.room.id, key, plan, is_stopped)


def _supervising(plan: SupervisorPlan, company: Company) -> list[Tool]:
    if plan.auto_delegate:
        return []  # the workers have been there before the supervisor is asked
    if plan.mode is None:
        return [_delegate_to(worker, plan, company) for worker in plan.workers]

    async def delegate_all(arguments: JsonObject, context: ToolContext) -> str:
        task = _task(arguments)
        supervision = supervision_of(plan, company, context.room, context.idempotency_key)
        return await company.once(
            context.room_id, f"{DELEGATE_ALL}:{task}", lambda: supervision.run(task)
        )

    tool = _tool(DELEGATE_ALL, "Let all workers do a task, each its part of it.")
    # Who does the work is found again by the call's key, so that a call may be made twice.
    rules = ToolRules(timeout_s=_longest(plan), is_told_whole=True, idempotent=True)
    return [RoleTool(tool, delegate_all, rules)]


def _delegate_to(worker: AgentCard, plan: SupervisorPlan, company: Company) -> Tool:
    async def delegate(arguments: JsonObject, context: ToolContext) -> str:
        task = _task(arguments)
        supervision = supervision_of(plan, company, context.room, context.idempotency_key)
        return await company.once(
            context.room_id,
            f"{worker.agent_id}:{task}",
            lambda: supervision.run_one(worker.agent_id, task),
        )

    known = f" {worker.description}" if worker.description else ""
    tool = _tool(f"{DELEGATE_PREFIX}{worker.agent_id}", f"Let {worker.agent_id} do a task.{known}")
    return RoleTool(tool, delegate, ToolRules(timeout_s=_longest(plan), idempotent=True))


def _tool(name: str, description: str) -> AITool:
    task = {"type": "string", "description": "The whole task; nothing else is known to who does it"}
    return AITool(
        name=name,
        description=description,
        parameters={"type": "object", "properties": {"task": task}, "required": ["task"]},
    )


def _task(arguments: JsonObject) -> str:
    task = str(arguments["task"]).strip()
    if not task:
        raise ToolFault("the task is empty")
    return task


def _longest(plan: SupervisorPlan) -> float:
    """Return how many seconds a call may take at most, with a margin for what is between."""
    tasks = 1 + 2 * (plan.max_revisions + 1) if plan.mode else 1
    chain = len(plan.workers) if plan.mode == "sequential" else 1
    return tasks * chain * plan.task_timeout_s + 30.0


def _team(plan: SupervisorPlan) -> list[str]:
    return [
        f"- {each.agent_id}: {each.description}" if each.description else f"- {each.agent_id}"
        for each in plan.workers
    ]
