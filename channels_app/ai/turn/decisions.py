"""Tool calls about which people decide: asking them, and acting on what they said (RFC §9.3)."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from channels_app.ai.hook_events import InputRequest
from channels_app.ai.records import AgentStep, DecisionKind, DecisionState, StepState, ToolApproval
from channels_app.ai.store import ApprovalStore
from channels_app.ai.surroundings import Surroundings
from channels_app.ai.turn.assignment import Assignment
from channels_app.ai.turn.guards import Guards, Pending, Settled, Verdict
from channels_app.ai.turn.items import ToolResult
from channels_app.providers.base.ai import AIToolCall
from hooks.triggers import HookTrigger

REFUSALS = {
    DecisionState.REJECTED: "a person refused this call",
    DecisionState.TIMED_OUT: "nobody decided about this call in time",
    DecisionState.WITHDRAWN: "this call was withdrawn",
}


class Decisions:
    """Asks people about the tool calls of one turn."""

    def __init__(
        self,
        assignment: Assignment,
        guards: Guards,
        surroundings: Surroundings,
        *,
        timeout_s: float,
    ) -> None:
        self._assignment = assignment
        self._guards = guards
        self._surroundings = surroundings
        self._timeout_s = timeout_s

    @property
    def _store(self) -> ApprovalStore:
        return self._surroundings.store.approvals

    async def ask(self, run_id: str, waiting: Sequence[tuple[Pending, AgentStep]]) -> None:
        """Write down what people owe; from then on they may answer. Then tell of it, once."""
        known = {each.seq for each in await self._store.of_run(run_id)}
        asked = [
            self._request(run_id, pending, step)
            for pending, step in waiting
            if step.seq not in known
        ]
        await self._store.add(asked)
        room_id, hooks = self._assignment.room_id, self._surroundings.hooks
        if hooks.has_hooks(room_id, HookTrigger.ON_USER_INPUT_REQUIRED):
            for approval in asked:
                # Telling people must not hold up the tools that need nobody (RFC §9.3).
                self._surroundings.tasks.spawn(self._tell(approval))

    async def look_up(self, run_id: str, call: AIToolCall, step: AgentStep) -> Verdict:
        """Return what has become of a call that waits."""
        approvals = await self._store.of_run(run_id)
        asked = next((each for each in approvals if each.seq == step.seq), None)
        kind = asked.kind if asked else DecisionKind(step.response.get("kind", "approval"))
        if asked is None or asked.state is DecisionState.PENDING:
            return Pending(call, kind)
        if asked.state is DecisionState.APPROVED and asked.kind is DecisionKind.APPROVAL:
            edited = asked.edited_arguments
            if edited is not None:
                call = call.model_copy(update={"arguments": edited})
            return await self._guards.judge(call, run_id, is_decided=True)
        return Settled(_result(call, asked))

    async def _tell(self, approval: ToolApproval) -> None:
        room_id, trigger = self._assignment.room_id, HookTrigger.ON_USER_INPUT_REQUIRED
        request = InputRequest(
            approval=approval, channel_id=self._assignment.channel_id, room_id=room_id
        )
        hooks, context = self._surroundings.hooks, self._assignment.context
        await asyncio.gather(
            hooks.run_sync_hooks(room_id, trigger, request, context),
            hooks.run_async_hooks(room_id, trigger, request, context),
        )

    def _request(self, run_id: str, pending: Pending, step: AgentStep) -> ToolApproval:
        call, now = pending.call, self._surroundings.clock.now()
        question = call.arguments.get("question", "")
        return ToolApproval(
            run_id=run_id,
            seq=step.seq,
            room_id=self._assignment.room_id,
            channel_id=self._assignment.channel_id,
            organization_id=self._assignment.organization_id,
            kind=pending.kind,
            tool_name=call.name,
            call_id=call.id,
            question=question if isinstance(question, str) else "",
            arguments=call.arguments,
            parameters=self._guards.parameters_of(call.name),
            created_at=now,
            expires_at=now + timedelta(seconds=self._timeout_s),
        )


def _result(call: AIToolCall, decided: ToolApproval) -> ToolResult:
    """Return what the model is told in the place of a result."""
    if decided.state in {DecisionState.ANSWERED, DecisionState.APPROVED}:
        return ToolResult(call, decided.answer or decided.reason or "Yes.")
    why = REFUSALS[decided.state]
    if decided.reason:
        why = f"{why}: {decided.reason}"
    return ToolResult(call, f"Error: {why}", StepState.DENIED, error=why)
