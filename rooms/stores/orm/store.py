"""The store on Django's ORM: an async gate in front of services and selectors."""

import inspect
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.db import IntegrityError, connection

from rooms.domain.commit import Committed, CommitUnit, RoomSnapshot
from rooms.domain.enums import LaneScope
from rooms.domain.event import RoomEvent
from rooms.domain.job import DeliveryJob
from rooms.domain.lease import LeaseRequest, RoomEntry
from rooms.domain.standing import ContactPoint, Standing
from rooms.journal import HookJournal, NotedOutcome
from rooms.services.hook_runs import record_outcomes
from rooms.services.refusals import explain_refusal
from rooms.stores.base import ConversationStore
from rooms.stores.orm.commit import Commit, build_commit
from rooms.stores.orm.commit_postgresql import commit_adding_units
from rooms.stores.orm.entering import Visit, choose_entrance, choose_lease_taker
from rooms.stores.orm.executor import DatabaseThreads
from rooms.stores.orm.grouping import Grouping
from rooms.stores.orm.snapshot import choose_reader
from rooms.stores.orm.tails import TailRequest, choose_tails_reader
from rooms.stores.orm.verbs import (
    addresses,
    ai_pauses,
    bindings,
    events,
    fallbacks,
    finding,
    leases,
    outbox,
    people,
    provider_messages,
    records,
    rooms,
    scheduled_sends,
    source_states,
    standings,
)

P = ParamSpec("P")
R = TypeVar("R")

Call = tuple[CommitUnit, ...]

SELF = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)


def _hops(verb: Callable[P, R]) -> "Callable[Concatenate[OrmStore, P], Coroutine[Any, Any, R]]":
    """Make a synchronous verb a method that runs it on a database thread."""

    async def method(self: "OrmStore", /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await self.threads.run(verb, *args, **kwargs)

    method.__name__, method.__doc__ = verb.__name__, verb.__doc__
    method.__qualname__ = f"OrmStore.{verb.__name__}"
    signature = inspect.signature(verb)
    parameters = [SELF, *signature.parameters.values()]
    vars(method)["__signature__"] = signature.replace(parameters=parameters)
    return method


class OrmStore(ConversationStore):
    """Keeps rooms in the default database; every verb is one hop to threads of its own.

    Commits and snapshots of different callers that wait at the same time share one hop and one
    transaction. Errors of the database come as StoreUnavailableError (nothing was stored, try
    again) or as a ValueError (the rows were refused).

    Args:
        portable: Use the ORM's own statements also where the database has a faster form.
        lane_scope: What is worked off in order, a `LaneScope`.

    Raises:
        ValueError: If there is no such scope.

    Attributes:
        threads: Where the store speaks to the database.
        journal: Keeps the hooks that blocked or failed; a kit tells it of them.
    """

    def __init__(self, *, portable: bool = False, lane_scope: str = LaneScope.BINDING) -> None:
        scope = LaneScope(lane_scope)
        self._portable = portable
        self.threads = DatabaseThreads()
        self.journal = HookJournal(self._record_outcomes)
        has_function = connection.vendor == "postgresql" and not portable
        self._snapshots = Grouping(self.threads, choose_reader(portable=portable))
        self._tails = Grouping(self.threads, choose_tails_reader(portable=portable))
        self._keys = Grouping(self.threads, events.find_events_by_keys)
        self._standings = Grouping(self.threads, standings.find_standings)
        self._entries = Grouping(
            self.threads, choose_entrance(portable=portable), keys=_leased_room_of
        )
        self._take_room_lease = choose_lease_taker(portable=portable)
        self._lane_scope = scope
        self._commits = self._group(build_commit(portable=portable, lane_scope=scope))
        self._adding_commits = self._commits
        if has_function:
            self._adding_commits = self._group(partial(commit_adding_units, lane_scope=scope))

    create_room = _hops(rooms.create_room)
    get_room = _hops(rooms.get_room)
    update_room = _hops(rooms.update_room)
    delete_room = _hops(rooms.delete_room)
    list_rooms = _hops(rooms.list_rooms)
    latest_indexes = _hops(rooms.latest_indexes)
    patch_room_metadata = _hops(rooms.patch_room_metadata)
    set_room_timers = _hops(rooms.set_room_timers)

    find_rooms = _hops(finding.find_rooms)
    find_latest_room = _hops(finding.find_latest_room)
    find_room_ids_by_channel = _hops(finding.find_room_ids_by_channel)
    find_room_id_by_channel = _hops(finding.find_room_id_by_channel)
    find_room_ids_by_address = _hops(finding.find_room_ids_by_address)
    find_room_ids_by_identity = _hops(finding.find_room_ids_by_identity)
    find_idle_room_ids = _hops(finding.find_idle_room_ids)

    async def load_snapshot(self, room_id: str) -> RoomSnapshot | None:
        """Return room, bindings, participants, addresses and tombstones in one read, or None."""
        return await self._snapshots.submit(room_id)

    async def enter_room(
        self, room_id: str, *, key: str | None = None, lease: LeaseRequest | None = None
    ) -> RoomEntry:
        """Return a room's snapshot, the event with `key`, and take the room's lease if asked.

        The lease is taken when nobody holds it, when it has run out or when its owner asks again;
        the snapshot is read after that. An unknown room has neither snapshot nor token.
        """
        return await self._entries.submit(Visit(room_id, key, lease))

    async def take_room_lease(self, room_id: str, lease: LeaseRequest) -> int | None:
        """Take a room's lease as `enter_room` does; return its token.

        None means that another living owner holds it, 0 that there is no such room.
        """
        return await self.threads.run(self._take_room_lease, room_id, lease)

    renew_room_leases = _hops(leases.renew_room_leases)
    leave_room = _hops(leases.leave_room)
    acquire_lease = _hops(leases.acquire_lease)
    release_lease = _hops(leases.release_lease)

    claim_source = _hops(source_states.claim_source)
    save_source_state = _hops(source_states.save_source_state)
    list_source_states = _hops(source_states.list_source_states)

    async def commit(self, units: Sequence[CommitUnit]) -> list[Committed]:
        """Commit units of different rooms in one transaction and answer in the same order.

        A caller that gives up before its units have begun has written nothing.

        Raises:
            ValueError: If an id or key is taken, or two units name one room.
            StoreUnavailableError: If the database cannot be reached; nothing was written.
        """
        call = tuple(units)
        _refuse_repeated_rooms(call)
        if not call:
            return []
        only_adds = all(unit.only_adds for unit in call)
        return await (self._adding_commits if only_adds else self._commits).submit(call)

    async def load_tail(
        self, room_id: str, *, limit: int, after_index: int | None = None
    ) -> list[RoomEvent]:
        """Return the last `limit` MESSAGE events, oldest first; only those after an index if given.

        They come whatever their status and visibility: readers filter.
        """
        return await self._tails.submit(TailRequest(room_id, limit, after_index))

    add_event = _hops(events.add_event)
    add_event_auto_index = _hops(events.add_event_auto_index)
    get_event = _hops(events.get_event)
    update_event = _hops(events.update_event)
    delete_event = _hops(events.delete_event)
    list_events = _hops(events.list_events)
    get_event_count = _hops(events.get_event_count)
    check_idempotency = _hops(events.check_idempotency)

    async def find_event_by_key(
        self, key: str, *, room_id: str | None = None, channel_id: str | None = None
    ) -> RoomEvent | None:
        """Return the event with this key in a room, or the newest from a source channel.

        Whatever is given must hold; newest is the largest (created_at, id). Look-ups by room
        alone, one for every message, share a hop and a statement.
        """
        if room_id is not None and channel_id is None:
            return await self._keys.submit((room_id, key))
        return await self.threads.run(
            events.find_event_by_key, key, room_id=room_id, channel_id=channel_id
        )

    record_delivery_results = _hops(events.record_delivery_results)
    mark_processed = _hops(events.mark_processed)
    find_untold_rounds = _hops(outbox.find_untold_rounds)

    add_binding = _hops(bindings.add_binding)
    auto_attach = _hops(bindings.auto_attach)
    get_binding = _hops(bindings.get_binding)
    update_binding = _hops(bindings.update_binding)
    remove_binding = _hops(bindings.remove_binding)
    list_bindings = _hops(bindings.list_bindings)

    add_participant = _hops(people.add_participant)
    get_participant = _hops(people.get_participant)
    update_participant = _hops(people.update_participant)
    list_participants = _hops(people.list_participants)
    create_identity = _hops(people.create_identity)
    get_identity = _hops(people.get_identity)
    resolve_identity = _hops(people.resolve_identity)
    link_address = _hops(people.link_address)
    merge_identities = _hops(people.merge_identities)
    unmerge_identities = _hops(people.unmerge_identities)

    find_room_ids_by_recipient = _hops(addresses.find_room_ids_by_recipient)
    rename_room_address = _hops(addresses.rename_room_address)
    rename_identity_address = _hops(addresses.rename_identity_address)

    add_task = _hops(records.add_task)
    get_task = _hops(records.get_task)
    list_tasks = _hops(records.list_tasks)
    update_task = _hops(records.update_task)
    add_observation = _hops(records.add_observation)
    list_observations = _hops(records.list_observations)
    mark_read = _hops(records.mark_read)
    mark_all_read = _hops(records.mark_all_read)
    get_unread_count = _hops(records.get_unread_count)
    list_read_markers = _hops(records.list_read_markers)

    async def lease_deliveries(
        self,
        owner: str,
        *,
        seconds: float,
        limit: int = 100,
        lanes: Sequence[tuple[str, str]] | None = None,
    ) -> list[DeliveryJob]:
        """Take jobs whose lease has run out and whose lane is free, in lane order.

        See `ConversationStore.lease_deliveries` for which these are.
        """
        return await self.threads.run(
            outbox.lease_deliveries,
            owner,
            seconds=seconds,
            limit=limit,
            lanes=lanes,
            scope=self._lane_scope,
            portable=self._portable,
        )

    renew_leases = _hops(outbox.renew_leases)
    finish_deliveries = _hops(outbox.finish_deliveries)
    list_deliveries = _hops(outbox.list_deliveries)

    lease_follow_ups = _hops(fallbacks.lease_follow_ups)
    hasten_follow_ups = _hops(fallbacks.hasten_follow_ups)
    end_follow_up = _hops(fallbacks.end_follow_up)

    add_scheduled = _hops(scheduled_sends.add_scheduled)
    get_scheduled = _hops(scheduled_sends.get_scheduled)
    list_scheduled = _hops(scheduled_sends.list_scheduled)
    lease_scheduled = _hops(scheduled_sends.lease_scheduled)
    end_scheduled = _hops(scheduled_sends.end_scheduled)
    cancel_scheduled = _hops(scheduled_sends.cancel_scheduled)
    release_deliveries = _hops(outbox.release_deliveries)
    reopen_delivery = _hops(outbox.reopen_delivery)
    list_lane = _hops(outbox.list_lane)
    keep_unsaid = _hops(outbox.keep_unsaid)
    open_parked = _hops(outbox.open_parked)

    note_inbound = _hops(standings.note_inbound)
    opt_out = _hops(standings.opt_out)
    opt_in = _hops(standings.opt_in)

    async def get_standing(self, point: ContactPoint) -> Standing:
        """Return how we stand with an address; of one that is not known nothing is known.

        One read for each message that goes out: those of the same time share a statement.
        """
        return await self._standings.submit(point)

    add_ai_pause = _hops(ai_pauses.add_ai_pause)
    remove_ai_pause = _hops(ai_pauses.remove_ai_pause)
    is_ai_paused = _hops(ai_pauses.is_ai_paused)

    note_provider_messages = _hops(provider_messages.note_provider_messages)
    fold_status = _hops(provider_messages.fold_status)
    fold_until = _hops(provider_messages.fold_until)
    get_provider_message = _hops(provider_messages.get_provider_message)
    list_provider_messages = _hops(provider_messages.list_provider_messages)

    async def close(self) -> None:
        """Write what the journal still holds and end the threads; twice is harmless."""
        await self.journal.close()
        await self.threads.close()

    def _group(self, commit: Commit) -> Grouping[Call, list[Committed]]:
        return Grouping(self.threads, partial(_answer_each, commit), keys=_rooms_of)

    async def _record_outcomes(self, outcomes: Sequence[NotedOutcome]) -> None:
        await self.threads.run(record_outcomes, outcomes)


def _answer_each(commit: Commit, calls: Sequence[Call]) -> list[list[Committed]]:
    """Commit the units of all calls together and give each call its part of the answers."""
    units = [unit for call in calls for unit in call]
    try:
        answers = iter(commit(units))
    except IntegrityError as error:
        if len(calls) > 1:
            raise  # each call is about to run alone, and only one is at fault
        events = [write.event for unit in units for write in unit.events]
        raise explain_refusal(error, events=events) from error
    return [[next(answers) for _ in call] for call in calls]


def _leased_room_of(visit: Visit) -> list[str]:
    """Keep two who ask for the lease of one room out of one group: both would get it."""
    return [visit.room_id] if visit.lease else []


def _rooms_of(call: Call) -> list[str]:
    return [unit.room_id for unit in call]


def _refuse_repeated_rooms(call: Call) -> None:
    named = _rooms_of(call)
    if len(set(named)) < len(named):
        raise ValueError(
            f"two units of one commit name one room ({', '.join(sorted(named))}): put the events "
            "of a room into one unit"
        )
