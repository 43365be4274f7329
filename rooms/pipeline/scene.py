"""What the steps under the room lock know and decide."""

from dataclasses import dataclass, field

from hooks.outcomes import SyncPipelineResult
from hooks.results import Observation, Task
from rooms.domain.binding import ChannelBinding
from rooms.domain.commit import RoomSnapshot, TargetChange
from rooms.domain.context import RoomContext
from rooms.domain.event import RoomEvent
from rooms.locks.base import Hold
from rooms.pipeline.draft import Draft
from rooms.pipeline.people import Seat


@dataclass
class Injection:
    """An event a hook adds, with the transports it goes to."""

    event: RoomEvent
    targets: list[ChannelBinding]


@dataclass
class Scene:
    """One draft in its room, while the lock is held.

    Attributes:
        event: The event as it stands after the steps so far.
        hold: The lock that is held, with the room's lease where there is one.
        known: The event that has the idempotency key already.
        seat: The sender's place in the room.
        target: What an edit, delete or reaction does to an earlier event.
        hooks: What the hooks said; None when they were not asked.
        targets: Who gets the event.
        seat_record: The record of a sender who joined or was identified.
    """

    draft: Draft
    snapshot: RoomSnapshot
    context: RoomContext
    event: RoomEvent
    hold: Hold
    known: RoomEvent | None = None
    seat: Seat | None = None
    target: TargetChange | None = None
    hooks: SyncPipelineResult[RoomEvent] | None = None
    targets: list[ChannelBinding] = field(default_factory=list)
    injections: list[Injection] = field(default_factory=list)
    seat_record: RoomEvent | None = None

    @property
    def room_id(self) -> str:
        """The room's id."""
        return self.event.room_id

    @property
    def source(self) -> ChannelBinding | None:
        """The binding of the event's own channel."""
        return self.context.get_binding(self.event.source.channel_id)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks of the draft and of the hooks."""
        of_hooks = self.hooks.tasks if self.hooks else ()
        return (*self.draft.side_effects.tasks, *of_hooks)

    @property
    def observations(self) -> tuple[Observation, ...]:
        """The observations of the draft and of the hooks."""
        of_hooks = self.hooks.observations if self.hooks else ()
        return (*self.draft.side_effects.observations, *of_hooks)
