"""The eight stages of an answer, in one order, each of which may be replaced (RFC §12.9)."""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from channels_app.ai.memory import MemoryResult
from channels_app.ai.surroundings import Surroundings
from channels_app.ai.turn.assignment import Assignment
from channels_app.ai.turn.items import Ended, Item
from channels_app.ai.turn.run import Turn
from channels_app.ai.turn.toolbox import Toolbox
from channels_app.providers.base.ai import AIContext
from rooms.domain.output import TurnOutcome

logger = logging.getLogger("roomkit.ai")

STAGE_EXCEPTION = "stage exception"
NOTHING_TO_READ = "nothing to read"


@dataclass
class PipelineState:
    """One answer on its way through the stages; each reads what those before it have left.

    Attributes:
        assignment: What is answered, and where.
        remembered: What memory has brought.
        toolbox: The tools of the turn.
        ai_context: What the model is given.
        turn: The generation, once it has begun.
        said: The text of the answer.
        ended: How the generation ended.
        outcome: What is told to the framework with the answer; stages may add to it.
        aborted: Whether a stage has ended the pipeline; before the generation nothing is said then.
        error: What a stage, or the model, has failed with.
    """

    assignment: Assignment
    remembered: MemoryResult = field(default_factory=MemoryResult)
    toolbox: Toolbox | None = None
    ai_context: AIContext | None = None
    turn: Turn | None = None
    said: str = ""
    ended: Ended | None = None
    outcome: TurnOutcome = field(default_factory=TurnOutcome)
    aborted: bool = False
    abort_reason: str = ""
    abort_stage: str = ""
    error: Exception | None = None

    def abort(self, reason: str) -> None:
        """End the pipeline with this stage."""
        self.aborted = True
        self.abort_reason = reason


Stage: TypeAlias = Callable[[PipelineState], Awaitable[None]]
"""One step of an answer; it changes the state, and may abort."""

Generation: TypeAlias = Callable[[PipelineState], AsyncGenerator[Item, None]]
"""The stage that asks the model; what it yields ends with `Ended`."""


@dataclass(frozen=True)
class AIPipelineConfig:
    """Which stages an agent has; None leaves a stage as it is.

    Only the first and the last but one are lists; nothing changes their order.

    Attributes:
        gates: Run first, behind the hooks of BEFORE_AI_CONTEXT_BUILD; one that aborts keeps memory
            and model from being asked.
        memory: Fills `remembered`.
        tool_resolution: Fills `toolbox`.
        prompt_assembly: Fills `ai_context`.
        pre_generation: Runs BEFORE_AI_GENERATION.
        generation: Asks the model.
        post_generation: Run once the answer is whole, and may add to `outcome`.
        emission: Runs ON_AI_RESPONSE.
    """

    gates: Sequence[Stage] = ()
    memory: Stage | None = None
    tool_resolution: Stage | None = None
    prompt_assembly: Stage | None = None
    pre_generation: Stage | None = None
    generation: Generation | None = None
    post_generation: Sequence[Stage] = ()
    emission: Stage | None = None


@dataclass(frozen=True)
class Stages:
    """Every stage of an agent, in their order; `gate` is the first of the gates."""

    gate: Stage
    memory: Stage
    tool_resolution: Stage
    prompt_assembly: Stage
    pre_generation: Stage
    generation: Generation
    emission: Stage


class AIPipeline:
    """Runs the stages of answers; no failure of a stage leaves it."""

    def __init__(self, config: AIPipelineConfig, defaults: Stages) -> None:
        self.generation = config.generation or defaults.generation
        self._before: list[tuple[str, Stage]] = [
            *(("gates", gate) for gate in (defaults.gate, *config.gates)),
            ("memory", config.memory or defaults.memory),
            ("tool_resolution", config.tool_resolution or defaults.tool_resolution),
            ("prompt_assembly", config.prompt_assembly or defaults.prompt_assembly),
            ("pre_generation", config.pre_generation or defaults.pre_generation),
        ]
        self._after: list[tuple[str, Stage]] = [
            *(("post_generation", stage) for stage in config.post_generation),
            ("emission", config.emission or defaults.emission),
        ]

    async def prepare(self, state: PipelineState, around: Surroundings) -> None:
        """Run the stages before the model is asked; stops at the first that aborts."""
        await self._run(self._before, state, around)
        if state.aborted:
            await _emit_aborted(around, state)

    async def conclude(self, state: PipelineState, around: Surroundings) -> None:
        """Run the stages behind the generation; what was said stands, whatever they do."""
        latency_ms = state.turn.latency_ms if state.turn else 0.0
        await _emit(around, state, "stage_complete", stage="generation", latency_ms=latency_ms)
        await self._run(self._after, state, around)
        if state.aborted:
            await _emit_aborted(around, state)
            return
        reason = state.ended.reason.value if state.ended else ""
        await _emit(around, state, "completed", reason=reason, latency_ms=latency_ms)

    async def _run(
        self, stages: Sequence[tuple[str, Stage]], state: PipelineState, around: Surroundings
    ) -> None:
        for name, stage in stages:
            started = around.clock.monotonic()
            try:
                await stage(state)
            except Exception as error:  # RFC §12.9: an exception in a stage aborts the pipeline
                logger.exception("a stage failed", extra={"stage": name})
                state.error = state.error or error
                state.abort(STAGE_EXCEPTION)
            if state.aborted:
                state.abort_stage = name
                return
            latency_ms = (around.clock.monotonic() - started) * 1000
            await _emit(around, state, "stage_complete", stage=name, latency_ms=latency_ms)


async def _emit_aborted(around: Surroundings, state: PipelineState) -> None:
    await _emit(around, state, "aborted", stage=state.abort_stage, reason=state.abort_reason)


async def _emit(around: Surroundings, state: PipelineState, what: str, **data: object) -> None:
    assignment = state.assignment
    await around.news.emit(
        f"ai_pipeline.{what}",
        room_id=assignment.room_id,
        channel_id=assignment.channel_id,
        event_id=assignment.event.id,
        **data,
    )
