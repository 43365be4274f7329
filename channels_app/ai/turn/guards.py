"""What stands between a model that calls a tool and the tool (RFC §15.8, §24)."""

import logging
from dataclasses import dataclass
from typing import TypeAlias

from channels_app.ai.hook_events import ToolCallEvent
from channels_app.ai.records import DecisionKind, StepState
from channels_app.ai.tools.arguments import repair, validate
from channels_app.ai.tools.base import Tool
from channels_app.ai.turn.assignment import Assignment
from channels_app.ai.turn.items import ToolResult
from channels_app.ai.turn.progress import Progress
from channels_app.ai.turn.toolbox import Toolbox
from channels_app.providers.base.ai import AIToolCall
from hooks.engine import HookEngine
from hooks.triggers import HookTrigger
from rooms.domain.context import RoomContext
from rooms.domain.json import JsonObject

logger = logging.getLogger("roomkit.ai")


@dataclass(frozen=True, slots=True)
class Ready:
    """A call that may be made, with the arguments it is made with."""

    call: AIToolCall
    tool: Tool


@dataclass(frozen=True, slots=True)
class Pending:
    """A call about which people decide first."""

    call: AIToolCall
    kind: DecisionKind


@dataclass(frozen=True, slots=True)
class Settled:
    """A call that has its result without being made."""

    result: ToolResult

    @property
    def call(self) -> AIToolCall:
        """The call."""
        return self.result.call


Verdict: TypeAlias = Ready | Pending | Settled
"""What becomes of a call."""


class Guards:
    """Judges the tool calls of one turn, in this order.

    Unknown name, shape of the arguments, JSON Schema, policy, gates and roles, BEFORE_TOOL_USE
    (which may rewrite the arguments, and refuses by failing), approval.
    """

    def __init__(
        self,
        assignment: Assignment,
        toolbox: Toolbox,
        hooks: HookEngine[RoomContext],
        progress: Progress,
    ) -> None:
        self._assignment = assignment
        self._toolbox = toolbox
        self._hooks = hooks
        self._progress = progress

    async def judge(self, call: AIToolCall, run_id: str, *, is_decided: bool = False) -> Verdict:
        """Return what becomes of a call; `is_decided` says that people have approved of it."""
        tool = self._toolbox.find(call.name)
        if tool is None:
            return refused(call, f"unknown tool {call.name!r}", StepState.FAILED)
        schema = tool.definition.parameters
        call = call.model_copy(update={"arguments": repair(call.arguments, schema)})
        if settled := self._refusal(call, schema):
            return settled
        verdict = await self._ask_hooks(call, run_id)
        if isinstance(verdict, Settled):
            return verdict
        if fault := _fault(verdict.arguments, schema):
            return refused(verdict, fault, StepState.FAILED)
        if not is_decided and (kind := _decision(tool, verdict.arguments)):
            return Pending(verdict, kind)
        return Ready(verdict, tool)

    def parameters_of(self, name: str) -> JsonObject:
        """Return the JSON Schema of a tool's arguments; {} of one that is gone."""
        tool = self._toolbox.find(name)
        return tool.definition.parameters if tool else {}

    def _refusal(self, call: AIToolCall, schema: JsonObject) -> Settled | None:
        """Return a call as settled if its arguments are wrong, or the tool may not be used."""
        if fault := _fault(call.arguments, schema):
            return refused(call, fault, StepState.FAILED)
        reason = self._toolbox.refusal(call.name)
        return refused(call, reason, StepState.DENIED) if reason else None

    async def _ask_hooks(self, call: AIToolCall, run_id: str) -> AIToolCall | Settled:
        room_id, context = self._assignment.room_id, self._assignment.context
        trigger = HookTrigger.BEFORE_TOOL_USE
        if not self._hooks.has_hooks(room_id, trigger):
            return call
        event = call_event(self._assignment, call, run_id)
        passed = await self._hooks.run_sync_hooks(room_id, trigger, event, context)
        self._progress.note_hooks(passed)
        if not passed.allowed:
            return refused(call, passed.reason or "the call is not allowed", StepState.DENIED)
        if passed.failures:
            # RFC §9.3 for this trigger: what could not be checked does not run.
            return refused(call, "the call could not be checked", StepState.DENIED)
        await self._hooks.run_async_hooks(room_id, trigger, passed.event, context)
        return call.model_copy(update={"arguments": passed.event.arguments})


def call_event(assignment: Assignment, call: AIToolCall, run_id: str) -> ToolCallEvent:
    """Return what hooks are told of a call before it is made."""
    return ToolCallEvent(
        channel_id=assignment.channel_id,
        channel_type=assignment.channel_type,
        tool_call_id=call.id,
        name=call.name,
        arguments=call.arguments,
        room_id=assignment.room_id,
        run_id=run_id,
    )


def refused(call: AIToolCall, why: str, state: StepState) -> Settled:
    """Return a call that is not made, with what the model is told."""
    return Settled(ToolResult(call, f"Error: {why}", state, error=why))


def _fault(arguments: JsonObject, schema: JsonObject) -> str:
    faults = validate(arguments, schema)
    return f"the arguments are wrong: {'; '.join(faults)}" if faults else ""


def _decision(tool: Tool, arguments: JsonObject) -> DecisionKind | None:
    rules = tool.rules
    if rules.asks_input:
        return DecisionKind.INPUT
    return DecisionKind.APPROVAL if _needs_approval(tool, arguments) else None


def _needs_approval(tool: Tool, arguments: JsonObject) -> bool:
    wanted = tool.rules.needs_approval
    if not callable(wanted):
        return wanted
    try:
        return bool(wanted(arguments))
    except Exception:  # a site's own rule: where it cannot decide, people do
        logger.exception("a rule of approval failed", extra={"tool_name": tool.definition.name})
        return True
