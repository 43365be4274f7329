"""Questions that came to an agent while an earlier one waits for its answer, or is answered."""

from itertools import takewhile

from rooms.domain.enums import EventType
from rooms.domain.event import RoomEvent
from rooms.domain.job import COALESCED, GAVE_WAY, OPEN_STATES, DeliveryJob, DeliveryKind
from rooms.pipeline.edits import DELETED
from rooms.pipeline.lanes import Lanes
from rooms.pipeline.parts import Parts
from rooms.pipeline.work import Work

LOOKED_BACK = 50
"""How many rows of a lane are looked at; more messages than that make no one answer."""


class Newcomers:
    """Knows what is behind a question in its lane, here and in the rows of all processes."""

    def __init__(self, parts: Parts, lanes: Lanes) -> None:
        self._store = parts.store
        self._lanes = lanes

    def replace_here(self, work: Work) -> bool:
        """Tell whether this process has a later question that is answered in the place of one."""
        return any(_replaces(later.event, work.event) for later in self._lanes.behind(work))

    async def replace(self, work: Work) -> bool:
        """Tell whether there is a later question that is answered in the place of one."""
        return self.replace_here(work) or await self.replace_for_good(work)

    async def replace_for_good(self, work: Work) -> bool:
        """Tell so by the rows alone: of a question that was deleted for good there is none."""
        for job in await self._rows(work):
            if job.event_index > work.event.index and job.state in OPEN_STATES:
                later = await self._store.get_event(job.event_id)
                if later is not None and _replaces(later, work.event):
                    return True
        return False

    async def first_of_run(self, work: Work) -> DeliveryJob | None:
        """Return the first of the questions that are answered together with one; None is itself."""
        run = await self._run_before(work, COALESCED)
        return run[-1] if run else None

    async def stands_for_others(self, work: Work) -> bool:
        """Tell whether an earlier question gave way to this one, and is not deleted."""
        for job in await self._run_before(work, *GAVE_WAY):
            earlier = await self._store.get_event(job.event_id)
            if earlier is not None and not earlier.metadata.get(DELETED):
                return True
        return False

    async def _run_before(self, work: Work, *codes: str) -> list[DeliveryJob]:
        """Return the jobs right before one that ended with these codes, the newest first."""
        rows = await self._rows(work)
        earlier = (job for job in rows if job.event_index < work.event.index)
        return list(takewhile(lambda job: job.error_code in codes, earlier))

    async def _rows(self, work: Work) -> list[DeliveryJob]:
        rows = await self._store.list_lane(
            work.event.room_id, work.binding.channel_id, limit=LOOKED_BACK
        )
        return [job for job in rows if job.kind is DeliveryKind.REACT]


def _replaces(later: RoomEvent, earlier: RoomEvent) -> bool:
    """Tell whether an answer to the later one answers both: same readers, same thread, by people.

    Who is answered must not change: a whisper to the agent has other readers than a message.
    """
    return (
        later.index > earlier.index
        and later.type is EventType.MESSAGE
        and later.chain_depth == 0
        and later.response_visibility == earlier.response_visibility
        and later.visibility == earlier.visibility
        and later.thread_root_id == earlier.thread_root_id
    )
