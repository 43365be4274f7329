"""The tools of one round: judged, written down, run side by side, written down again."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from channels_app.ai.records import AgentStep, StepState
from channels_app.ai.surroundings import Surroundings
from channels_app.ai.turn.decisions import Decisions
from channels_app.ai.turn.execution import Execution
from channels_app.ai.turn.guards import Guards, Pending, Ready, Settled, Verdict
from channels_app.ai.turn.items import ToolResult
from channels_app.ai.turn.recording import Recorder
from channels_app.ai.turn.repetition import ADVICE, Repetition, Word
from channels_app.providers.base.ai import AIMessage, AIToolCall, AIToolResultPart

STATES: dict[type[Verdict], StepState] = {Ready: StepState.BEGUN, Pending: StepState.WAITING}

UNSETTLED = frozenset({StepState.BEGUN, StepState.WAITING})
"""States of a step without a result."""


@dataclass
class RoundPlan:
    """What becomes of the calls of one answer, in their order.

    Attributes:
        steps: The step of each call, by its id.
        must_stop: Whether the model goes in circles and is to answer without tools.
    """

    number: int
    verdicts: list[Verdict]
    steps: dict[str, AgentStep] = field(default_factory=dict)
    must_stop: bool = False

    @property
    def ready(self) -> list[Ready]:
        """The calls that are made."""
        return [verdict for verdict in self.verdicts if isinstance(verdict, Ready)]

    @property
    def pending(self) -> list[Pending]:
        """The calls that wait for people."""
        return [verdict for verdict in self.verdicts if isinstance(verdict, Pending)]

    def settle(self, results: Sequence[ToolResult]) -> None:
        """Put results in the place of the calls that were made."""
        known = {result.call.id: result for result in results}
        self.verdicts = [
            Settled(known[verdict.call.id]) if verdict.call.id in known else verdict
            for verdict in self.verdicts
        ]

    @property
    def results(self) -> list[ToolResult]:
        """The results there are, in the order of the calls."""
        return [verdict.result for verdict in self.verdicts if isinstance(verdict, Settled)]


class ToolRounds:
    """Runs rounds of tools of one turn."""

    def __init__(
        self,
        guards: Guards,
        execution: Execution,
        decisions: Decisions,
        recorder: Recorder,
        surroundings: Surroundings,
    ) -> None:
        self._guards = guards
        self._execution = execution
        self._decisions = decisions
        self._recorder = recorder
        self._surroundings = surroundings
        self.repetition = Repetition()

    async def plan(self, calls: Sequence[AIToolCall], number: int) -> RoundPlan:
        """Judge the calls of an answer."""
        words = [self.repetition.note_call(call) for call in calls]
        judged = await asyncio.gather(
            *(self._judge(call, word) for call, word in zip(calls, words, strict=True))
        )
        return RoundPlan(number, [*judged], must_stop=Word.STOP in words)

    async def write_down(self, plan: RoundPlan) -> None:
        """Record what is about to be done, before it is done, and ask whom it takes.

        Raises:
            LostRun: If another process has begun the turn anew.
        """
        changed = {verdict.call.id: self._step_of(verdict, plan) for verdict in plan.verdicts}
        plan.steps |= changed
        await self._recorder.put(*changed.values())
        if plan.pending:
            waiting = [(each, plan.steps[each.call.id]) for each in plan.pending]
            await self._decisions.ask(self._recorder.run.id, waiting)

    async def run(self, plan: RoundPlan) -> tuple[ToolResult, ...]:
        """Run the tools; if the turn is called off meanwhile they end, and are recorded, anyway.

        Raises:
            LostRun: If another process has begun the turn anew.
        """
        if not plan.ready:
            return ()
        # Not a part of the turn: what a tool has begun it must be able to end.
        work = self._surroundings.tasks.spawn(self._run_all(plan))
        await asyncio.shield(work)
        return tuple(each for each in plan.results if each.executed)

    def message(self, plan: RoundPlan) -> AIMessage:
        """Return the results as a turn for the next request."""
        parts = [
            AIToolResultPart(
                tool_call_id=result.call.id,
                name=result.call.name,
                result=self.repetition.note_result(result.call.name, result.text),
                is_error=result.is_error,
            )
            for result in plan.results
        ]
        return AIMessage(role="tool", content=[*parts])

    async def _judge(self, call: AIToolCall, word: Word) -> Verdict:
        if word is Word.RUN:
            return await self._guards.judge(call, self._recorder.run.id)
        return Settled(ToolResult(call, ADVICE, StepState.DENIED, error="repeated"))

    async def _run_all(self, plan: RoundPlan) -> None:
        results = await asyncio.gather(*(self._run_one(each, plan) for each in plan.ready))
        plan.settle(results)

    async def _run_one(self, ready: Ready, plan: RoundPlan) -> ToolResult:
        result = await self._execution.run(ready, self._recorder.run.id)
        step = self._recorder.ended_step(plan.steps[ready.call.id], result)
        plan.steps[ready.call.id] = step
        # Written as soon as it has ended: it must never run again, whatever the others do.
        await self._recorder.put(step)
        return result

    def _step_of(self, verdict: Verdict, plan: RoundPlan) -> AgentStep:
        step = plan.steps.get(verdict.call.id)
        if step is None:
            return self._first_step(verdict, plan.number)
        if isinstance(verdict, Ready):
            return _begun(step, verdict)
        if isinstance(verdict, Settled) and step.state in UNSETTLED:
            return self._recorder.ended_step(step, verdict.result)
        return step

    def _first_step(self, verdict: Verdict, number: int) -> AgentStep:
        state = STATES.get(type(verdict), StepState.DONE)
        call = verdict.call
        step = self._recorder.tool_step(call, state=state, round_number=number)
        if isinstance(verdict, Settled):
            return self._recorder.ended_step(step, verdict.result)
        if isinstance(verdict, Pending):
            return step.model_copy(update={"response": {"kind": verdict.kind.value}})
        return step


def _begun(step: AgentStep, ready: Ready) -> AgentStep:
    return step.model_copy(
        update={"state": StepState.BEGUN, "request": ready.call.arguments, "response": {}}
    )
