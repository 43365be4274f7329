"""Taking a turn up where an earlier attempt, or the question to a person, has left it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from channels_app.ai.records import AgentStep, EndReason, StepKind, StepState
from channels_app.ai.turn.buffer import answer_message
from channels_app.ai.turn.decisions import Decisions
from channels_app.ai.turn.directing import apply
from channels_app.ai.turn.guards import Ready, Settled, Verdict
from channels_app.ai.turn.items import ToolResult
from channels_app.ai.turn.progress import Progress
from channels_app.ai.turn.tool_round import UNSETTLED, RoundPlan, ToolRounds
from channels_app.ai.turn.toolbox import Toolbox
from channels_app.providers.base.ai import AIMessage, AIThinkingPart, AIToolCall

UNKNOWN_OUTCOME = (
    "Error: this call was interrupted, and nobody knows whether it took effect. Do not simply make "
    "it again: find out first, or tell the person."
)


@dataclass(frozen=True)
class PastAnswer:
    """An answer of the model that was written down, with the steps of its tools."""

    step: AgentStep
    tools: list[AgentStep]

    @property
    def calls(self) -> list[AIToolCall]:
        """The tool calls in it."""
        return [AIToolCall(**call) for call in self.step.response.get("tool_calls", ())]

    @property
    def text(self) -> str:
        """What the model wrote."""
        return str(self.step.response.get("text", ""))

    @property
    def shown(self) -> str:
        """What people were shown of it."""
        return str(self.step.response.get("shown", ""))

    @property
    def segment(self) -> int:
        """Which piece of the answer it belongs to."""
        return int(self.step.response.get("segment", 0))

    @property
    def ended(self) -> EndReason | None:
        """Why the turn ended with it, if it did."""
        word = self.step.response.get("ended")
        return EndReason(word) if word else None

    @property
    def is_open(self) -> bool:
        """Whether it calls a tool that has no result yet."""
        return any(step.state in UNSETTLED for step in self.tools)

    @property
    def message(self) -> AIMessage:
        """The answer as a turn for the next request."""
        thinking = [AIThinkingPart(**part) for part in self.step.response.get("thinking", ())]
        return answer_message(thinking, self.text, self.calls)

    def plan(self) -> RoundPlan:
        """Return the round as it was left; calls without a result are not in its verdicts yet."""
        return RoundPlan(self.step.round, [], {step.call_id: step for step in self.tools})


class Resuming:
    """Rebuilds a turn from its steps."""

    def __init__(self, toolbox: Toolbox, decisions: Decisions, rounds: ToolRounds) -> None:
        self._toolbox = toolbox
        self._decisions = decisions
        self._rounds = rounds

    def replay(self, steps: Sequence[AgentStep], progress: Progress) -> Iterator[PastAnswer]:
        """Do to `progress` what the steps did, and yield each answer on the way.

        Whoever reads must settle the tools of an answer before going on to the next. An answer that
        gave way to a later question is none: the turn is taken again because that one is gone.
        """
        for step in steps:
            if step.kind is StepKind.STEER:
                apply(step.request, step.name, progress)
            elif step.kind is StepKind.MODEL and step.state is StepState.DONE:
                tools = [
                    each
                    for each in steps
                    if each.kind is StepKind.TOOL and each.round == step.round
                ]
                past = PastAnswer(step, tools)
                progress.generations = step.round + 1
                progress.call_ids |= {call.id for call in past.calls}
                if past.ended is not EndReason.SUPERSEDED:
                    yield past

    async def settle(self, past: PastAnswer, run_id: str) -> RoundPlan:
        """Return the round of a past answer with what becomes of each call now."""
        plan = past.plan()
        for call in past.calls:
            self._rounds.repetition.note_call(call)
            plan.verdicts.append(await self._verdict(call, plan.steps[call.id], run_id))
        return plan

    async def _verdict(self, call: AIToolCall, step: AgentStep, run_id: str) -> Verdict:
        call = call.model_copy(update={"arguments": step.request})
        if step.state is StepState.WAITING:
            return await self._decisions.look_up(run_id, call, step)
        if step.state is StepState.BEGUN:
            return self._after_interruption(call)
        return Settled(
            ToolResult(
                call,
                str(step.response.get("result", "")),
                step.state,
                error=step.error,
                executed=bool(step.response.get("executed")),
                is_kept_apart=bool(step.response.get("is_kept_apart")),
            )
        )

    def _after_interruption(self, call: AIToolCall) -> Verdict:
        """Run a tool again of which nobody knows what became, if that does no harm."""
        tool = self._toolbox.find(call.name)
        if tool is not None and (tool.rules.idempotent or tool.rules.read_only):
            return Ready(call, tool)
        result = ToolResult(call, UNKNOWN_OUTCOME, StepState.UNKNOWN, error="interrupted")
        return Settled(result)
