"""Asking a model until it answers: again, elsewhere, or with fewer words (RFC §13)."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import TypeVar

from channels_app.ai.legality import mend
from channels_app.ai.turn.compaction import compact, is_overflow
from channels_app.providers.base.ai import (
    AIContext,
    AIImagePart,
    AIMessage,
    AIProvider,
    AITextPart,
    ProviderError,
    StreamEvent,
    StreamTextDelta,
)
from rooms.domain.policies import RetryPolicy
from rooms.resilience.clock import Clock
from rooms.resilience.retry import next_delay

T = TypeVar("T")

UNSEEN = AITextPart(text="[A picture that cannot be shown to you]")


class Asker:
    """One answer, whatever it takes; nothing is tried again once something was yielded.

    Args:
        provider: The model.
        fallback: Asked once when the model has failed for good but others may not.
        policy: How often the model is asked again; None never.
        clock: Lets the time between two attempts pass.

    Attributes:
        provider: The model that answers, in the end.
        compactions: How often the conversation had to be shortened, at most once.
    """

    def __init__(
        self,
        provider: AIProvider,
        *,
        fallback: AIProvider | None,
        policy: RetryPolicy | None,
        clock: Clock,
    ) -> None:
        self.provider = provider
        self.compactions = 0
        self._fallback = fallback
        self._policy = policy
        self._clock = clock
        self._failures = 0
        self._given_up: ProviderError | None = None

    async def stream(self, context: AIContext) -> AsyncGenerator[StreamEvent, None]:
        """Yield one answer; where the request was too long, `context.messages` is shortened.

        Raises:
            ProviderError: If nothing helped; that of the model, not of the fallback.
        """
        has_begun = False
        while True:
            try:
                given = _fit_for(self.provider, context)
                async with aclosing(read_events(self.provider, given)) as events:
                    async for event in events:
                        has_begun = True
                        yield event
                return
            except ProviderError as error:
                if has_begun:
                    raise
                await self._prepare_again(error, context)

    async def _prepare_again(self, error: ProviderError, context: AIContext) -> None:
        """See to it that asking again makes sense, or raise."""
        if self._given_up is not None:
            raise self._given_up from error
        if is_overflow(error) and not self.compactions and compact(context.messages):
            self.compactions += 1
            return
        if not error.retryable:
            raise error
        self._failures += 1
        delay = self._delay(error)
        if delay is not None:
            await self._clock.sleep(delay)
        elif self._fallback is not None:
            self._given_up, self.provider = error, self._fallback
        else:
            raise error

    def _delay(self, error: ProviderError) -> float | None:
        """Return the seconds until the next attempt, None if there is none."""
        policy = self._policy
        delay = next_delay(policy, self._failures, retry_after=error.retry_after)
        if delay is None or policy is None or delay > policy.max_delay_seconds:
            return None  # a vendor that wants to be left alone for an hour is as good as gone
        return delay


async def read_events(
    provider: AIProvider, context: AIContext
) -> AsyncGenerator[StreamEvent, None]:
    """Ask a model once, by the best of the ways it can answer.

    Raises:
        ProviderError: If the model refused, failed or could not be reached.
    """
    if provider.supports_structured_streaming:
        async with _closing(provider.generate_structured_stream(context)) as events:
            async for event in events:
                yield event
    elif provider.supports_streaming and not context.tools:
        async with _closing(provider.generate_stream(context)) as texts:
            async for text in texts:
                yield StreamTextDelta(text=text)
    else:
        # What a provider that streams overrides: the whole answer, as a stream would tell it.
        async for event in AIProvider.generate_structured_stream(provider, context):
            yield event


def _fit_for(provider: AIProvider, context: AIContext) -> AIContext:
    """Return what a model takes: every tool call with its result, and pictures if it can see."""
    messages = mend(context.messages)
    if not provider.supports_vision:  # a fallback, perhaps, of a model that can
        messages = [_in_words(message) for message in messages]
    return context.model_copy(update={"messages": messages})


def _in_words(message: AIMessage) -> AIMessage:
    parts = message.content
    if isinstance(parts, str) or not any(isinstance(part, AIImagePart) for part in parts):
        return message
    told = [UNSEEN if isinstance(part, AIImagePart) else part for part in parts]
    return message.model_copy(update={"content": told})


@asynccontextmanager
async def _closing(stream: AsyncIterator[T]) -> AsyncIterator[AsyncIterator[T]]:
    """Close a stream when its reader stops early, if it can be closed."""
    try:
        yield stream
    finally:
        close = getattr(stream, "aclose", None)
        if close is not None:
            await close()
