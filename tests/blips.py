"""A store whose database now and then does not answer."""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import TypeVar

from rooms import DeliveryFinish, InMemoryStore, RoomEvent, StoreUnavailableError
from rooms.domain.commit import Committed, CommitUnit

T = TypeVar("T")


class BlippingStore(InMemoryStore):
    """Refuses calls, or does what they ask and loses the answer, as often as it is told to.

    Attributes:
        refused: How many of the next calls of a verb find no database.
        unanswered: How many of the next calls of a verb are done, and their answer lost.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__(clock=clock)
        self.refused: Counter[str] = Counter()
        self.unanswered: Counter[str] = Counter()

    async def commit(self, units: Sequence[CommitUnit]) -> list[Committed]:
        """Commit, or not."""
        return await self._ask("commit", super().commit(units))

    async def get_event(self, event_id: str) -> RoomEvent | None:
        """Read, or not."""
        return await self._ask("get_event", super().get_event(event_id))

    async def mark_processed(self, event_id: str) -> bool:
        """Mark, or not."""
        return await self._ask("mark_processed", super().mark_processed(event_id))

    async def finish_deliveries(self, finishes: Sequence[DeliveryFinish]) -> frozenset[str]:
        """Write, or not."""
        return await self._ask("finish_deliveries", super().finish_deliveries(finishes))

    async def renew_leases(
        self, owner: str, delivery_ids: Collection[str], *, seconds: float
    ) -> int:
        """Renew, or not."""
        renewal = super().renew_leases(owner, delivery_ids, seconds=seconds)
        return await self._ask("renew_leases", renewal)

    async def _ask(self, verb: str, call: Awaitable[T]) -> T:
        if self.refused[verb]:
            self.refused[verb] -= 1
            getattr(call, "close", lambda: None)()  # it is never awaited
            raise StoreUnavailableError("the database does not answer")
        answer = await call
        if self.unanswered[verb]:
            self.unanswered[verb] -= 1
            raise StoreUnavailableError("the connection was lost")
        return answer
