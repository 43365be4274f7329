"""The unit of work a store commits: one room's rows that live or die together."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from hooks.results import Observation, Task
from rooms.domain.content import EventContent
from rooms.domain.context import RoomContext
from rooms.domain.enums import OwnerKind, RoomStatus
from rooms.domain.event import RoomEvent
from rooms.domain.fallback import FollowUp
from rooms.domain.frozen import Frozen, utc_now
from rooms.domain.job import DeliveryFinish, DeliveryJob, DeliveryKind
from rooms.domain.json import JsonObject
from rooms.domain.ownership import OwnerAction
from rooms.domain.participant import Participant
from rooms.domain.room import Room


class RoomAddress(Frozen):
    """An address that has written in a room by one kind of channel; the router's memory."""

    room_id: str
    channel_id: str
    channel_type: str
    address: str
    participant_id: str | None = None


class RoomSnapshot(Frozen):
    """What one read gives the pipeline: the context (without recent events) and routing facts."""

    context: RoomContext
    addresses: tuple[RoomAddress, ...] = ()
    detached: frozenset[str] = frozenset()


class PlannedDelivery(Frozen):
    """A delivery row to be written with its event; `traceparent` as on `DeliveryJob`."""

    channel_id: str
    kind: DeliveryKind
    traceparent: str | None = None


class EventWrite(Frozen):
    """An event to append with the deliveries it causes; its index is assigned by the store."""

    event: RoomEvent
    deliveries: tuple[PlannedDelivery, ...] = ()


class TargetChange(Frozen):
    """What an edit, delete or reaction does to an earlier event of the same room.

    The former content is kept in the event's revisions. `metadata` replaces keys shallowly.
    """

    event_id: str
    content: EventContent | None = None
    metadata: JsonObject = {}
    changed_by: str | None = None
    keeps_revision: bool = True


class StatusChange(Frozen):
    """A room's move to another status; `at` becomes paused_at or closed_at."""

    status: RoomStatus
    at: datetime


class OwnerChange(Frozen):
    """Who answers in a room from now on; every change raises the owner's epoch by one.

    Attributes:
        kind: Who answers.
        owner_id: Which person, when it is one.
        by: The user who changed it; None where it was no user.
        action: The word for it in the audit trail, where the store keeps one; None leaves no entry.
    """

    kind: OwnerKind
    owner_id: str | None = None
    by: str | None = None
    action: OwnerAction | None = None


class CommitUnit(Frozen):
    """Everything one pass writes to one room, in one transaction.

    The store locks the room, then decides in this order: no such room → ROOM_NOT_FOUND; the first
    event's idempotency key is known in the room → DUPLICATE (with the original event);
    `lease_token` is given and is not the room's → LEASE_LOST; the room takes no events, there are
    events and not `exempt_from_status` → ROOM_CLOSED; `owner_epoch` is given and differs →
    STALE_OWNER. Only then does it write, events in the given order at consecutive indexes; tasks
    and observations whose id is stored already are left as they are, so that a repeated job leaves
    them once. A unit without events only writes its side effects, whatever the status.

    Attributes:
        touches_activity: Whether `timers.last_activity_at` becomes now.
        reactivates: Whether a PAUSED room becomes ACTIVE (paused_at cleared).
        status_change: Set after the events were written.
        owner_change: Set in the same transaction; new jobs carry the new epoch.
        at: The moment of the commit: what activity, pause and update stamps become.
        lease_owner: The node that will run the new jobs; '' leaves them unleased. A job is born
            unleased also when an open job of its lane was there before and is not held by that
            node, so that it overtakes nobody: `Committed.jobs` tells which.
        lease_seconds: How long that node has before another may take them.
        lease_token: The room's lease under which the unit was made; None asks for none.
        releases_lease: Whether the room's lease ends with the commit; it does so only if
            `lease_token` is given and the unit is committed.
        follow_ups: Deliveries that need no more looking after, each with the job of an earlier
            event that goes on for it.
    """

    room_id: str
    events: tuple[EventWrite, ...] = ()
    target: TargetChange | None = None
    participants: tuple[Participant, ...] = ()
    addresses: tuple[RoomAddress, ...] = ()
    tasks: tuple[Task, ...] = ()
    observations: tuple[Observation, ...] = ()
    metadata_patch: JsonObject = {}
    finishes: tuple[DeliveryFinish, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    owner_epoch: int | None = None
    exempt_from_status: bool = False
    touches_activity: bool = True
    reactivates: bool = False
    status_change: StatusChange | None = None
    owner_change: OwnerChange | None = None
    at: datetime = Field(default_factory=utc_now)
    lease_owner: str = ""
    lease_seconds: float = 60.0
    lease_token: int | None = None
    releases_lease: bool = False

    def epoch_after(self, epoch: int) -> int:
        """Return the owner's epoch of a room with `epoch` once the unit is committed."""
        return epoch if self.owner_change is None else epoch + 1

    @property
    def is_plain(self) -> bool:
        """Whether the unit only appends events and their deliveries."""
        return self.only_adds and not (
            self.participants
            or self.addresses
            or self.tasks
            or self.observations
            or self.finishes
            or self.follow_ups
        )

    @property
    def only_adds(self) -> bool:
        """Whether the unit leaves earlier events and the room's own words as they are."""
        return not (self.target or self.metadata_patch or self.status_change or self.owner_change)


class CommitOutcome(StrEnum):
    """What a store did with a unit."""

    COMMITTED = "committed"
    DUPLICATE = "duplicate"
    ROOM_NOT_FOUND = "room_not_found"
    LEASE_LOST = "lease_lost"
    ROOM_CLOSED = "room_closed"
    STALE_OWNER = "stale_owner"


class Committed(Frozen):
    """The answer to one unit.

    `events` carry their final index (or, for DUPLICATE, hold the original event), `jobs` are the
    delivery rows in plan order, `target` the changed event, `resumed` whether PAUSED became ACTIVE.
    """

    outcome: CommitOutcome
    room: Room | None = None
    events: tuple[RoomEvent, ...] = ()
    jobs: tuple[DeliveryJob, ...] = ()
    target: RoomEvent | None = None
    resumed: bool = False
