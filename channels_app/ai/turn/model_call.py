"""One call of a model: reserved, made, watched, measured, settled."""

import asyncio
from collections.abc import AsyncGenerator
from decimal import Decimal

from channels_app.ai.ledger import Payer, Reservation
from channels_app.ai.steering import RunningLoop
from channels_app.ai.turn.asking import Asker
from channels_app.ai.turn.assignment import Assignment, TurnSettings
from channels_app.ai.turn.buffer import RoundBuffer
from channels_app.ai.turn.items import TextDelta, ThinkingDelta
from channels_app.ai.turn.pump import Pump
from channels_app.ai.turn.reckoning import Reckoning, estimate_usage
from channels_app.ai.turn.steered import Steered
from channels_app.ai.turn.telling import Thoughts
from channels_app.ai.turn.tracing import Tracing
from channels_app.providers.base.ai import AIContext, AIProvider, StreamEvent, StreamThinkingDelta
from rooms.domain.json import JsonObject
from rooms.resilience.clock import Clock


class ModelCall:
    """Asks a model once and yields what it writes; it has begun when `start` returns.

    Attributes:
        asker: Who asks, and of which model in the end.
        buffer: What the model has answered so far.
        thinking: Its reasoning, once it has ended.
    """

    def __init__(
        self,
        context: AIContext,
        asker: Asker,
        buffer: RoundBuffer,
        *,
        settings: TurnSettings,
        assignment: Assignment,
        clock: Clock,
    ) -> None:
        self.asker = asker
        self.buffer = buffer
        self.thinking = ""
        self._context = context
        self._settings = settings
        self._assignment = assignment
        self._clock = clock
        self._reckoning = Reckoning(settings.prices, clock)
        self._reservation: Reservation | None = None
        self._pump: Pump[StreamEvent] | None = None
        self._watch: asyncio.Task[None] | None = None
        self._started = 0.0
        self._has_ended = False

    @property
    def duration_ms(self) -> float:
        """How long it has been going on."""
        return (self._clock.monotonic() - self._started) * 1000

    @property
    def usage(self) -> dict[str, int]:
        """The tokens of the call as the vendor counted them, else by our own estimate.

        Whoever is cut off in the middle of an answer has not told yet, and takes money all the
        same.
        """
        said = self.buffer.text + self.thinking
        if self.buffer.usage or not said:
            return self.buffer.usage
        return estimate_usage(self._context, said)

    @property
    def cost(self) -> Decimal | None:
        """What it cost; None where nobody knows."""
        return self._reckoning.cost(self.asker.provider, self.usage)

    @property
    def sizes(self) -> JsonObject:
        """What is kept of the request: how large it was, not what it said."""
        context = self._context
        texts = [each.content for each in context.messages if isinstance(each.content, str)]
        return {
            "messages": len(context.messages),
            "characters": sum(map(len, texts)) + len(context.system_prompt or ""),
            "tools": len(context.tools),
        }

    async def start(self, loop: RunningLoop, steered: Steered, *, run_id: str, seq: int) -> None:
        """Reserve what it may cost and begin to read the answer.

        Raises:
            BudgetExceeded: If a budget does not allow it.
        """
        if self._settings.ledger is not None:
            spend = self._reckoning.plan(
                self._context,
                self.asker.provider,
                self._payer(),
                run_id=run_id,
                seq=seq,
                fallback=self._settings.fallback_provider,
            )
            self._reservation = await self._settings.ledger.reserve(spend)
        self._started = self._clock.monotonic()
        self._pump = Pump(self.asker.stream(self._context), loop.wake)
        self._watch = asyncio.create_task(steered.watch())

    async def items(
        self, loop: RunningLoop, tracing: Tracing, thoughts: Thoughts, *, streaming: bool
    ) -> AsyncGenerator[TextDelta | ThinkingDelta, None]:
        """Yield the answer until it ends or the turn is called off.

        Raises:
            ProviderError: If the model could not answer, behind what it had said.
        """
        assert self._pump is not None  # noqa: S101 - `start` comes first
        span = tracing.start_generation(self.asker.provider, streaming=streaming)
        status, reason, is_first = "cancelled", "", True
        try:
            while not loop.is_cancelled:
                if not await self._pump.wait():
                    continue
                event = self._pump.take()
                if event is None:
                    break
                if is_first:
                    is_first = False
                    tracing.note_first_byte(self.duration_ms, self.asker.provider)
                if (item := await self._read(event, thoughts)) is not None:
                    yield item
            if rest := self.buffer.finish():
                yield TextDelta(rest)
            status = "cancelled" if loop.is_cancelled else "ok"
            reason = self.buffer.finish_reason or ""
        except Exception as error:
            status, reason = "error", type(error).__name__
            raise
        finally:
            self.thinking = thoughts.text
            tracing.end_generation(
                span,
                usage=self.buffer.usage,
                tool_calls=len(self.buffer.calls),
                status=status,
                reason=reason,
            )

    async def close(self) -> None:
        """Stop reading and settle what was reserved; twice does no harm."""
        if self._has_ended:
            return
        self._has_ended = True
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait({self._watch})
        if self._pump is not None:
            await self._pump.close()
        if self._reservation is not None and self._settings.ledger is not None:
            settled = _made_with(self._reservation, self.asker.provider)
            await self._settings.ledger.settle(settled, self.usage, self.cost)

    async def _read(
        self, event: StreamEvent, thoughts: Thoughts
    ) -> TextDelta | ThinkingDelta | None:
        shown = self.buffer.feed(event)
        if isinstance(event, StreamThinkingDelta):
            if not event.thinking:
                return None
            await thoughts.add(event.thinking)
            return ThinkingDelta(event.thinking)
        await thoughts.end()
        return TextDelta(shown) if shown else None

    def _payer(self) -> Payer:
        return Payer(
            organization_id=self._assignment.organization_id,
            room_id=self._assignment.room_id,
            channel_id=self._assignment.channel_id,
        )


def _made_with(reservation: Reservation, provider: AIProvider) -> Reservation:
    """Return a reservation with the model that answered: it may have been the fallback."""
    answered = {"provider": provider.name, "model": provider.model_name}
    spend = reservation.spend.model_copy(update=answered)
    return reservation.model_copy(update={"spend": spend})
