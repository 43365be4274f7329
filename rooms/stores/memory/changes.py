"""How a room and its events look after a change: pure functions of the frozen values."""

from rooms.domain.commit import CommitUnit, OwnerChange, StatusChange
from rooms.domain.enums import RoomStatus
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.room import Room
from rooms.stores.memory.copies import private_copy
from rooms.stores.memory.tables import RoomRecord


def with_newer_history(room: Room) -> Room:
    """Say that the content of a stored event of `room` has changed."""
    return room.model_copy(update={"history_version": room.history_version + 1})


def replace_event(record: RoomRecord, event: RoomEvent, changes: JsonObject) -> RoomEvent:
    """Store `event` with `changes`, make the room's history newer and return the event."""
    changed = event.model_copy(update=private_copy(changes))
    record.timeline.replace(changed)
    record.room = with_newer_history(record.room)
    return private_copy(changed)


def resumes(room: Room, unit: CommitUnit) -> bool:
    """Tell whether the unit wakes a paused room."""
    return bool(unit.events) and unit.reactivates and room.status is RoomStatus.PAUSED


def room_after(room: Room, unit: CommitUnit) -> Room:
    """Return `room` as the unit leaves it: counters, activity, metadata, status, owner."""
    update: JsonObject = {"updated_at": unit.at}
    if unit.events:
        update["event_count"] = room.event_count + len(unit.events)
        update["latest_index"] = room.latest_index + len(unit.events)
    if unit.events and unit.touches_activity:
        update["timers"] = room.timers.model_copy(update={"last_activity_at": unit.at})
    if unit.metadata_patch:
        update["metadata"] = {**room.metadata, **unit.metadata_patch}
    if resumes(room, unit):
        update |= {"status": RoomStatus.ACTIVE, "paused_at": None}
    if unit.status_change is not None:
        update |= _moved(unit.status_change)
    if unit.owner_change is not None:
        update |= owned_by(room, unit.owner_change)
    return room.model_copy(update=update)


def owned_by(room: Room, change: OwnerChange) -> JsonObject:
    """Return the columns of a change of owner."""
    return {
        "owner_kind": change.kind,
        "owner_id": change.owner_id,
        "owner_epoch": room.owner_epoch + 1,
    }


def _moved(change: StatusChange) -> JsonObject:
    """Return the columns of a status move; archiving keeps when the room was closed."""
    stamps: dict[RoomStatus, JsonObject] = {
        RoomStatus.ACTIVE: {"paused_at": None, "closed_at": None},
        RoomStatus.PAUSED: {"paused_at": change.at},
        RoomStatus.CLOSED: {"closed_at": change.at},
        RoomStatus.ARCHIVED: {},
    }
    return {"status": change.status, **stamps[change.status]}
