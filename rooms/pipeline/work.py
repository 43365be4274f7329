"""One target of one event, on its way through a lane."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rooms.domain.binding import ChannelBinding
from rooms.domain.context import RoomContext
from rooms.domain.delivery import DeliveryError, DeliveryOutcome, DeliveryResult
from rooms.domain.enums import EventType
from rooms.domain.event import RoomEvent
from rooms.domain.fallback import FallbackPolicy
from rooms.domain.job import (
    OPEN_STATES,
    DeliveryFinish,
    DeliveryJob,
    DeliveryKind,
    DeliveryState,
    Unsaid,
    is_untried,
)
from rooms.pipeline.permissions import wants_deliver
from rooms.pipeline.waiting import Cascade

if TYPE_CHECKING:
    from rooms.pipeline.broadcast import Broadcast


# How often a process may die in one piece of work before it counts as what kills them.
MAX_CRASHES = 5

Lane = tuple[str, str]
"""What is done one after the other: (room id, channel id)."""


@dataclass(kw_only=True)
class Work:
    """What a lane does next.

    Attributes:
        row: The delivery row, or None for push channels.
        broadcast: The event's broadcast, told of the first attempt; None for injections and for
            work that another process has committed or begun.
        attempts: Attempts made so far.
        awaited: Whether the caller of the root message waits for it.
        started: Whether its lane has come to it.
        tried: Whether the end of its first attempt is stored.
        ended: Whether its end is stored, so that it must not be done again.
        put_off: Whether its row says that it is to be done later, by whoever comes to it then.
        was_given_up: Whether the provider's report that it came to nothing overtook its answer.
        is_erased: Whether its event was deleted for good meanwhile.
    """

    kind: DeliveryKind
    event: RoomEvent
    binding: ChannelBinding
    context: RoomContext
    cascade: Cascade
    row: DeliveryJob | None = None
    broadcast: "Broadcast | None" = None
    attempts: int = 0
    settled: bool = False
    awaited: bool = True
    started: bool = False
    tried: bool = False
    ended: bool = False
    put_off: bool = False
    was_given_up: bool = False
    is_erased: bool = False

    @property
    def lane(self) -> Lane:
        """The lane this work belongs to."""
        return self.event.room_id, self.binding.channel_id

    def comes_before(self, other: "Work") -> bool:
        """Tell whether its event stands before another one's in the timeline."""
        return self.event.index < other.event.index

    @property
    def was_begun(self) -> bool:
        """Whether somebody began an attempt and did not live to tell what came of it."""
        return self.row is not None and self.row.state is DeliveryState.SENDING

    @property
    def unsaid(self) -> Unsaid | None:
        """What the agent has answered already, where that is more than one piece."""
        return self.row.unsaid if self.row is not None else None

    @property
    def was_asked(self) -> bool:
        """Whether the agent has been asked before, or is at it."""
        return bool(self.attempts) or self.was_begun or self.unsaid is not None

    @property
    def was_reopened(self) -> bool:
        """Whether people had the work go on, or begun once more, after it had ended or parked."""
        lost = 1 if self.was_begun else 0
        return self.row is not None and self.row.attempts > lost

    @property
    def crashes_processes(self) -> bool:
        """Whether it was begun so often, and its end never told, that it is not begun again.

        Attempts that failed count too, so those that the retry policy grants come on top.
        """
        policy = self.binding.retry_policy
        granted = MAX_CRASHES + (policy.max_retries if policy else 0)
        return self.was_begun and self.row is not None and self.row.attempts >= granted

    @property
    def log_facts(self) -> dict[str, str | None]:
        """What log records about this work carry."""
        return {
            "room_id": self.event.room_id,
            "event_id": self.event.id,
            "channel_id": self.binding.channel_id,
            "delivery_id": self.row.id if self.row else None,
        }

    @property
    def fallback(self) -> FallbackPolicy | None:
        """What happens if this does not reach its recipient: for messages handed to transports.

        A message that goes out in the place of another channel follows that one's policy.
        """
        is_message = self.kind is DeliveryKind.SEND and self.event.type is EventType.MESSAGE
        if self.row is None or not is_message or not wants_deliver(self.binding):
            return None
        first = self.row.fallback_for
        binding = self.binding if first is None else self.context.get_binding(first)
        return binding.fallback if binding else None

    def settle(self, result: DeliveryResult) -> None:
        """Report the first attempt; later reports change nothing."""
        if self.settled:
            return
        self.settled = True
        if self.broadcast is not None:
            self.broadcast.settle(result, is_delivery=self.kind is not DeliveryKind.REACT)

    def settle_queued(self) -> None:
        """Report that the first attempt has to wait; the caller does not wait with it."""
        self.settle(self.result(DeliveryOutcome.QUEUED))
        self.let_caller_go()

    def let_caller_go(self) -> None:
        """Keep the caller of the root message waiting no longer for this work."""
        if self.awaited:
            self.awaited = False
            self.cascade.end()

    def result(
        self, outcome: DeliveryOutcome, *, error: DeliveryError | None = None
    ) -> DeliveryResult:
        """Return a result for this target."""
        return DeliveryResult(
            channel_id=self.binding.channel_id,
            status=outcome,
            error=error,
            retry_after=error.retry_after if error else None,
        )

    def finish(
        self, state: DeliveryState, *, error: DeliveryError | None = None
    ) -> tuple[DeliveryFinish, ...]:
        """Return the row's new state, or nothing where there is no row.

        It is written only while the row is this process's: whoever has taken it over ends it.
        """
        if self.row is None:
            return ()
        return (
            DeliveryFinish(
                id=self.row.id,
                state=state,
                attempts=self.attempts,
                error_code=error.code if error else None,
                error_message=error.message if error else None,
                lease_owner=self.row.lease_owner,
                owes_round=self._owes_round(self.row.state, state),
                follow_up_in_s=self._follow_up_in_s(state),
            ),
        )

    def _follow_up_in_s(self, after: DeliveryState) -> float | None:
        policy = None if after in OPEN_STATES else self.fallback
        return policy.wait_after(after) if policy else None

    def _owes_round(self, before: DeliveryState, after: DeliveryState) -> bool:
        """Tell whether this ends the first attempt of a round that no broadcast here looks after.

        Injections ride bare: nobody waits for them.
        """
        if self.broadcast is not None or self.tried or self.kind is DeliveryKind.INJECT:
            return False
        return is_untried(self.kind, before) and not is_untried(self.kind, after)


class LostRow(Exception):
    """Another process has taken the row over: this one stood still for longer than its lease."""

    def __init__(self, work: Work) -> None:
        super().__init__(f"delivery {work.row.id if work.row else None} is another process's now")


Runner = Callable[[Work], Awaitable[None]]
