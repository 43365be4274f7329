"""What is to be said later: scheduled, listed, canceled."""

from datetime import UTC, datetime

from rooms.domain.content import EventContent
from rooms.domain.errors import (
    ChannelNotFoundError,
    RoomClosedError,
    RoomNotFoundError,
    ScheduledSendOverError,
)
from rooms.domain.json import JsonObject
from rooms.domain.scheduled import ScheduledSend, ScheduledState, check_moment
from rooms.pipeline.parts import Parts


class Scheduling:
    """Keeps what the host wants to be said at a moment; workers say it."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def schedule_event(  # noqa: PLR0913 - what `send_event` takes, and when
        self,
        room_id: str,
        channel_id: str | None,
        content: EventContent,
        *,
        at: datetime,
        participant_id: str | None = None,
        metadata: JsonObject | None = None,
        visibility: str = "all",
        created_by: str | None = None,
    ) -> ScheduledSend:
        """Say something through an attached channel at a moment; hooks and rights apply then.

        Args:
            room_id: The room.
            channel_id: The channel that says it, as of `send_event`; None says it in the
                framework's name and asks no agent about it, as `deliver` does.
            content: What to say.
            at: When; with a time zone, and still to come.
            participant_id: Who says it.
            metadata: Kept with the event.
            visibility: Who sees it, such as one channel's id.
            created_by: Who asked for it, for people to read.

        Raises:
            ValueError: If the moment is over or has no time zone.
            RoomNotFoundError: If there is no such room.
            RoomClosedError: If the room takes no more events.
            ChannelNotFoundError: If the channel is not attached.
        """
        check_moment(at, now=self._parts.clock.now())
        await self._check_place(room_id, channel_id)
        return await self._parts.store.add_scheduled(
            ScheduledSend(
                room_id=room_id,
                channel_id=channel_id,
                content=content,
                at=at.astimezone(UTC),
                participant_id=participant_id,
                metadata=metadata or {},
                visibility=visibility,
                created_by=created_by,
            )
        )

    async def cancel_scheduled(self, scheduled_id: str) -> ScheduledSend:
        """Cancel a scheduled send; one that is canceled already stays so.

        Raises:
            ScheduledSendNotFoundError: If there is no such one.
            ScheduledSendOverError: If it was sent, has failed, or is being sent now.
        """
        scheduled = await self._parts.store.cancel_scheduled(scheduled_id)
        if scheduled.state is ScheduledState.SCHEDULED:
            raise ScheduledSendOverError(scheduled_id, "being sent")
        if scheduled.state is not ScheduledState.CANCELED:
            raise ScheduledSendOverError(scheduled_id, scheduled.state.value)
        return scheduled

    async def list_scheduled(
        self,
        room_id: str,
        state: ScheduledState | None = None,
        *,
        limit: int = 50,
        offset: int = 0,
    ) -> list[ScheduledSend]:
        """Return a room's scheduled sends by their moment, all or those in one state."""
        return await self._parts.store.list_scheduled(room_id, state, limit=limit, offset=offset)

    async def _check_place(self, room_id: str, channel_id: str | None) -> None:
        """Refuse where it could not be said even now."""
        room = await self._parts.store.get_room(room_id)
        if room is None:
            raise RoomNotFoundError(room_id)
        if not room.accepts_events:
            raise RoomClosedError(room_id, room.status.value)
        if channel_id is None:
            return
        if await self._parts.store.get_binding(room_id, channel_id) is None:
            raise ChannelNotFoundError(room_id, channel_id)
