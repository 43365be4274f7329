"""Turns that wait for people, whose decision may come just before the waiting has begun."""

import asyncio
import logging

from channels_app.ai.records import DecisionState, RunStatus, StepState
from channels_app.ai.surroundings import Surroundings
from channels_app.ai.turn.assignment import Assignment

logger = logging.getLogger("roomkit.ai")

LOOKS_AFTER_S = (0.2, 1.0, 5.0, 20.0)
"""When to look; the job is parked a moment after its turn has ended."""


class ParkingWatch:
    """Sees to it that a decision made while a turn was being parked is not overlooked.

    Whoever decides later finds the turn parked, and opens it again.
    """

    def __init__(self) -> None:
        self._watches: set[asyncio.Task[None]] = set()

    def watch(self, around: Surroundings, assignment: Assignment, run_id: str) -> None:
        """Look after one run for a while."""
        if around.host is None:
            return
        task = asyncio.create_task(_look_after(around, assignment, run_id))
        self._watches.add(task)
        task.add_done_callback(self._watches.discard)

    async def close(self) -> None:
        """Look no more."""
        watches = set(self._watches)
        for task in watches:
            task.cancel()
        if watches:
            await asyncio.wait(watches)


async def _look_after(around: Surroundings, assignment: Assignment, run_id: str) -> None:
    for seconds in LOOKS_AFTER_S:
        await around.clock.sleep(seconds)
        try:
            if await _is_settled(around, assignment, run_id):
                return
        except Exception:  # the next look may succeed; nothing else depends on this one
            logger.exception("a waiting turn could not be looked after", extra={"run_id": run_id})


async def _is_settled(around: Surroundings, assignment: Assignment, run_id: str) -> bool:
    """Open the turn again if people have decided; tell whether there is nothing more to do."""
    run = await around.store.runs.get_run(run_id)
    if run is None or run.status is not RunStatus.WAITING or around.host is None:
        return True
    steps = await around.store.runs.list_steps(run_id)
    waiting = {step.seq for step in steps if step.state is StepState.WAITING}
    asked = await around.store.approvals.of_run(run_id)
    if not any(each.seq in waiting and each.state is not DecisionState.PENDING for each in asked):
        return False
    return await around.host.reopen_turn(
        assignment.room_id, assignment.event.id, assignment.channel_id
    )
