"""The lease by which one process at a time writes to a room."""

from rooms.domain.commit import RoomSnapshot
from rooms.domain.event import RoomEvent
from rooms.domain.frozen import Frozen


class LeaseRequest(Frozen):
    """Who wants a lease and for how many seconds."""

    owner: str
    seconds: float


class RoomEntry(Frozen):
    """What one round trip gives a process that enters a room.

    Attributes:
        snapshot: The room as it is under the lease; None when there is no such room.
        known: The event that has the asked idempotency key already.
        lease_token: The lease that was taken along, if one was asked for; it grows by one with
            each taking, so that a commit can tell a lease that was lost.
        busy: Whether another living owner holds the room; then nothing else is set.
    """

    snapshot: RoomSnapshot | None = None
    known: RoomEvent | None = None
    lease_token: int | None = None
    busy: bool = False
