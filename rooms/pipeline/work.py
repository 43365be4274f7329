"""One target of one event, on its way through a lane."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rooms.domain.binding import ChannelBinding
from rooms.domain.context import RoomContext
from rooms.domain.delivery import DeliveryError, DeliveryOutcome, DeliveryResult
from rooms.domain.event import RoomEvent
from rooms.domain.job import DeliveryFinish, DeliveryJob, DeliveryKind, DeliveryState
from rooms.pipeline.waiting import Cascade

if TYPE_CHECKING:
    from rooms.pipeline.broadcast import Broadcast


@dataclass(kw_only=True)
class Work:
    """What a lane does next.

    Attributes:
        row: The delivery row, or None for push channels.
        broadcast: The event's broadcast, told of the first attempt; None for injections and for
            work another process had begun.
        attempts: Attempts made so far.
        awaited: Whether the caller of the root message waits for it.
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

    @property
    def lane(self) -> tuple[str, str]:
        """The lane this work belongs to: (room id, channel id)."""
        return self.event.room_id, self.binding.channel_id

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
        """Return the row's new state, or nothing where there is no row."""
        if self.row is None:
            return ()
        return (
            DeliveryFinish(
                id=self.row.id,
                state=state,
                attempts=self.attempts,
                error_code=error.code if error else None,
                error_message=error.message if error else None,
            ),
        )


Runner = Callable[[Work], Awaitable[None]]
