"""What the in-memory store holds: one record per room, and the ids that are unique across rooms."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from hooks.results import Observation, Task
from rooms.domain.binding import ChannelBinding
from rooms.domain.commit import RoomAddress
from rooms.domain.enums import LaneScope
from rooms.domain.errors import RoomNotFoundError
from rooms.domain.event import RoomEvent
from rooms.domain.identity import Identity
from rooms.domain.identity_merge import IdentityMerge
from rooms.domain.job import DeliveryJob
from rooms.domain.ownership import AIPause
from rooms.domain.participant import Participant
from rooms.domain.provider_message import ProviderMessage
from rooms.domain.room import Room
from rooms.domain.scheduled import ScheduledSend, ScheduledState
from rooms.domain.source import SourceState
from rooms.domain.standing import ContactPoint, OptOutReason
from rooms.stores.memory.timeline import Timeline

Clock = Callable[[], datetime]
AddressKey = tuple[str, str, str]
"""Channel, channel type, address."""
OwnerKey = tuple[str | None, str, str]
"""Organization, channel type, address."""
PlaceKey = tuple[str | None, str | None, str | None]
"""Organization, room, channel; None is any."""


@dataclass(frozen=True)
class HeldLease:
    """Who holds something and until when; `token` grows by one per taking, where it is counted."""

    owner: str
    until: datetime
    token: int = 0

    def keeps_out(self, owner: str, now: datetime) -> bool:
        """Tell whether `owner` has to wait because another holds this."""
        return self.owner not in ("", owner) and self.until > now


@dataclass
class StandingRecord:
    """How we stand with one address at one channel."""

    point: ContactPoint
    last_inbound_at: datetime | None = None
    opted_out_at: datetime | None = None
    opt_out_reason: OptOutReason | None = None
    changed_by: str = ""


@dataclass
class ScheduledRow:
    """A scheduled send, and until when somebody is about to say it."""

    value: ScheduledSend
    lease_until: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether nothing has become of it yet."""
        return self.value.state is ScheduledState.SCHEDULED

    def is_free(self, now: datetime) -> bool:
        """Tell whether it waits and nobody is about to say it."""
        return self.waits and (self.lease_until is None or self.lease_until <= now)

    def is_due(self, now: datetime) -> bool:
        """Tell whether it may be said by now."""
        return self.value.at <= now and self.is_free(now)


@dataclass
class RoomRecord:
    """Everything that lives and dies with one room."""

    room: Room
    timeline: Timeline = field(default_factory=Timeline)
    bindings: dict[str, ChannelBinding] = field(default_factory=dict)
    detached: set[str] = field(default_factory=set)
    participants: dict[str, Participant] = field(default_factory=dict)
    addresses: dict[AddressKey, RoomAddress] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    observations: dict[str, Observation] = field(default_factory=dict)
    read_indexes: dict[str, int] = field(default_factory=dict)
    jobs: dict[str, DeliveryJob] = field(default_factory=dict)
    open_jobs: dict[str, DeliveryJob] = field(default_factory=dict)
    processed: set[str] = field(default_factory=set)
    lease: HeldLease | None = None

    @property
    def lease_token(self) -> int:
        """The token of the lease taken last."""
        return self.lease.token if self.lease else 0

    def end_lease(self) -> None:
        """Free the lease; its token stays the last one given."""
        if self.lease is not None:
            self.lease = replace(self.lease, owner="")


@dataclass
class Tables:
    """All rows of the store. The dicts named `…_rooms` tell the room of an id.

    `owed_rounds` are the events of which somebody has to tell that they were processed, the oldest
    first; their room may be gone.
    """

    clock: Clock
    lane_scope: LaneScope = LaneScope.BINDING
    rooms: dict[str, RoomRecord] = field(default_factory=dict)
    event_rooms: dict[str, str] = field(default_factory=dict)
    task_rooms: dict[str, str] = field(default_factory=dict)
    observation_rooms: dict[str, str] = field(default_factory=dict)
    open_job_rooms: dict[str, str] = field(default_factory=dict)
    follow_up_rooms: dict[str, str] = field(default_factory=dict)
    scheduled: dict[str, ScheduledRow] = field(default_factory=dict)
    owed_rounds: dict[str, None] = field(default_factory=dict)
    identities: dict[str, Identity] = field(default_factory=dict)
    address_owners: dict[OwnerKey, str] = field(default_factory=dict)
    merges: dict[str, IdentityMerge] = field(default_factory=dict)
    leases: dict[str, HeldLease] = field(default_factory=dict)
    provider_messages: dict[tuple[str, str], ProviderMessage] = field(default_factory=dict)
    sources: dict[str, SourceState] = field(default_factory=dict)
    standings: dict[tuple[str, str], StandingRecord] = field(default_factory=dict)
    ai_pauses: dict[PlaceKey, AIPause] = field(default_factory=dict)

    def record(self, room_id: str) -> RoomRecord:
        """Return a room's record.

        Raises:
            RoomNotFoundError: If there is no such room.
        """
        if (record := self.rooms.get(room_id)) is None:
            raise RoomNotFoundError(room_id)
        return record

    def find_event(self, event_id: str) -> tuple[RoomRecord, RoomEvent] | None:
        """Return an event with the record of its room, or None."""
        record = self.rooms.get(self.event_rooms.get(event_id, ""))
        event = record.timeline.get(event_id) if record else None
        return (record, event) if record and event else None

    def forget_provider_messages(self, gone: Callable[[ProviderMessage], bool]) -> None:
        """Drop the provider messages of what was deleted."""
        for place in [place for place, each in self.provider_messages.items() if gone(each)]:
            del self.provider_messages[place]

    def forget_scheduled(self, room_id: str) -> None:
        """Drop what was to be said in a room that was deleted."""
        gone = [key for key, row in self.scheduled.items() if row.value.room_id == room_id]
        for key in gone:
            del self.scheduled[key]

    def forget_ai_pauses(self, room_id: str) -> None:
        """Drop the pauses of a room that was deleted."""
        for place in [place for place in self.ai_pauses if place[1] == room_id]:
            del self.ai_pauses[place]

    def living_id(self, identity_id: str) -> str:
        """Return an identity's id, or that of whoever goes on for it since a merge."""
        identity = self.identities.get(identity_id)
        while identity is not None and identity.merged_into is not None:
            identity_id = identity.merged_into
            identity = self.identities.get(identity_id)
        return identity_id

    def open_job(self, job_id: str) -> DeliveryJob | None:
        """Return a job that still needs work, or None."""
        room_id = self.open_job_rooms.get(job_id)
        return None if room_id is None else self.rooms[room_id].jobs[job_id]

    def open_jobs(self) -> Iterator[DeliveryJob]:
        """Walk the jobs that still need work."""
        return (self.rooms[room].jobs[job] for job, room in self.open_job_rooms.items())


def refuse_taken(rows: Collection[str], new_ids: Iterable[str], noun: str) -> None:
    """Refuse to insert a second row with the same id.

    Raises:
        ValueError: If one of `new_ids` is among `rows` or named twice.
    """
    seen: set[str] = set()
    for row_id in new_ids:
        if row_id in rows or row_id in seen:
            raise ValueError(f"{noun} id {row_id!r} is taken: make a fresh one with new_id()")
        seen.add(row_id)


def by_creation(room: Room) -> tuple[datetime, str]:
    """Give the key that sorts rooms in creation order."""
    return room.created_at, room.id
