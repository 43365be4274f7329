"""The right moment for what nobody has asked for: a strategy waits for it, and then sends."""

from contextlib import AsyncExitStack
from functools import partial

from rooms.delivery.strategies import DeliveryRequest, DeliveryStrategy
from rooms.domain.content import EventContent
from rooms.domain.context import RoomContext
from rooms.domain.event import RoomEvent
from rooms.domain.job import OPEN_STATES, DeliveryKind
from rooms.pipeline.direct import Direct
from rooms.pipeline.lanes import Lanes
from rooms.pipeline.parts import Parts
from rooms.pipeline.typing import TypingWatch

LOOKS_BACK = 3
"""How many of the last events of a room are asked about."""


class Moments:
    """Lets strategies send, and tells them meanwhile who speaks in the room."""

    def __init__(self, parts: Parts, direct: Direct, lanes: Lanes) -> None:
        self._parts = parts
        self._direct = direct
        self._lanes = lanes

    async def send(
        self,
        agreed: RoomEvent,
        context: RoomContext,
        chosen: DeliveryStrategy,
        *,
        channel_id: str | None,
        owner_epoch: int | None = None,
    ) -> RoomEvent:
        """Let the strategy send, while it is watched who writes in the room.

        Args:
            agreed: What to say.
            context: The room.
            chosen: The strategy.
            channel_id: Whom it is for.
            owner_epoch: The owner's epoch it was thought up under; None for what people say.
        """
        room_id = agreed.room_id

        async def say(content: EventContent) -> RoomEvent:
            said = agreed.model_copy(update={"content": content})
            return await self._direct.send_as(said, owner_epoch=owner_epoch)

        async with AsyncExitStack() as stack:
            typing = TypingWatch(self._parts, room_id, context, quiet_s=0.0)
            if chosen.waits:
                await stack.enter_async_context(typing)
            request = DeliveryRequest(
                room_id=room_id,
                content=agreed.content,
                send=say,
                is_busy=lambda: self._is_busy(room_id, typing),
                sleep=self._parts.clock.sleep,
                channel_id=channel_id,
                is_busy_elsewhere=partial(self._is_busy_elsewhere, room_id),
            )
            return await chosen.deliver(request)

    def _is_busy(self, room_id: str, typing: TypingWatch) -> bool:
        is_written = typing.until > self._parts.clock.monotonic()
        return is_written or self._lanes.is_answering(room_id)

    async def _is_busy_elsewhere(self, room_id: str) -> bool:
        """Tell whether an agent is at one of the last events of a room, in whichever process."""
        dispatch, store = self._parts.dispatch, self._parts.store
        if dispatch.runs_here and not dispatch.is_shared:
            return False
        for event in await store.list_events(room_id, limit=LOOKS_BACK, newest_first=True):
            jobs = await store.list_deliveries(room_id, event_id=event.id)
            if any(job.kind is DeliveryKind.REACT and job.state in OPEN_STATES for job in jobs):
                return True
        return False
