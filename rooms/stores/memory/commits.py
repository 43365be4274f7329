"""The pipeline's read and its one write: units are all decided first, then all written."""

from collections.abc import Iterable, Sequence

from rooms.domain.commit import (
    CommitOutcome,
    Committed,
    CommitUnit,
    EventWrite,
    RoomSnapshot,
    TargetChange,
)
from rooms.domain.context import RoomContext
from rooms.domain.event import RoomEvent
from rooms.domain.job import DeliveryJob
from rooms.domain.lease import LeaseRequest, RoomEntry
from rooms.stores.memory.bindings import BindingTable
from rooms.stores.memory.changes import replace_event, resumes, room_after
from rooms.stores.memory.copies import private_copies, private_copy
from rooms.stores.memory.fallbacks import FollowUpTable
from rooms.stores.memory.leases import LeaseTable
from rooms.stores.memory.outbox import Outbox
from rooms.stores.memory.participants import ParticipantTable
from rooms.stores.memory.side_effects import SideEffectTable
from rooms.stores.memory.tables import RoomRecord, Tables, refuse_taken


class CommitTable:
    """Commits units; nothing is written before every unit of a call is known to succeed."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._bindings = BindingTable(tables)
        self._participants = ParticipantTable(tables)
        self._side_effects = SideEffectTable(tables)
        self._outbox = Outbox(tables)
        self._follow_ups = FollowUpTable(tables)
        self._leases = LeaseTable(tables)

    def load_snapshot(self, room_id: str) -> RoomSnapshot | None:
        """Return room, bindings, participants, addresses and tombstones, or None."""
        if (record := self._tables.rooms.get(room_id)) is None:
            return None
        context = RoomContext(
            room=private_copy(record.room),
            bindings=self._bindings.list_bindings(room_id),
            participants=self._participants.list_participants(room_id),
        )
        addresses = tuple(record.addresses.values())
        return RoomSnapshot(
            context=context, addresses=addresses, detached=frozenset(record.detached)
        )

    def enter_room(
        self, room_id: str, *, key: str | None = None, lease: LeaseRequest | None = None
    ) -> RoomEntry:
        """Return a room's snapshot, the event with `key`, and take the room's lease if asked."""
        if (record := self._tables.rooms.get(room_id)) is None:
            return RoomEntry()
        token = self._leases.take_room_lease(room_id, lease) if lease else None
        if lease and token is None:
            return RoomEntry(busy=True)
        known = private_copy(record.timeline.with_key(key))
        return RoomEntry(snapshot=self.load_snapshot(room_id), known=known, lease_token=token)

    def commit(self, units: Sequence[CommitUnit]) -> list[Committed]:
        """Commit units of different rooms and answer in the same order.

        Raises:
            ValueError: If two units name one room, or an id or a later event's key is taken.
        """
        _refuse_repeated([unit.room_id for unit in units])
        own = private_copies(units)
        refusals = [self._refusal(unit) for unit in own]
        self._check([unit for unit, no in zip(own, refusals, strict=True) if no is None])
        return [no or self._write(unit) for unit, no in zip(own, refusals, strict=True)]

    # -- deciding

    def _refusal(self, unit: CommitUnit) -> Committed | None:
        """Say why a unit is not written, in the order that `CommitUnit` gives; None if it is."""
        record = self._tables.rooms.get(unit.room_id)
        if record is None:
            return Committed(outcome=CommitOutcome.ROOM_NOT_FOUND)
        room = private_copy(record.room)
        if (original := _original(record, unit)) is not None:
            return Committed(outcome=CommitOutcome.DUPLICATE, room=room, events=(original,))
        refusal = _why_not(record, unit)
        return Committed(outcome=refusal, room=room) if refusal else None

    def _check(self, units: list[CommitUnit]) -> None:
        """Find what a database's unique constraints would find."""
        tables, events = self._tables, [write.event for unit in units for write in unit.events]
        refuse_taken(tables.event_rooms, [event.id for event in events], "event")
        for unit in units:
            self._check_keys(unit)

    def _check_keys(self, unit: CommitUnit) -> None:
        timeline = self._tables.record(unit.room_id).timeline
        keys: set[str] = set()
        for write in unit.events:
            timeline.check_key(write.event)
            key = write.event.idempotency_key
            if key is not None and key in keys:
                raise ValueError(f"idempotency key {key!r} is given to two events of one unit")
            keys.update(filter(None, [key]))

    # -- writing

    def _write(self, unit: CommitUnit) -> Committed:
        record = self._tables.record(unit.room_id)
        events, jobs = self._append(record, unit)
        target = _change_target(record, unit.target)
        resumed = resumes(record.room, unit)
        record.room = room_after(record.room, unit)
        if unit.releases_lease and unit.lease_token is not None:
            record.end_lease()
        self._write_beside(record, unit)
        return Committed(
            outcome=CommitOutcome.COMMITTED,
            room=private_copy(record.room),
            events=tuple(private_copies(events)),
            jobs=tuple(jobs),
            target=target,
            resumed=resumed,
        )

    def _append(
        self, record: RoomRecord, unit: CommitUnit
    ) -> tuple[list[RoomEvent], list[DeliveryJob]]:
        events: list[RoomEvent] = []
        writes: list[tuple[RoomEvent, EventWrite]] = []
        for index, write in enumerate(unit.events, start=record.room.latest_index + 1):
            event = write.event.model_copy(update={"room_id": unit.room_id, "index": index})
            record.timeline.insert(event)
            self._tables.event_rooms[event.id] = unit.room_id
            events.append(event)
            writes.append((event, write))
        return events, self._outbox.open_jobs(record, writes, unit=unit, now=self._tables.clock())

    def _write_beside(self, record: RoomRecord, unit: CommitUnit) -> None:
        room = {"room_id": unit.room_id}
        for participant in unit.participants:
            self._participants.add_participant(participant)
        for known in unit.addresses:
            record.addresses[known.channel_id, known.channel_type, known.address] = known
        for task in unit.tasks:
            if task.id not in self._tables.task_rooms:
                self._side_effects.add_task(task.model_copy(update=room))
        for observation in unit.observations:
            if observation.id not in self._tables.observation_rooms:
                self._side_effects.add_observation(observation.model_copy(update=room))
        self._outbox.finish_deliveries(unit.finishes)
        self._follow_ups.write(unit.follow_ups)


def _why_not(record: RoomRecord, unit: CommitUnit) -> CommitOutcome | None:
    """Say why a unit whose key is new is not written to its room, or None if it is."""
    if unit.lease_token not in (None, record.lease_token):
        return CommitOutcome.LEASE_LOST
    if unit.events and not (unit.exempt_from_status or record.room.accepts_events):
        return CommitOutcome.ROOM_CLOSED
    if unit.owner_epoch not in (None, record.room.owner_epoch):
        return CommitOutcome.STALE_OWNER
    return None


def _original(record: RoomRecord, unit: CommitUnit) -> RoomEvent | None:
    """Return the event that has the key of the unit's first event already, or None."""
    if not unit.events:
        return None
    return private_copy(record.timeline.with_key(unit.events[0].event.idempotency_key))


def _change_target(record: RoomRecord, change: TargetChange | None) -> RoomEvent | None:
    """Apply an edit, delete or reaction to an earlier event; None when there is no such event."""
    event = record.timeline.get(change.event_id) if change else None
    if change is None or event is None:
        return None
    changes = {
        "content": change.content or event.content,
        "metadata": {**event.metadata, **change.metadata},
    }
    return replace_event(record, event, changes)


def _refuse_repeated(room_ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for room_id in room_ids:
        if room_id in seen:
            raise ValueError(
                f"two units of one commit name room {room_id!r}: put its events into one unit"
            )
        seen.add(room_id)
