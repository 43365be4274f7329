"""The store contract: the async gate to whatever keeps rooms (RFC §11)."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from hooks.results import Observation, Task
from rooms.domain.binding import ChannelBinding
from rooms.domain.commit import Committed, CommitUnit, RoomSnapshot
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.enums import EventType, RoomStatus
from rooms.domain.event import RoomEvent
from rooms.domain.frozen import Frozen
from rooms.domain.identity import Identity
from rooms.domain.identity_merge import IdentityMerge
from rooms.domain.job import DeliveryFinish, DeliveryJob, Unsaid
from rooms.domain.json import JsonObject
from rooms.domain.lease import LeaseRequest, RoomEntry
from rooms.domain.ownership import AIPause
from rooms.domain.participant import Participant
from rooms.domain.provider_message import ProviderMessage, StatusChange
from rooms.domain.room import Room, RoomTimers
from rooms.domain.scheduled import ScheduledEnd, ScheduledSend, ScheduledState
from rooms.domain.source import SourceState
from rooms.domain.standing import ContactPoint, OptOutReason, Standing

OPEN_STATUSES = (RoomStatus.ACTIVE, RoomStatus.PAUSED)


class EventFilter(Frozen):
    """Which events to list; every field that is set must hold.

    `top_level_only` leaves out events of a thread (`thread_root_id` is set); `created_after` and
    `created_before` are exclusive.
    """

    types: tuple[EventType, ...] | None = None
    exclude_types: tuple[EventType, ...] = ()
    source_channel_id: str | None = None
    source_channel_type: str | None = None
    participant_id: str | None = None
    correlation_id: str | None = None
    parent_event_id: str | None = None
    top_level_only: bool = False
    created_after: datetime | None = None
    created_before: datetime | None = None


class ReadMarker(Frozen):
    """How far one channel of a room has read.

    Markers stand apart from bindings: a channel that is not attached has one too, a detached
    channel keeps its own, and `ChannelBinding.last_read_index` is not touched.
    """

    room_id: str
    channel_id: str
    index: int


class ConversationStore(ABC):
    """Keeps rooms, timelines, bindings, people and the work still to be done.

    What goes in is copied, what comes out is frozen. Every room-scoped read of an unknown room
    gives None or an empty list; inserting into an unknown room raises RoomNotFoundError, inserting
    an id that is taken raises ValueError. `commit` is the only way the pipeline appends.

    Orders: rooms by (created_at, id), bindings by (attached_at, channel_id), participants by
    (joined_at, id), tasks and observations by (created_at, id); "newest" is the largest of these.
    No organization is None; '' given as one means None, in every argument and field.

    A lane is the open jobs of one (room, channel); where the store was made with the lane scope
    `room`, it is all open jobs of a room, and jobs of one event do not wait for each other.
    """

    # -- rooms

    @abstractmethod
    async def create_room(self, room: Room) -> Room:
        """Insert a room. Raises: RoomAlreadyExistsError: If the id is taken."""

    @abstractmethod
    async def get_room(self, room_id: str) -> Room | None:
        """Return a room or None."""

    @abstractmethod
    async def update_room(self, room: Room) -> Room:
        """Write a room's own columns; counters, indexes and versions are left as stored.

        Own are status, organization, timers, metadata, policies, the moments of pausing and closing
        and the owner with its epoch; `updated_at` becomes now.

        Raises:
            RoomNotFoundError: If it does not exist.
        """

    @abstractmethod
    async def delete_room(self, room_id: str) -> bool:
        """Delete a room with everything in it; tell whether it existed. Identities stay."""

    @abstractmethod
    async def list_rooms(self, offset: int = 0, limit: int = 50) -> list[Room]:
        """Return rooms in creation order."""

    async def latest_indexes(self, room_ids: Collection[str]) -> dict[str, int]:
        """Return the latest index of each of these rooms; those that do not exist are left out.

        The default asks for one room after the other.
        """
        rooms = [await self.get_room(room_id) for room_id in room_ids]
        return {room.id: room.latest_index for room in rooms if room is not None}

    @abstractmethod
    async def find_rooms(
        self,
        organization_id: str | None = None,
        status: str | None = None,
        metadata_filter: JsonObject | None = None,
        *,
        limit: int = 100,
        offset: int = 0,
    ) -> list[Room]:
        """Return rooms by organization (None = any), status and equal top-level metadata values."""

    @abstractmethod
    async def find_latest_room(
        self, participant_id: str, channel_type: str | None = None, status: str | None = None
    ) -> Room | None:
        """Return the newest room that has a participant row with this id, or None.

        The row's status does not matter; `channel_type` asks for a binding of that type there.
        """

    @abstractmethod
    async def find_room_ids_by_channel(
        self, channel_id: str, statuses: Collection[str] = OPEN_STATUSES, *, limit: int = 2
    ) -> list[str]:
        """Return rooms a channel is attached to, newest first by (created_at, id)."""

    @abstractmethod
    async def find_room_id_by_channel(
        self, channel_id: str, status: str | None = None
    ) -> str | None:
        """Return the newest room a channel is attached to, or None."""

    @abstractmethod
    async def find_room_ids_by_address(
        self,
        channel_type: str,
        address: str,
        *,
        organization_id: str | None = None,
        statuses: Collection[str] = OPEN_STATUSES,
        limit: int = 2,
    ) -> list[str]:
        """Return rooms of one organization that know this address, newest first."""

    @abstractmethod
    async def find_room_ids_by_identity(
        self,
        identity_id: str,
        statuses: Collection[str] = OPEN_STATUSES,
        *,
        organization_id: str | None = None,
        limit: int = 2,
    ) -> list[str]:
        """Return rooms of one organization that are an identity's own, newest first.

        Own are those in which they wrote from an address of theirs, or take part by the host's
        word; not those where they wrote to a group, or answered what was sent to somebody else.
        """

    @abstractmethod
    async def find_idle_room_ids(
        self, now: datetime, *, organization_id: str | None = None, limit: int = 500
    ) -> list[str]:
        """Return rooms whose timers are due at `now` (organization None = any), in creation order.

        Due are ACTIVE rooms silent for longer than `inactive_after_seconds` (without it: than
        `closed_after_seconds`) and PAUSED rooms paused for longer than `closed_after_seconds`.
        Silence counts from `last_activity_at`, else from `created_at`; a pause without `paused_at`
        counts as silence.
        """

    @abstractmethod
    async def patch_room_metadata(self, room_id: str, patch: JsonObject) -> Room:
        """Merge `patch` shallowly. Raises: RoomNotFoundError: If the room does not exist."""

    @abstractmethod
    async def set_room_timers(self, room_id: str, timers: RoomTimers) -> Room:
        """Set both limits and keep the last activity (the creation time when there is none).

        Raises:
            RoomNotFoundError: If the room does not exist.
        """

    # -- the pipeline's reads and its one write

    @abstractmethod
    async def load_snapshot(self, room_id: str) -> RoomSnapshot | None:
        """Return room, bindings, participants, addresses and tombstones in one read, or None."""

    @abstractmethod
    async def enter_room(
        self, room_id: str, *, key: str | None = None, lease: LeaseRequest | None = None
    ) -> RoomEntry:
        """Return a room's snapshot, the event with `key`, and take the room's lease if asked.

        The lease is taken when nobody holds it, when it has run out or when its owner asks again;
        the snapshot is read after that. An unknown room has neither snapshot nor token.
        """

    @abstractmethod
    async def load_tail(
        self, room_id: str, *, limit: int, after_index: int | None = None
    ) -> list[RoomEvent]:
        """Return the last `limit` MESSAGE events, oldest first; only those after an index if given.

        They come whatever their status and visibility: readers filter.
        """

    @abstractmethod
    async def commit(self, units: Sequence[CommitUnit]) -> list[Committed]:
        """Commit units of different rooms in one transaction and answer in the same order.

        A unit that fails on its data fails alone and its error is raised from the caller's own
        single-unit call; see `CommitUnit` for the order of decisions. `Committed.room` is the room
        as it then is, for refused units too (None for ROOM_NOT_FOUND).

        A unit without events neither touches activity nor reactivates. Participants are upserted,
        so are addresses by (room, channel, type, address). A target change grows the history
        version once; an unknown or foreign target changes nothing and leaves `target` None.
        `CommitUnit.at` stamps the room; jobs are due, and leased, by the store's own clock.

        Raises:
            ValueError: If an event's id, or the key of one that is not the first, is taken, or
                two units name one room; nothing of the call was written.
            StoreUnavailableError: If the database cannot be reached; nothing was written.
        """

    # -- leases of rooms, and leases by name

    @abstractmethod
    async def take_room_lease(self, room_id: str, lease: LeaseRequest) -> int | None:
        """Take a room's lease as `enter_room` does; return its token.

        None means that another living owner holds it, 0 that there is no such room.
        """

    @abstractmethod
    async def renew_room_leases(self, held: Mapping[str, int], *, seconds: float) -> None:
        """Let leases, given as tokens by room id, end in `seconds`; lost ones stay as they are.

        A lease that has run out but was not taken by another is renewed as well.
        """

    @abstractmethod
    async def leave_room(self, room_id: str, token: int) -> None:
        """Give a room's lease back; a token that is not the room's any more changes nothing."""

    @abstractmethod
    async def acquire_lease(self, name: str, owner: str, *, seconds: float) -> bool:
        """Take the lease of this name, or renew one's own; tell whether `owner` has it now."""

    @abstractmethod
    async def release_lease(self, name: str, owner: str) -> None:
        """Give a named lease back; another's stays."""

    # -- sources

    @abstractmethod
    async def claim_source(
        self, channel_id: str, node: str, *, organization_id: str | None = None
    ) -> SourceState:
        """Note that a process runs a source from now on; return what is known of the source.

        Who may claim it is decided by a lease; whoever ran it before can save no more.
        """

    @abstractmethod
    async def save_source_state(self, state: SourceState) -> bool:
        """Keep what is known of a source, unless another process runs it now; tell which."""

    @abstractmethod
    async def list_source_states(self) -> list[SourceState]:
        """Return all sources that were ever run, by channel id."""

    # -- events

    @abstractmethod
    async def add_event(self, event: RoomEvent) -> RoomEvent:
        """Insert an event at its own index; the room's counters follow, its timers do not.

        Raises:
            DuplicateIndexError: If the place is taken.
        """

    @abstractmethod
    async def add_event_auto_index(self, room_id: str, event: RoomEvent) -> RoomEvent:
        """Append an event at the next index with the room's counters and return it so stored."""

    @abstractmethod
    async def get_event(self, event_id: str) -> RoomEvent | None:
        """Return an event or None."""

    @abstractmethod
    async def update_event(self, event: RoomEvent) -> RoomEvent:
        """Replace an event's content, source, metadata and results; index and room stay.

        The former content is kept as a revision when it differs; the room's history version grows.

        Raises:
            LookupError: If it does not exist.
        """

    @abstractmethod
    async def delete_event(
        self, room_id: str, event_id: str, *, cascade_replies: bool = True
    ) -> list[str]:
        """Delete an event for good, then its thread's replies; return the ids, root first.

        Replies are the events whose `thread_root_id` is the event, by index. Deliveries go with
        their event, the history version grows, the counters stay. Of the questions that gave way to
        one that goes unanswered the last is PENDING again, held by nobody, as if nobody had asked
        it yet. Unknown or foreign: nothing, [].
        """

    @abstractmethod
    async def list_events(  # noqa: PLR0913 - every way a timeline is read
        self,
        room_id: str,
        offset: int = 0,
        limit: int = 50,
        visibility_filter: str | None = None,
        *,
        after_index: int | None = None,
        before_index: int | None = None,
        newest_first: bool = False,
        include_internal: bool = False,
        event_filter: EventFilter | None = None,
    ) -> list[RoomEvent]:
        """Return events by index; `visibility_filter` keeps events of exactly that visibility.

        Events with visibility `internal` are left out unless `include_internal`. Both indexes are
        exclusive. `before_index` gives the page that ends just below it, in ascending order unless
        `newest_first`; `offset` then counts from that end.

        Raises:
            ValueError: If both `after_index` and `before_index` are given.
        """

    @abstractmethod
    async def get_event_count(self, room_id: str) -> int:
        """Count the stored rows exactly."""

    @abstractmethod
    async def check_idempotency(self, room_id: str, key: str) -> bool:
        """Tell whether an event with this key is stored in the room."""

    @abstractmethod
    async def find_event_by_key(
        self, key: str, *, room_id: str | None = None, channel_id: str | None = None
    ) -> RoomEvent | None:
        """Return the event with this key in a room, or the newest from a source channel.

        Whatever is given must hold; newest is the largest (created_at, id).
        """

    @abstractmethod
    async def record_delivery_results(self, event_id: str, results: JsonObject) -> None:
        """Merge per-channel results into `delivery_results`; nothing else of the event changes.

        A `provider_result` that is kept stays where the new result of its channel has none.

        An unknown event changes nothing.
        """

    @abstractmethod
    async def mark_processed(self, event_id: str) -> bool:
        """Tell once per event that none of its jobs still waits for the end of its first attempt.

        True is answered to the first call that finds no job to send or inject PENDING or SENDING
        and no job to react PENDING; a reaction that has begun may take its time. Every other call,
        and one for an unknown event, is answered False.
        """

    @abstractmethod
    async def find_untold_rounds(self, *, limit: int = 100) -> list[str]:
        """Return the ids of events that `mark_processed` would answer True and that somebody owes.

        Owed is an event by a finish with `owes_round`, until it is processed.
        """

    # -- bindings

    @abstractmethod
    async def add_binding(self, binding: ChannelBinding) -> ChannelBinding:
        """Attach by explicit grant: insert or replace the binding and clear its tombstone."""

    @abstractmethod
    async def auto_attach(self, binding: ChannelBinding) -> ChannelBinding | None:
        """Attach unless the channel was detached before; return the binding in force or None.

        A binding that exists already is in force and stays as it is.
        """

    @abstractmethod
    async def get_binding(self, room_id: str, channel_id: str) -> ChannelBinding | None:
        """Return a binding or None."""

    @abstractmethod
    async def update_binding(self, binding: ChannelBinding) -> ChannelBinding:
        """Write a binding. Raises: ChannelNotFoundError: If it does not exist."""

    @abstractmethod
    async def remove_binding(self, room_id: str, channel_id: str) -> bool:
        """Leave a tombstone, then remove the binding; tell whether it existed.

        The tombstone is left in any known room, also when the channel was not attached.
        """

    @abstractmethod
    async def list_bindings(self, room_id: str) -> list[ChannelBinding]:
        """Return a room's bindings in attach order."""

    # -- participants

    @abstractmethod
    async def add_participant(self, participant: Participant) -> Participant:
        """Insert or replace a participant."""

    @abstractmethod
    async def get_participant(self, room_id: str, participant_id: str) -> Participant | None:
        """Return a participant or None."""

    @abstractmethod
    async def update_participant(self, participant: Participant) -> Participant:
        """Write a participant. Raises: ParticipantNotFoundError: If it does not exist."""

    @abstractmethod
    async def list_participants(self, room_id: str) -> list[Participant]:
        """Return a room's participants in joining order."""

    # -- identities

    @abstractmethod
    async def create_identity(self, identity: Identity) -> Identity:
        """Insert an identity with its addresses. Raises: AddressTakenError: If one is taken."""

    @abstractmethod
    async def get_identity(self, identity_id: str) -> Identity | None:
        """Return an identity or None."""

    @abstractmethod
    async def resolve_identity(
        self, channel_type: str, address: str, organization_id: str | None = None
    ) -> Identity | None:
        """Return who has this address in exactly this organization (None is its own namespace).

        Of somebody who was merged it is the survivor.
        """

    @abstractmethod
    async def link_address(self, identity_id: str, channel_type: str, address: str) -> None:
        """Give an identity, or the survivor if it was merged, an address in its organization.

        Raises:
            IdentityNotFoundError: If the identity does not exist.
            AddressTakenError: If another identity has it; linking one's own again changes nothing.
        """

    async def find_living_identity(self, identity_id: str) -> Identity | None:
        """Return an identity; of one that was merged, whoever goes on for it.

        The default follows the merges one by one.
        """
        identity = await self.get_identity(identity_id)
        while identity is not None and identity.merged_into is not None:
            identity = await self.get_identity(identity.merged_into)
        return identity

    @abstractmethod
    async def merge_identities(
        self,
        survivor_id: str,
        merged_id: str,
        *,
        user_id: str | None = None,
        reason: str | None = None,
    ) -> IdentityMerge:
        """Let one identity go on for two: addresses and participants of the other become its own.

        It also gets what it lacks of the other's names and external ids. The other stays, and
        leads to the survivor. Of merges of the same identity at the same moment one succeeds.

        Raises:
            IdentityNotFoundError: If there is no such identity in the survivor's organization.
            IdentityMergeRefusedError: If they are one already, or one of them was merged before.
        """

    @abstractmethod
    async def unmerge_identities(
        self, merge_id: str, *, user_id: str | None = None
    ) -> IdentityMerge:
        """Give a merged identity back what came from it, within `UNDO_WITHIN` of the merge.

        What has left the survivor since then stays where it is, what has come stays with it.

        Raises:
            IdentityMergeNotFoundError: If there is no such merge.
            IdentityMergeRefusedError: If it is too late, or another merge has to be undone first.
        """

    # -- addresses that have become others

    @abstractmethod
    async def find_room_ids_by_recipient(
        self, channel_id: str, address: str, *, recipient_key: str | None = None
    ) -> list[str]:
        """Return rooms where a channel writes to an address or was written to from it.

        They come in creation order, whatever their status; `recipient_key` is where the channel's
        bindings hold whom it writes to.
        """

    @abstractmethod
    async def rename_room_address(
        self,
        room_id: str,
        channel_id: str,
        old: str,
        new: str,
        *,
        recipient_key: str | None = None,
    ) -> bool:
        """Let an address of a channel in a room be another; tell whether anything changed.

        Changed are the room's memory of who has written, and what the channel's binding holds
        under `recipient_key` if it is the old address.

        Raises:
            RoomNotFoundError: If the room does not exist.
        """

    @abstractmethod
    async def rename_identity_address(
        self, channel_type: str, old: str, new: str, organization_id: str | None = None
    ) -> Identity | None:
        """Let an address of whoever has it be another; return who that is, None if nobody has it.

        Raises:
            AddressTakenError: If the new one belongs to another identity.
        """

    # -- tasks, observations, read markers

    @abstractmethod
    async def add_task(self, task: Task) -> Task:
        """Insert a task."""

    @abstractmethod
    async def get_task(self, task_id: str) -> Task | None:
        """Return a task or None."""

    @abstractmethod
    async def list_tasks(self, room_id: str, status: str | None = None) -> list[Task]:
        """Return a room's tasks in creation order."""

    @abstractmethod
    async def update_task(self, task: Task) -> Task:
        """Write a task. Raises: LookupError: If it does not exist."""

    @abstractmethod
    async def add_observation(self, observation: Observation) -> Observation:
        """Insert an observation."""

    @abstractmethod
    async def list_observations(self, room_id: str) -> list[Observation]:
        """Return a room's observations in creation order."""

    @abstractmethod
    async def mark_read(self, room_id: str, channel_id: str, event_id: str) -> None:
        """Raise a channel's read marker to an event; it never sinks.

        An event that is unknown or of another room changes nothing.
        """

    @abstractmethod
    async def mark_all_read(self, room_id: str, channel_id: str) -> None:
        """Raise a channel's read marker to the room's latest index; an empty room gets none."""

    @abstractmethod
    async def get_unread_count(self, room_id: str, channel_id: str) -> int:
        """Count visible messages of others after the marker.

        Counted are DELIVERED MESSAGE events that are neither internal, nor for agents only, nor
        from `channel_id`.
        """

    @abstractmethod
    async def list_read_markers(self, room_id: str) -> list[ReadMarker]:
        """Return the markers of a room by channel id."""

    # -- the outbox

    @abstractmethod
    async def lease_deliveries(
        self,
        owner: str,
        *,
        seconds: float,
        limit: int = 100,
        lanes: Sequence[tuple[str, str]] | None = None,
    ) -> list[DeliveryJob]:
        """Take jobs whose lease has run out and whose lane is free, in lane order.

        Only jobs due now are taken; a job behind an open job of the same lane that is leased by
        another living owner, or not yet due, stays. So does a job to REACT if another living owner
        has a later one of its room and channel: an agent takes one turn at a time. Within a lane
        none is left out before another; the lane whose head is due longest comes first. A job the
        owner itself holds is not taken again. `seconds` of 0 or less leases for no time: anybody
        may take the job at once.

        `lanes`, given as (room id, channel id), asks for no other lanes; with the lane scope `room`
        the channel does not matter. A SENDING job whose lease has run out is handed out like any
        other: nobody knows how its attempt ended.
        """

    @abstractmethod
    async def renew_leases(
        self, owner: str, delivery_ids: Collection[str], *, seconds: float
    ) -> int:
        """Let the leases of these open jobs of `owner` end in `seconds`; return how many there are.

        A lease that has run out but was not taken by another is renewed as well. `seconds` of 0 or
        less gives them back: anybody may take the jobs at once.
        """

    @abstractmethod
    async def finish_deliveries(self, finishes: Sequence[DeliveryFinish]) -> frozenset[str]:
        """Write the outcome of attempts, or that they begin; final jobs lose their lease.

        A job that is final already stays as it is, so does one that its finish says is leased to
        an owner that it is not leased to, and an unknown id is passed over; return the ids of
        those with a `lease_owner` that were written. A SENDING or WAITING job keeps its lease;
        `due_in_s` counts from now by the store's own clock, None leaves the moment as it was.
        """

    @abstractmethod
    async def list_deliveries(
        self, room_id: str, *, event_id: str | None = None
    ) -> list[DeliveryJob]:
        """Return a room's delivery jobs by (event_index, channel_id)."""

    @abstractmethod
    async def release_deliveries(self, room_id: str, *, error_code: str) -> list[DeliveryJob]:
        """Make a room's WAITING jobs with this error due now, held by nobody; return them.

        They come by (event_index, channel_id).
        """

    @abstractmethod
    async def reopen_delivery(self, finish: DeliveryFinish) -> bool:
        """Make a SENT job WAITING, held by nobody, due in `due_in_s` by the store's own clock.

        It is done only while the job has the attempts that the finish says, so that of several who
        have seen the same one does; tell whether this did. Nobody looks after the job until it has
        ended again.
        """

    async def list_lane(
        self, room_id: str, channel_id: str, *, limit: int = 50
    ) -> list[DeliveryJob]:
        """Return the last jobs of a channel in a room, the newest first by (event_index, id).

        The default reads all of the room's.
        """
        jobs = await self.list_deliveries(room_id)
        own = [job for job in jobs if job.channel_id == channel_id]
        return sorted(own, key=lambda job: (job.event_index, job.id), reverse=True)[:limit]

    @abstractmethod
    async def keep_unsaid(self, delivery_id: str, unsaid: Unsaid, *, lease_owner: str) -> bool:
        """Keep what an agent has answered with its job until that ends.

        Tell whether it was kept: only while the job is open and leased to this owner.
        """

    @abstractmethod
    async def open_parked(self, room_id: str, event_id: str, channel_id: str) -> DeliveryJob | None:
        """Make a PARKED job PENDING, due now, held by nobody, with one attempt behind it.

        Return the job as it then is, or None when there is none that is parked.
        """

    # -- how we stand with addresses

    @abstractmethod
    async def note_inbound(self, points: Sequence[ContactPoint], at: datetime) -> None:
        """Note that these addresses have written; an earlier moment changes nothing."""

    @abstractmethod
    async def opt_out(self, point: ContactPoint, *, reason: OptOutReason, by: str) -> bool:
        """Note that an address wants no more messages; tell whether `by` changed that.

        The same `by` again is told the same, so that what was cut off can be done again.
        """

    @abstractmethod
    async def opt_in(self, point: ContactPoint, *, by: str) -> bool:
        """Note that an address wants messages again; tell whether `by` changed that.

        It lifts the opt-outs at all channels of the family.
        """

    @abstractmethod
    async def get_standing(self, point: ContactPoint) -> Standing:
        """Return how we stand with an address; of one that is not known nothing is known.

        Its last message counts at this channel only, its opt-out at all of its family in the
        organization.
        """

    # -- deliveries that somebody looks after, and what is to be said later

    @abstractmethod
    async def lease_follow_ups(
        self, *, seconds: float, limit: int = 100, delivery_ids: Collection[str] | None = None
    ) -> list[DeliveryJob]:
        """Take ended jobs whose `follow_up_at` has come, and put it off by `seconds`, oldest first.

        Nobody else is given them in that time. `delivery_ids` asks for no others.
        """

    @abstractmethod
    async def hasten_follow_ups(self, event_id: str, channel_id: str) -> list[str]:
        """Let `follow_up_at` of an event's jobs at a channel come now; return their ids.

        Jobs that nobody looks after stay as they are and are not named.
        """

    @abstractmethod
    async def end_follow_up(self, delivery_id: str) -> None:
        """Look after a job no more; an unknown one changes nothing."""

    @abstractmethod
    async def add_scheduled(self, scheduled: ScheduledSend) -> ScheduledSend:
        """Insert a scheduled send. Raises: RoomNotFoundError: If the room does not exist."""

    @abstractmethod
    async def get_scheduled(self, scheduled_id: str) -> ScheduledSend | None:
        """Return a scheduled send or None."""

    @abstractmethod
    async def list_scheduled(
        self,
        room_id: str,
        state: ScheduledState | None = None,
        *,
        limit: int = 50,
        offset: int = 0,
    ) -> list[ScheduledSend]:
        """Return a room's scheduled sends by (at, id)."""

    @abstractmethod
    async def lease_scheduled(self, *, seconds: float, limit: int = 100) -> list[ScheduledSend]:
        """Take those whose moment has come, oldest first; nobody else is given them meanwhile.

        After `seconds` they are given to whoever asks, unless their end was written.
        """

    @abstractmethod
    async def end_scheduled(self, scheduled_id: str, end: ScheduledEnd) -> None:
        """Write what became of one.

        SENT is written whatever is written there already, anything else only where it still waits.
        """

    @abstractmethod
    async def cancel_scheduled(self, scheduled_id: str) -> ScheduledSend:
        """Cancel one and return it; if it was taken or has become an event it stays as it is.

        Raises:
            ScheduledSendNotFoundError: If there is no such one.
        """

    # -- where no agent is asked

    @abstractmethod
    async def add_ai_pause(self, pause: AIPause) -> bool:
        """Ask no agent in a place from now on; tell whether that is new.

        Raises:
            RoomNotFoundError: If it names a room that does not exist.
        """

    @abstractmethod
    async def remove_ai_pause(self, pause: AIPause) -> bool:
        """Lift the pause of exactly this place; tell whether there was one.

        `pause.by` is who lifts it.
        """

    @abstractmethod
    async def is_ai_paused(self, room_id: str, channel_id: str) -> bool:
        """Tell whether an agent must not be asked in a room, by any of the pauses it is under.

        The room's own owner is another question.
        """

    # -- messages under their providers' ids

    @abstractmethod
    async def note_provider_messages(
        self, messages: Sequence[ProviderMessage]
    ) -> list[ProviderMessage]:
        """Write whose messages these are; return them with what is reported of them.

        A report that came earlier stays; noting the same again changes nothing.
        """

    @abstractmethod
    async def fold_status(self, channel_id: str, report: DeliveryStatus) -> StatusChange:
        """Write a provider's report; of an unknown message it is kept until that is noted."""

    @abstractmethod
    async def fold_until(
        self, channel_id: str, address: str, until: datetime, report: DeliveryStatus
    ) -> list[StatusChange]:
        """Write a report about all sent to an address until a moment; return what moved."""

    @abstractmethod
    async def get_provider_message(
        self, channel_id: str, provider_message_id: str
    ) -> ProviderMessage | None:
        """Return what is known under a provider's id, or None."""

    @abstractmethod
    async def list_provider_messages(self, event_id: str) -> list[ProviderMessage]:
        """Return the messages of an event, in the order they were noted."""

    @abstractmethod
    async def close(self) -> None:
        """Give back connections and threads; calling twice is harmless."""
