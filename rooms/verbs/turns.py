"""Turns of agents that wait for people's decision."""

from rooms.pipeline.parts import Parts
from rooms.pipeline.resuming import Resuming


class Turns:
    """Lets parked turns go on."""

    def __init__(self, parts: Parts, resuming: Resuming) -> None:
        self._parts = parts
        self._resuming = resuming

    async def reopen_turn(self, room_id: str, event_id: str, channel_id: str) -> bool:
        """Let an agent go on with a turn that it parked; tell whether one was parked.

        The agent is asked about the event once more, here or at a worker. What it says now is
        stored as the next piece of its answer.

        Args:
            room_id: The room.
            event_id: The event the agent was asked about.
            channel_id: The agent.
        """
        job = await self._parts.store.open_parked(room_id, event_id, channel_id)
        if job is not None:
            self._resuming.resume([job])
        return job is not None
