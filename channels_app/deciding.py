"""What follows from people's decisions about tool calls, and from their silence.

Decisions are rows, whoever makes them and in whichever process. Each worker looks for them with
every sweep and lets the turns go on that waited; a crash in between loses nothing.
"""

import logging

from channels_app.ai.backing import store_beside
from channels_app.ai.records import DecisionState
from channels_app.ai.store import ApprovalStore
from channels_app.stores.agents.abandoned import close_abandoned
from channels_app.stores.agents.untold import Untold, UntoldDecisions
from rooms.domain.frozen import utc_now
from rooms.kit import RoomKit
from rooms.runtime import get_kit
from rooms.stores.orm import OrmStore

logger = logging.getLogger("roomkit.channels.deciding")

CHORE = "tool_approvals"
NOBODY_ANSWERED = "nobody decided in time"


async def settle_due(kit: RoomKit) -> int:
    """Do the worker's chore: end questions whose time is over and let turns go on.

    Turns whose job is over, but that nobody has written the end of, are ended too.

    Returns:
        How many turns go on.
    """
    if not isinstance(kit.store, OrmStore):
        return 0
    await _end_overdue(store_beside(kit.store).approvals)
    await close_abandoned(kit.store.threads)
    decisions = UntoldDecisions(kit.store.threads)
    return sum([await _tell(kit, decisions, untold) for untold in await decisions.list()])


def wake() -> None:
    """Have a worker look soon, where workers are woken; elsewhere the next sweep is soon enough."""
    waker = get_kit().pipeline.parts.dispatch.waker
    if waker is not None:
        waker.wake_chore(CHORE)


async def _end_overdue(approvals: ApprovalStore) -> None:
    for asked in await approvals.overdue(utc_now()):
        ended = await approvals.decide(asked.id, DecisionState.TIMED_OUT, reason=NOBODY_ANSWERED)
        if ended is not None:
            logger.info("tool approval timed out", extra={"approval_id": asked.id})


async def _tell(kit: RoomKit, decisions: UntoldDecisions, untold: Untold) -> bool:
    """Let a turn go on with what was decided; one that is at work is left until it waits."""
    if untold.is_running:
        return False
    goes_on = not untold.is_over and await kit.reopen_turn(
        untold.room_id, untold.event_id, untold.channel_id
    )
    if goes_on or untold.is_over or untold.is_old:
        await decisions.note_told(untold.run_id)
    return goes_on
