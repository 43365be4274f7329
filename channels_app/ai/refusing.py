"""Turns that a gate or a hook has forbidden: the record says why nobody answered."""

from contextlib import suppress

from channels_app.ai.pipeline import NOTHING_TO_READ, PipelineState
from channels_app.ai.records import DecisionState
from channels_app.ai.store import ApprovalStore, LostRun
from channels_app.ai.surroundings import Surroundings
from channels_app.ai.turn.assignment import TurnSettings
from channels_app.ai.turn.parts import make_recorder
from rooms.domain.output import ChannelOutput


async def refuse(
    state: PipelineState, settings: TurnSettings, around: Surroundings
) -> ChannelOutput:
    """Say nothing, and write down why; what hooks have left beside their word is kept.

    Raises:
        StoreUnavailableError: If it could not be written down.
    """
    if state.assignment.asking is not None and state.abort_reason != NOTHING_TO_READ:
        recorder = make_recorder(state.assignment, settings, around)
        # Who has begun the turn anew meanwhile asks again, and writes what it is told.
        with suppress(LostRun):
            await recorder.refuse(state.abort_reason)
            await _withdraw(around.store.approvals, recorder.run.id)
    return ChannelOutput(tasks=state.outcome.tasks, observations=state.outcome.observations)


async def _withdraw(approvals: ApprovalStore, run_id: str) -> None:
    """Let nobody decide any more about what an earlier attempt wanted to do."""
    for each in await approvals.of_run(run_id):
        if each.state is DecisionState.PENDING:
            await approvals.decide(each.id, DecisionState.WITHDRAWN)
