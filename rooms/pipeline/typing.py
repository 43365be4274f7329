"""Who is typing in a room right now."""

from types import TracebackType
from typing import Self

from rooms.domain.context import RoomContext
from rooms.pipeline.parts import Parts
from rooms.pipeline.quiet_hours import STAFF
from rooms.realtime import EphemeralEvent, EphemeralEventType

TYPING_FOR_S = 6.0
"""For how long a person counts as typing who has not said so again, in seconds."""


class TypingWatch:
    """Listens, while it is entered, whether a customer is typing in a room, at any process.

    Attributes:
        until: The moment until which to wait for what is being typed, by the monotonic clock.
    """

    def __init__(self, parts: Parts, room_id: str, context: RoomContext, *, quiet_s: float) -> None:
        self._clock = parts.clock
        self._realtime = parts.realtime
        self._room_id = room_id
        self._context = context
        self._quiet_s = quiet_s
        self._subscription = ""
        self.until = 0.0

    async def __aenter__(self) -> Self:
        """Begin to listen."""
        self._subscription = await self._realtime.subscribe_to_room(self._room_id, self._hear)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Listen no more."""
        await self._realtime.unsubscribe(self._subscription)

    async def _hear(self, event: EphemeralEvent) -> None:
        person = self._context.get_participant(event.user_id)
        if person is not None and person.role in STAFF:
            return
        if event.type is EphemeralEventType.TYPING_START:
            self.until = self._clock.monotonic() + TYPING_FOR_S
        elif event.type is EphemeralEventType.TYPING_STOP:
            self.until = self._clock.monotonic() + self._quiet_s
