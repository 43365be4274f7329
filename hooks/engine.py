"""The hook engine: ordering, filters, timeouts, and what happens when a hook fails.

Generic in payload and context: it knows the rules of running hooks, not rooms.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Generic, TypeVar, overload

from typing_extensions import TypeVar as DefaultedTypeVar

from hooks.invocation import Answer, invoke
from hooks.outcomes import HookFailure, OutcomeKind, SyncPipelineResult
from hooks.registration import HookRegistration
from hooks.registry import HookRegistry
from hooks.reporting import FailureListener, Occasion, OutcomeListener, Reporter
from hooks.results import HookResult
from hooks.triggers import TRIGGERS, HookExecution, HookTrigger, TriggerRow, canonical
from hooks.verdicts import fault_in, fault_in_reply, follow

E = TypeVar("E")
R = TypeVar("R")
# The default lets `HookEngine` stand alone in an annotation.
C = DefaultedTypeVar("C", contravariant=True, default=object)


class HookEngine(Generic[C]):
    """Run the hooks of a trigger; `C` is the type of the context that hooks are handed.

    One engine may serve many rooms at once. It takes no lock and opens no transaction, and
    is meant to be used from one event loop.
    """

    def __init__(
        self,
        *,
        registry: HookRegistry | None = None,
        on_failure: FailureListener | None = None,
        on_outcome: OutcomeListener | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Make an engine.

        Args:
            registry: Where hooks are kept; a new empty one if missing.
            on_failure: Told of each failure with the room id; awaited before the next hook
                runs if it is async, so it must be quick.
            on_outcome: Told of each hook that ended, in the event loop; it must not wait.
            clock: Counts seconds, for durations.
        """
        self._registry = registry if registry is not None else HookRegistry()
        self._reporter = Reporter(on_failure, on_outcome)
        self._clock = clock

    def register(self, hook: HookRegistration) -> None:
        """Add a hook that runs in every room."""
        self._registry.add(hook)

    def add_room_hook(self, room_id: str, hook: HookRegistration) -> None:
        """Add a hook that runs in one room, after global ones of equal priority."""
        self._registry.add_room(room_id, hook)

    def remove_room_hook(self, room_id: str, name: str) -> bool:
        """Remove a room's hooks called `name`, and tell whether there was one."""
        return self._registry.remove_room(room_id, name)

    def forget_room(self, room_id: str) -> None:
        """Remove all hooks of a room that is gone."""
        self._registry.forget_room(room_id)

    def has_hooks(self, room_id: str, trigger: HookTrigger) -> bool:
        """Tell whether anything would run, so that a caller may skip building a context."""
        return bool(self._registry.select(trigger, room_id))

    def guards_output(self, room_id: str, trigger: HookTrigger) -> bool:
        """Tell whether a hook wants AI output held back until it has seen all of it."""
        return any(hook.guards_output for hook in self._registry.select(trigger, room_id))

    async def run_sync_hooks(
        self,
        room_id: str,
        trigger: HookTrigger,
        event: E,
        context: C,
        *,
        skip_event_filter: bool = False,
    ) -> SyncPipelineResult[E]:
        """Run the blocking hooks of a trigger one after the other (RFC §9.2, §9.3).

        Each hook gets the payload as the one before left it; a block ends the chain. A hook
        that raises, times out, returns no `HookResult` or replaces the payload by something
        of another type counts as an allow, except on triggers that fail closed, where it
        blocks. Filters look at `event` as it came in.

        Args:
            room_id: The room in which this happens.
            trigger: A trigger that can block.
            event: The payload.
            context: Handed to each hook as its second argument.
            skip_event_filter: Run hooks whatever their filters say.

        Raises:
            ValueError: If the trigger cannot block.
        """
        occasion = Occasion(room_id, canonical(trigger), event)
        row = _blocking_row(occasion.trigger)
        result = SyncPipelineResult(event)
        for hook in self._blocking_hooks(occasion, skip_event_filter=skip_event_filter):
            arguments = (result.event, context)
            answer = await self._call(hook, arguments, occasion)
            await self._weigh(result, hook, answer, occasion, fails_closed=row.fails_closed)
            if not result.allowed:
                break
        return result

    async def run_async_hooks(  # noqa: PLR0913 - the promised signature
        self,
        room_id: str,
        trigger: HookTrigger,
        event: object,
        context: C,
        *,
        skip_event_filter: bool = False,
        name_prefix: str | None = None,
        exclude_name_prefix: str | None = None,
    ) -> list[HookFailure]:
        """Run the observing hooks of a trigger all at once, and return their failures.

        What they return is ignored. On a trigger that can block these are the ASYNC hooks;
        on any other trigger all hooks observe, however they were registered.

        Args:
            room_id: The room in which this happened.
            trigger: Any trigger.
            event: The payload, on a trigger that can block as its chain left it.
            context: Handed to each hook as its second argument.
            skip_event_filter: Run hooks whatever their filters say.
            name_prefix: Run only hooks whose name starts with this.
            exclude_name_prefix: Leave out hooks whose name starts with this.
        """
        occasion = Occasion(room_id, canonical(trigger), event)
        hooks = self._observing_hooks(occasion, skip_event_filter=skip_event_filter)
        if name_prefix is not None:
            hooks = [hook for hook in hooks if hook.name.startswith(name_prefix)]
        if exclude_name_prefix is not None:
            hooks = [hook for hook in hooks if not hook.name.startswith(exclude_name_prefix)]
        if not hooks:
            return []
        found = await asyncio.gather(*(self._observe(hook, occasion, context) for hook in hooks))
        return [failure for failure in found if failure is not None]

    @overload
    async def run_first(
        self, room_id: str, trigger: HookTrigger, event: object, context: C, *extra: object
    ) -> object | None: ...

    @overload
    async def run_first(
        self,
        room_id: str,
        trigger: HookTrigger,
        event: object,
        context: C,
        *extra: object,
        answer_type: type[R],
    ) -> R | None: ...

    async def run_first(
        self,
        room_id: str,
        trigger: HookTrigger,
        event: object,
        context: C,
        *extra: object,
        answer_type: type[object] = object,
    ) -> object | None:
        """Ask the blocking hooks in turn and return the first answer that is not None.

        A hook that raises, times out or answers in another type has not answered.

        Args:
            room_id: The room in which this happens.
            trigger: A trigger that can block.
            event: The payload; filters look at it.
            context: Handed to each hook as its second argument.
            *extra: Further arguments, such as the result of an identity look-up.
            answer_type: What an answer must be an instance of.

        Raises:
            ValueError: If the trigger cannot block.
        """
        occasion = Occasion(room_id, canonical(trigger), event)
        _blocking_row(occasion.trigger)
        for hook in self._blocking_hooks(occasion):
            answer = await self._call(hook, (event, context, *extra), occasion)
            failure = fault_in_reply(hook, answer, occasion, answer_type)
            if failure is not None:
                await self._report(hook, answer, occasion, failure)
            elif answer.value is not None:
                self._reporter.ended(occasion, hook, answer, OutcomeKind.ANSWERED)
                return answer.value
            else:
                self._reporter.ended(occasion, hook, answer, OutcomeKind.OBSERVED)
        return None

    def _blocking_hooks(
        self, occasion: Occasion, *, skip_event_filter: bool = False
    ) -> list[HookRegistration]:
        return [
            hook
            for hook in self._registry.select(occasion.trigger, occasion.room_id)
            if hook.execution is HookExecution.SYNC
            and (skip_event_filter or hook.matches(occasion.event))
        ]

    def _observing_hooks(
        self, occasion: Occasion, *, skip_event_filter: bool
    ) -> list[HookRegistration]:
        everyone = not TRIGGERS[occasion.trigger].can_block
        return [
            hook
            for hook in self._registry.select(occasion.trigger, occasion.room_id)
            if (everyone or hook.execution is HookExecution.ASYNC)
            and (skip_event_filter or hook.matches(occasion.event))
        ]

    async def _call(
        self, hook: HookRegistration, arguments: tuple[object, ...], occasion: Occasion
    ) -> Answer:
        return await invoke(hook, arguments, trigger=occasion.trigger, clock=self._clock)

    async def _weigh(
        self,
        result: SyncPipelineResult[E],
        hook: HookRegistration,
        answer: Answer,
        occasion: Occasion,
        *,
        fails_closed: bool,
    ) -> None:
        """Apply one hook's answer to the chain."""
        failure = fault_in(hook, answer, occasion)
        if isinstance(answer.value, HookResult):
            verdict: HookResult[E] = answer.value
            result.collect(verdict, room_id=occasion.room_id, hook_name=hook.name)
            if failure is None:
                kind = follow(result, verdict, hook)
                self._reporter.ended(occasion, hook, answer, kind, reason=verdict.reason or "")
        if failure is None:
            return
        result.failures.append(failure)
        if fails_closed:
            result.block(f"{failure.reason}; {occasion.trigger} fails closed", by=hook.name)
        await self._report(hook, answer, occasion, failure)

    async def _observe(
        self, hook: HookRegistration, occasion: Occasion, context: C
    ) -> HookFailure | None:
        answer = await self._call(hook, (occasion.event, context), occasion)
        if answer.failure is not None:
            await self._report(hook, answer, occasion, answer.failure)
        else:
            self._reporter.ended(occasion, hook, answer, OutcomeKind.OBSERVED)
        return answer.failure

    async def _report(
        self, hook: HookRegistration, answer: Answer, occasion: Occasion, failure: HookFailure
    ) -> None:
        kind = OutcomeKind(failure.kind.value)
        self._reporter.ended(occasion, hook, answer, kind, reason=failure.reason)
        await self._reporter.failed(occasion, failure)


def _blocking_row(trigger: HookTrigger) -> TriggerRow:
    row = TRIGGERS[trigger]
    if not row.can_block:
        raise ValueError(f"Hooks of {trigger} only observe; run them with run_async_hooks.")
    return row
