"""The in-memory store: the contract's verbs, each answered by one table."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from threading import Lock
from typing import Any, Concatenate, ParamSpec, TypeVar

from rooms.domain.enums import LaneScope
from rooms.domain.frozen import utc_now
from rooms.stores.base import ConversationStore
from rooms.stores.memory.addresses import AddressTable
from rooms.stores.memory.ai_pauses import PauseTable
from rooms.stores.memory.bindings import BindingTable
from rooms.stores.memory.commits import CommitTable
from rooms.stores.memory.events import EventTable
from rooms.stores.memory.fallbacks import FollowUpTable
from rooms.stores.memory.finding import RoomFinder
from rooms.stores.memory.identities import IdentityTable
from rooms.stores.memory.identity_merges import IdentityMergeTable
from rooms.stores.memory.leases import LeaseTable
from rooms.stores.memory.markers import MarkerTable
from rooms.stores.memory.outbox import Outbox
from rooms.stores.memory.participants import ParticipantTable
from rooms.stores.memory.provider_messages import ProviderMessageTable
from rooms.stores.memory.rooms import RoomTable
from rooms.stores.memory.scheduled_sends import ScheduledTable
from rooms.stores.memory.side_effects import SideEffectTable
from rooms.stores.memory.source_states import SourceTable
from rooms.stores.memory.standings import StandingTable
from rooms.stores.memory.tables import Clock, Tables
from rooms.stores.memory.turns import TurnTable

T = TypeVar("T")
P = ParamSpec("P")
R = TypeVar("R")


def _asks(
    table: Callable[[Tables], T], method: Callable[Concatenate[T, P], R]
) -> "Callable[Concatenate[InMemoryStore, P], Coroutine[Any, Any, R]]":
    """Make a table's method a coroutine of the store that no other call can interleave with."""

    @wraps(method)
    async def verb(self: "InMemoryStore", /, *args: P.args, **kwargs: P.kwargs) -> R:
        # A database would make its caller wait: without that, a loop of reads starves all others.
        await asyncio.sleep(0)
        with self._mutex:
            return method(table(self._tables), *args, **kwargs)

    return verb


class InMemoryStore(ConversationStore):
    """Keeps everything in this process and loses it with it: for tests, demos and bots.

    Each verb runs without an await between its decision and its writes, so it is atomic; several
    event loops and threads may share one store. Former contents of edited events are not kept,
    since nothing in the contract reads them.

    Args:
        clock: Gives the present moment in UTC; leases and activity are measured by it.
        lane_scope: What is worked off in order, a `LaneScope`.

    Raises:
        ValueError: If there is no such scope.
    """

    def __init__(self, clock: Clock = utc_now, *, lane_scope: str = LaneScope.BINDING) -> None:
        self._tables = Tables(clock, LaneScope(lane_scope))
        self._mutex = Lock()

    create_room = _asks(RoomTable, RoomTable.create_room)
    get_room = _asks(RoomTable, RoomTable.get_room)
    update_room = _asks(RoomTable, RoomTable.update_room)
    delete_room = _asks(RoomTable, RoomTable.delete_room)
    list_rooms = _asks(RoomTable, RoomTable.list_rooms)
    find_rooms = _asks(RoomTable, RoomTable.find_rooms)
    patch_room_metadata = _asks(RoomTable, RoomTable.patch_room_metadata)
    set_room_timers = _asks(RoomTable, RoomTable.set_room_timers)

    find_latest_room = _asks(RoomFinder, RoomFinder.find_latest_room)
    find_room_ids_by_channel = _asks(RoomFinder, RoomFinder.find_room_ids_by_channel)
    find_room_id_by_channel = _asks(RoomFinder, RoomFinder.find_room_id_by_channel)
    find_room_ids_by_address = _asks(RoomFinder, RoomFinder.find_room_ids_by_address)
    find_room_ids_by_identity = _asks(RoomFinder, RoomFinder.find_room_ids_by_identity)
    find_idle_room_ids = _asks(RoomFinder, RoomFinder.find_idle_room_ids)

    load_snapshot = _asks(CommitTable, CommitTable.load_snapshot)
    enter_room = _asks(CommitTable, CommitTable.enter_room)
    commit = _asks(CommitTable, CommitTable.commit)

    take_room_lease = _asks(LeaseTable, LeaseTable.take_room_lease)
    renew_room_leases = _asks(LeaseTable, LeaseTable.renew_room_leases)
    leave_room = _asks(LeaseTable, LeaseTable.leave_room)
    acquire_lease = _asks(LeaseTable, LeaseTable.acquire_lease)
    release_lease = _asks(LeaseTable, LeaseTable.release_lease)

    claim_source = _asks(SourceTable, SourceTable.claim_source)
    save_source_state = _asks(SourceTable, SourceTable.save_source_state)
    list_source_states = _asks(SourceTable, SourceTable.list_source_states)

    load_tail = _asks(EventTable, EventTable.load_tail)
    add_event = _asks(EventTable, EventTable.add_event)
    add_event_auto_index = _asks(EventTable, EventTable.add_event_auto_index)
    get_event = _asks(EventTable, EventTable.get_event)
    update_event = _asks(EventTable, EventTable.update_event)
    delete_event = _asks(EventTable, EventTable.delete_event)
    list_events = _asks(EventTable, EventTable.list_events)
    get_event_count = _asks(EventTable, EventTable.get_event_count)
    check_idempotency = _asks(EventTable, EventTable.check_idempotency)
    find_event_by_key = _asks(EventTable, EventTable.find_event_by_key)
    record_delivery_results = _asks(EventTable, EventTable.record_delivery_results)
    mark_processed = _asks(Outbox, Outbox.mark_processed)
    find_untold_rounds = _asks(Outbox, Outbox.find_untold_rounds)

    add_binding = _asks(BindingTable, BindingTable.add_binding)
    auto_attach = _asks(BindingTable, BindingTable.auto_attach)
    get_binding = _asks(BindingTable, BindingTable.get_binding)
    update_binding = _asks(BindingTable, BindingTable.update_binding)
    remove_binding = _asks(BindingTable, BindingTable.remove_binding)
    list_bindings = _asks(BindingTable, BindingTable.list_bindings)

    add_participant = _asks(ParticipantTable, ParticipantTable.add_participant)
    get_participant = _asks(ParticipantTable, ParticipantTable.get_participant)
    update_participant = _asks(ParticipantTable, ParticipantTable.update_participant)
    list_participants = _asks(ParticipantTable, ParticipantTable.list_participants)

    create_identity = _asks(IdentityTable, IdentityTable.create_identity)
    get_identity = _asks(IdentityTable, IdentityTable.get_identity)
    resolve_identity = _asks(IdentityTable, IdentityTable.resolve_identity)
    link_address = _asks(IdentityTable, IdentityTable.link_address)
    merge_identities = _asks(IdentityMergeTable, IdentityMergeTable.merge_identities)
    unmerge_identities = _asks(IdentityMergeTable, IdentityMergeTable.unmerge_identities)

    find_room_ids_by_recipient = _asks(AddressTable, AddressTable.find_room_ids_by_recipient)
    rename_room_address = _asks(AddressTable, AddressTable.rename_room_address)
    rename_identity_address = _asks(AddressTable, AddressTable.rename_identity_address)

    add_task = _asks(SideEffectTable, SideEffectTable.add_task)
    get_task = _asks(SideEffectTable, SideEffectTable.get_task)
    list_tasks = _asks(SideEffectTable, SideEffectTable.list_tasks)
    update_task = _asks(SideEffectTable, SideEffectTable.update_task)
    add_observation = _asks(SideEffectTable, SideEffectTable.add_observation)
    list_observations = _asks(SideEffectTable, SideEffectTable.list_observations)

    mark_read = _asks(MarkerTable, MarkerTable.mark_read)
    mark_all_read = _asks(MarkerTable, MarkerTable.mark_all_read)
    get_unread_count = _asks(MarkerTable, MarkerTable.get_unread_count)
    list_read_markers = _asks(MarkerTable, MarkerTable.list_read_markers)

    lease_deliveries = _asks(Outbox, Outbox.lease_deliveries)
    renew_leases = _asks(Outbox, Outbox.renew_leases)
    finish_deliveries = _asks(Outbox, Outbox.finish_deliveries)
    list_deliveries = _asks(Outbox, Outbox.list_deliveries)

    lease_follow_ups = _asks(FollowUpTable, FollowUpTable.lease_follow_ups)
    hasten_follow_ups = _asks(FollowUpTable, FollowUpTable.hasten_follow_ups)
    end_follow_up = _asks(FollowUpTable, FollowUpTable.end_follow_up)

    add_scheduled = _asks(ScheduledTable, ScheduledTable.add_scheduled)
    get_scheduled = _asks(ScheduledTable, ScheduledTable.get_scheduled)
    list_scheduled = _asks(ScheduledTable, ScheduledTable.list_scheduled)
    lease_scheduled = _asks(ScheduledTable, ScheduledTable.lease_scheduled)
    end_scheduled = _asks(ScheduledTable, ScheduledTable.end_scheduled)
    cancel_scheduled = _asks(ScheduledTable, ScheduledTable.cancel_scheduled)
    release_deliveries = _asks(Outbox, Outbox.release_deliveries)
    reopen_delivery = _asks(Outbox, Outbox.reopen_delivery)
    keep_unsaid = _asks(TurnTable, TurnTable.keep_unsaid)
    open_parked = _asks(TurnTable, TurnTable.open_parked)

    note_inbound = _asks(StandingTable, StandingTable.note_inbound)
    opt_out = _asks(StandingTable, StandingTable.opt_out)
    opt_in = _asks(StandingTable, StandingTable.opt_in)
    get_standing = _asks(StandingTable, StandingTable.get_standing)

    add_ai_pause = _asks(PauseTable, PauseTable.add_ai_pause)
    remove_ai_pause = _asks(PauseTable, PauseTable.remove_ai_pause)
    is_ai_paused = _asks(PauseTable, PauseTable.is_ai_paused)

    note_provider_messages = _asks(
        ProviderMessageTable, ProviderMessageTable.note_provider_messages
    )
    fold_status = _asks(ProviderMessageTable, ProviderMessageTable.fold_status)
    fold_until = _asks(ProviderMessageTable, ProviderMessageTable.fold_until)
    get_provider_message = _asks(ProviderMessageTable, ProviderMessageTable.get_provider_message)
    list_provider_messages = _asks(
        ProviderMessageTable, ProviderMessageTable.list_provider_messages
    )

    async def close(self) -> None:
        """Do nothing: there is no connection to give back, and what is stored stays readable."""
