"""Rooms: create, pause, close, reopen, archive, delete, and the timers that do it unasked."""

import logging

from hooks.triggers import HookTrigger
from rooms.domain.commit import StatusChange
from rooms.domain.enums import AgentActivation, AgentResponsePolicy, EventType, RoomStatus
from rooms.domain.errors import IllegalRoomMoveError, RoomNotFoundError, StoreUnavailableError
from rooms.domain.event import RoomEvent
from rooms.domain.frozen import new_id
from rooms.domain.json import JsonObject
from rooms.domain.room import LEGAL_MOVES, Room, RoomTimers
from rooms.pipeline.openings import Openings
from rooms.pipeline.parts import Parts
from rooms.pipeline.records import Records, build_record
from rooms.pipeline.strategies import OF_THE_KIT, Choice
from rooms.ports import RoomStrategy
from rooms.verbs.due_moves import due_move

logger = logging.getLogger("roomkit.core.framework")

TRIGGER_OF_MOVE = {
    RoomStatus.PAUSED: HookTrigger.ON_ROOM_PAUSED,
    RoomStatus.CLOSED: HookTrigger.ON_ROOM_CLOSED,
}
NEWS_OF_MOVE = {
    RoomStatus.PAUSED: "room_paused",
    RoomStatus.CLOSED: "room_closed",
    RoomStatus.ARCHIVED: "room_archived",
}
ANY_ORGANIZATION = object()


class RoomLifecycle:
    """Moves rooms through their life; every move is a record on the timeline."""

    def __init__(self, parts: Parts, openings: Openings, records: Records) -> None:
        self._parts = parts
        self._openings = openings
        self._records = records

    async def create_room(  # noqa: PLR0913 - the published signature
        self,
        room_id: str | None = None,
        metadata: JsonObject | None = None,
        *,
        organization_id: str | None = None,
        timers: RoomTimers | None = None,
        agent_activation: AgentActivation | str = AgentActivation.ALWAYS,
        agent_response_policy: AgentResponsePolicy | str = AgentResponsePolicy.AGENT_CHAIN,
        orchestration: RoomStrategy | Choice | None = OF_THE_KIT,
    ) -> Room:
        """Create a room, with a fresh id unless one is given.

        Its agents go by the strategy `orchestration`: unless told, the kit's own; None is none.

        Raises:
            RoomAlreadyExistsError: If the id is taken.
            ValueError: If another channel has the id of an agent of the strategy; nothing is made.
        """
        now = self._parts.clock.now()
        room = Room(
            id=room_id or new_id(),
            organization_id=organization_id,
            metadata=metadata or {},
            timers=timers or RoomTimers(),
            agent_activation=AgentActivation(agent_activation),
            agent_response_policy=AgentResponsePolicy(agent_response_policy),
            created_at=now,
            updated_at=now,
        )
        return await self._openings.open_with(room, orchestration)

    async def get_room(self, room_id: str, *, organization_id: object = ANY_ORGANIZATION) -> Room:
        """Return a room; one of another organization than the given is not found.

        Raises:
            RoomNotFoundError: If there is none for the caller.
        """
        room = await self._parts.store.get_room(room_id)
        foreign = organization_id is not ANY_ORGANIZATION and (
            room is not None and room.organization_id != organization_id
        )
        if room is None or foreign:
            raise RoomNotFoundError(room_id)
        return room

    async def update_room_metadata(self, room_id: str, metadata: JsonObject) -> Room:
        """Merge `metadata` shallowly into the room's.

        Raises:
            RoomNotFoundError: If there is no such room.
        """
        async with self._parts.locks.locked(room_id):
            return await self._parts.store.patch_room_metadata(room_id, metadata)

    async def set_room_timers(self, room_id: str, timers: RoomTimers) -> Room:
        """Set when the room pauses and closes by itself; the last activity is kept.

        Raises:
            RoomNotFoundError: If there is no such room.
        """
        async with self._parts.locks.locked(room_id):
            return await self._parts.store.set_room_timers(room_id, timers)

    async def set_agent_response_policy(
        self, room_id: str, policy: AgentResponsePolicy | str
    ) -> Room:
        """Say whether agents answer each other unaddressed, for events from now on.

        Raises:
            RoomNotFoundError: If there is no such room.
        """
        async with self._parts.locks.locked(room_id):
            room = await self.get_room(room_id)
            return await self._parts.store.update_room(
                room.model_copy(update={"agent_response_policy": AgentResponsePolicy(policy)})
            )

    async def pause_room(self, room_id: str) -> Room:
        """Pause an active room; it still takes events, and the next one wakes it.

        Raises:
            RoomNotFoundError: If there is no such room.
            IllegalRoomMoveError: If it is closed or archived.
        """
        return await self._move(room_id, RoomStatus.PAUSED, "room_paused")

    async def resume_room(self, room_id: str) -> Room:
        """Make a paused room active.

        Raises:
            RoomNotFoundError: If there is no such room.
            IllegalRoomMoveError: If it is closed (reopen it) or archived.
        """
        room = await self.get_room(room_id)
        if room.status is RoomStatus.CLOSED:
            raise IllegalRoomMoveError(room_id, room.status.value, "active by resume_room()")
        resumed = await self._move(room_id, RoomStatus.ACTIVE, "room_resumed")
        await self._parts.news.emit("room_resumed", room_id=room_id)
        return resumed

    async def close_room(self, room_id: str) -> Room:
        """Close a room: channels stay attached and nothing more is stored.

        Raises:
            RoomNotFoundError: If there is no such room.
            IllegalRoomMoveError: If it is archived.
        """
        return await self._move(room_id, RoomStatus.CLOSED, "room_closed")

    async def reopen_room(self, room_id: str) -> Room:
        """Make a closed room active again; indexes go on.

        Raises:
            RoomNotFoundError: If there is no such room.
            IllegalRoomMoveError: If it is archived.
        """
        return await self._move(room_id, RoomStatus.ACTIVE, "room_reopened")

    async def archive_room(self, room_id: str) -> Room:
        """Archive a room for good; archiving twice is harmless.

        Raises:
            RoomNotFoundError: If there is no such room.
        """
        return await self._move(room_id, RoomStatus.ARCHIVED, "room_archived")

    async def delete_room(self, room_id: str) -> bool:
        """Delete a room with everything in it; tell whether it existed."""
        async with self._parts.locks.locked(room_id):
            existed = await self._parts.store.delete_room(room_id)
        self._parts.hooks.forget_room(room_id)
        self._parts.recent.forget(room_id)
        self._parts.seen.forget(room_id)
        if existed:
            self._parts.tasks.spawn(self._parts.media.delete_erased())
        return existed

    async def check_room_timers(self, room_id: str) -> Room:
        """Pause or close one room if its timers are due.

        Raises:
            RoomNotFoundError: If there is no such room.
        """
        room = await self.get_room(room_id)
        due = due_move(room, self._parts.clock.now())
        if due is None:
            return room
        return await self._move(room_id, due, f"room_{due.value}_by_timer", only_from=room.status)

    async def check_all_timers(self, *, organization_id: str | None = None) -> list[Room]:
        """Pause and close every room whose timers are due; return those that moved."""
        ids = await self._parts.store.find_idle_room_ids(
            self._parts.clock.now(), organization_id=organization_id
        )
        moved = [await self._move_if_due(room_id) for room_id in ids]
        return [room for room in moved if room is not None]

    async def _move_if_due(self, room_id: str) -> Room | None:
        """Return the room if it moved; one that cannot be read must not stop all others."""
        try:
            before = await self.get_room(room_id)
            after = await self.check_room_timers(room_id)
        except StoreUnavailableError:
            raise
        except Exception:
            logger.exception("timers of a room failed", extra={"room_id": room_id})
            return None
        return None if after.status is before.status else after

    async def _move(
        self,
        room_id: str,
        wanted: RoomStatus,
        code: str,
        *,
        only_from: RoomStatus | None = None,
    ) -> Room:
        """Move a room to `wanted` with a record; a room that is there already is left alone."""
        async with self._parts.locks.locked(room_id):
            room = await self.get_room(room_id)
            if room.status is wanted or only_from not in (None, room.status):
                return room
            if wanted not in LEGAL_MOVES[room.status]:
                raise IllegalRoomMoveError(room_id, room.status.value, wanted.value)
            record = build_record(
                room_id, EventType.SYSTEM, code, {"from": room.status.value, "to": wanted.value}
            )
            change = StatusChange(status=wanted, at=self._parts.clock.now())
            committed = await self._records.write(
                record, status_change=change, exempt_from_status=True
            )
        await self._tell_move(wanted, record)
        return committed.room or await self.get_room(room_id)

    async def _tell_move(self, status: RoomStatus, record: RoomEvent) -> None:
        if status in TRIGGER_OF_MOVE:
            await self._records.tell(TRIGGER_OF_MOVE[status], record)
        if status in NEWS_OF_MOVE:
            await self._parts.news.emit(NEWS_OF_MOVE[status], room_id=record.room_id)
