"""What goes before an answer in rooms with a strategy: workers, or drafts and reviews."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from channels_app.ai.pipeline import Generation, PipelineState
from channels_app.ai.records import EndReason
from channels_app.ai.turn.items import Ended, Item, TextDelta
from channels_app.ai.wording import describe
from channels_app.orchestration.company import Company
from channels_app.orchestration.drafting import Drafting
from channels_app.orchestration.plan import HandoffPlan, LoopPlan, SupervisorPlan, plan_of
from channels_app.orchestration.roles import CompanyOf, supervision_of
from channels_app.orchestration.state import ConversationState, change_conversation_state
from channels_app.providers.base.ai import AIMessage, ProviderError
from hooks.results import Observation
from rooms.domain.context import RoomContext
from rooms.domain.json import JsonObject

CONVERSATION_KEPT = 20
"""How many of the latest messages an agent is shown that drafts an answer elsewhere."""

NOT_APPROVED = "loop_not_approved"


class Rehearsal:
    """The generation stage of agents that may have a place in a strategy.

    Args:
        agent_id: The agent.
        company: Returns the agents it works with; None while it is registered nowhere.
        inner: The stage that asks the agent's own model.
    """

    def __init__(self, agent_id: str, company: CompanyOf, inner: Generation) -> None:
        self._agent_id = agent_id
        self._company = company
        self._inner = inner

    async def generate(self, state: PipelineState) -> AsyncGenerator[Item, None]:
        """Answer as the agent's place in the room wants it."""
        plan, company = plan_of(state.assignment.context.room), self._company()
        if company is None or plan is None or plan.entry != self._agent_id:
            stage = self._inner(state)
        elif isinstance(plan, LoopPlan):
            stage = _draft(state, plan, company)
        else:
            await _let_work(state, plan, company)
            stage = self._inner(state)
        async with aclosing(stage) as items:
            async for item in items:
                yield item


async def _let_work(
    state: PipelineState, plan: HandoffPlan | SupervisorPlan, company: Company
) -> None:
    """Run the workers about a message, and show the supervisor what they made of it."""
    if not isinstance(plan, SupervisorPlan) or not plan.auto_delegate or state.ai_context is None:
        return
    assignment = state.assignment
    question = describe(assignment.event.content)
    key = f"{assignment.event.id}:{plan.entry}"
    supervision = supervision_of(plan, company, assignment.context, key)
    made = await company.once(
        assignment.room_id, assignment.event.id, lambda: supervision.run(question)
    )
    told = f"Your workers have made this of the last message; answer from it.\n{made}"
    prompt = "\n\n".join(filter(None, (state.ai_context.system_prompt, told)))
    state.ai_context = state.ai_context.model_copy(update={"system_prompt": prompt})


async def _draft(
    state: PipelineState, plan: LoopPlan, company: Company
) -> AsyncGenerator[Item, None]:
    assignment = state.assignment

    async def is_stopped() -> bool:
        return await assignment.stop_reason() is not None

    key = f"{assignment.event.id}:{plan.entry}"
    drafting = Drafting(company, assignment.room_id, key, plan, is_stopped)
    await drafting.run(describe(assignment.event.content), _conversation(state))
    if drafting.stopped:
        yield Ended(EndReason.CANCELLED)
    elif not drafting.draft:
        yield Ended(EndReason.ERROR, ProviderError(f"{plan.entry} made no draft: {drafting.error}"))
    else:
        await _note(company, assignment.room_id, drafting)
        if not drafting.approved:
            state.outcome.observations.append(_not_approved(plan, drafting))
        yield TextDelta(drafting.draft)
        yield Ended(EndReason.COMPLETED)


def _conversation(state: PipelineState) -> JsonObject:
    """Return what came before, as far as the agent may see it."""
    messages = state.ai_context.messages[:-1] if state.ai_context else []
    said = [f"{each.role}: {_text(each)}" for each in messages[-CONVERSATION_KEPT:]]
    return {"conversation so far": said} if said else {}


def _text(message: AIMessage) -> str:
    if isinstance(message.content, str):
        return message.content
    return " ".join(part.text for part in message.content if part.type == "text")


async def _note(company: Company, room_id: str, drafting: Drafting) -> None:
    def change(context: RoomContext, state: ConversationState) -> ConversationState:
        return state.with_context(
            _loop_iteration=drafting.iteration, _loop_approved=drafting.approved
        )

    await change_conversation_state(company.host, room_id, change)


def _not_approved(plan: LoopPlan, drafting: Drafting) -> Observation:
    return Observation(
        channel_id=plan.entry,
        category=NOT_APPROVED,
        content="\n".join(filter(None, drafting.feedback)),
        data={"iterations": drafting.iteration},
    )
