"""Everything one turn is made of, put together."""

from dataclasses import dataclass

from channels_app.ai.records import AgentRun
from channels_app.ai.steering import RunningLoop, RunningLoops
from channels_app.ai.surroundings import Surroundings
from channels_app.ai.turn.asking import Asker
from channels_app.ai.turn.assignment import Assignment, TurnSettings
from channels_app.ai.turn.decisions import Decisions
from channels_app.ai.turn.directing import Directing
from channels_app.ai.turn.execution import Execution
from channels_app.ai.turn.guards import Guards
from channels_app.ai.turn.model_call import ModelCall
from channels_app.ai.turn.progress import Progress
from channels_app.ai.turn.recording import Recorder
from channels_app.ai.turn.results import StoredResults
from channels_app.ai.turn.resuming import Resuming
from channels_app.ai.turn.steered import Steered
from channels_app.ai.turn.telling import Telling
from channels_app.ai.turn.tool_round import ToolRounds
from channels_app.ai.turn.toolbox import Toolbox
from channels_app.ai.turn.tracing import Tracing
from channels_app.ai.turn.weighing import Weighing
from channels_app.providers.base.ai import AIContext
from rooms.telemetry import current_span_id


@dataclass(frozen=True, kw_only=True)
class TurnParts:
    """What a turn is given.

    Attributes:
        loops: Where it is found while it runs.
        streaming: Whether people see the answer grow.
    """

    assignment: Assignment
    settings: TurnSettings
    surroundings: Surroundings
    toolbox: Toolbox
    context: AIContext
    loops: RunningLoops
    streaming: bool = False


@dataclass(frozen=True, kw_only=True)
class Workings:
    """What a turn works with; each part has one task."""

    progress: Progress
    recorder: Recorder
    loop: RunningLoop
    steered: Steered
    directing: Directing
    weighing: Weighing
    tracing: Tracing
    telling: Telling
    results: StoredResults
    rounds: ToolRounds
    resuming: Resuming


def assemble(parts: TurnParts) -> Workings:
    """Make the workings of a turn."""
    assignment, around, settings = parts.assignment, parts.surroundings, parts.settings
    progress = Progress(parts.context)
    recorder = make_recorder(assignment, settings, around)
    loop = RunningLoop(recorder.run.id)
    steered = Steered(loop, around.store.steering, around.clock, recorder.opened)
    tracing = Tracing(around.telemetry, assignment, current_span_id())
    results = StoredResults(
        around.store.results,
        room_id=assignment.room_id,
        threshold=settings.evict_threshold_tokens,
    )
    parts.toolbox.add_toolset(results)
    guards = Guards(assignment, parts.toolbox, around.hooks, progress)
    decisions = Decisions(assignment, guards, around, timeout_s=settings.approval_timeout_s)
    execution = Execution(assignment, parts.toolbox, results, progress, tracing, around)
    rounds = ToolRounds(guards, execution, decisions, recorder, around)
    return Workings(
        progress=progress,
        recorder=recorder,
        loop=loop,
        steered=steered,
        directing=Directing(steered, recorder, progress, parts.toolbox),
        weighing=Weighing(settings, assignment, parts.toolbox, around.clock),
        tracing=tracing,
        telling=Telling(assignment, around.realtime),
        results=results,
        rounds=rounds,
        resuming=Resuming(parts.toolbox, decisions, rounds),
    )


def make_call(parts: TurnParts, progress: Progress) -> ModelCall:
    """Make the next call of the model, with what it is given by now."""
    settings, clock = parts.settings, parts.surroundings.clock
    asker = Asker(
        settings.provider,
        fallback=settings.fallback_provider,
        policy=settings.retry_policy,
        clock=clock,
    )
    return ModelCall(
        progress.context,
        asker,
        progress.new_buffer(),
        settings=settings,
        assignment=parts.assignment,
        clock=clock,
    )


def make_recorder(
    assignment: Assignment, settings: TurnSettings, surroundings: Surroundings
) -> Recorder:
    """Make what writes a turn down, as one that nobody has begun before."""
    provider, clock = settings.provider, surroundings.clock
    run = AgentRun(
        room_id=assignment.room_id,
        channel_id=assignment.channel_id,
        event_id=assignment.event.id,
        organization_id=assignment.organization_id,
        delivery_id=assignment.asking.delivery_id if assignment.asking else None,
        version_id=settings.version_id,
        provider=provider.name,
        model=provider.model_name,
        segment=assignment.segment,
        started_at=clock.now(),
    )
    return Recorder(surroundings.store.runs, run, clock)
