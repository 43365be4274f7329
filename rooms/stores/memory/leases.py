"""Who holds a room, and who holds a name."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from rooms.domain.lease import LeaseRequest
from rooms.stores.memory.tables import HeldLease, Tables


class LeaseTable:
    """Gives leases of rooms and of names, each to one living owner at a time."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def take_room_lease(self, room_id: str, lease: LeaseRequest) -> int | None:
        """Take a room's lease; None when another has it, 0 when there is no such room."""
        record = self._tables.rooms.get(room_id)
        if record is None:
            return 0
        if record.lease and record.lease.keeps_out(lease.owner, self._tables.clock()):
            return None
        token = record.lease_token + 1
        record.lease = HeldLease(lease.owner, self._in(lease.seconds), token)
        return token

    def renew_room_leases(self, held: Mapping[str, int], *, seconds: float) -> None:
        """Let leases, given as tokens by room id, end in `seconds`; lost ones stay as they are."""
        for room_id, token in held.items():
            record = self._tables.rooms.get(room_id)
            if record and record.lease and record.lease_token == token:
                record.lease = replace(record.lease, until=self._in(seconds))

    def leave_room(self, room_id: str, token: int) -> None:
        """Give a room's lease back; a token that is not the room's any more changes nothing."""
        record = self._tables.rooms.get(room_id)
        if record and record.lease_token == token:
            record.end_lease()

    def acquire_lease(self, name: str, owner: str, *, seconds: float) -> bool:
        """Take the lease of this name, or renew one's own; tell whether `owner` has it now."""
        known = self._tables.leases.get(name)
        if known and known.keeps_out(owner, self._tables.clock()):
            return False
        self._tables.leases[name] = HeldLease(owner, self._in(seconds))
        return True

    def release_lease(self, name: str, owner: str) -> None:
        """Give a named lease back; another's stays."""
        known = self._tables.leases.get(name)
        if known and known.owner == owner:
            del self._tables.leases[name]

    def _in(self, seconds: float) -> datetime:
        return self._tables.clock() + timedelta(seconds=seconds)
