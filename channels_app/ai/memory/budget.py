"""Remembering no more than a model can read."""

from channels_app.ai.memory.base import MemoryProvider, MemoryResult
from channels_app.ai.memory.layered import LayeredMemory
from channels_app.ai.memory.trimming import TokenBudget, fit
from rooms.domain.context import RoomContext
from rooms.domain.event import RoomEvent


class BudgetAwareMemory(LayeredMemory):
    """Drops the oldest of what another memory hands out until the rest fits.

    Args:
        inner: The other memory.
        max_context_tokens: What the model can read, in tokens.
        safety_margin_ratio: The part of it that stays free: token counts are guesses.
        min_events: How many events stay even if they do not fit.
        reserved_tokens: What the prompt, the tools and the answer take.

    Raises:
        ValueError: If nothing would be left to remember anything, or `min_events` is negative.
    """

    def __init__(
        self,
        inner: MemoryProvider,
        max_context_tokens: int,
        *,
        safety_margin_ratio: float = 0.15,
        min_events: int = 3,
        reserved_tokens: int = 0,
    ) -> None:
        super().__init__(inner)
        if min_events < 0:
            raise ValueError(f"min_events must not be negative, got {min_events}")
        budget = TokenBudget(max_context_tokens, safety_margin_ratio, reserved_tokens)
        self._tokens = budget.usable
        self._min_events = min_events

    @property
    def name(self) -> str:
        """Always `budget_aware`."""
        return "budget_aware"

    async def retrieve(
        self,
        room_id: str,
        current_event: RoomEvent,
        context: RoomContext,
        *,
        channel_id: str | None = None,
    ) -> MemoryResult:
        """Return the newest of what the other memory hands out."""
        remembered = await self.inner.retrieve(
            room_id, current_event, context, channel_id=channel_id
        )
        return fit(remembered, self._tokens, min_events=self._min_events)
