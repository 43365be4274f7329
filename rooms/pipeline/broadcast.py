"""One event's round to its targets, and what follows it (RFC §10.1 steps 15–17)."""

import asyncio
import logging
from dataclasses import dataclass

from hooks.results import Task
from hooks.triggers import HookTrigger
from rooms.domain.context import RoomContext
from rooms.domain.delivery import DeliveryOutcome, DeliveryResult, DeliveryStatus
from rooms.domain.enums import EventType
from rooms.domain.event import RoomEvent
from rooms.pipeline.parts import Parts
from rooms.pipeline.waiting import Cascade, return_at_commit

logger = logging.getLogger("roomkit.core.router")

MUTATION_TRIGGERS = {
    EventType.EDIT: HookTrigger.ON_EVENT_UPDATED,
    EventType.DELETE: HookTrigger.ON_EVENT_DELETED,
}

NOT_DELIVERED = frozenset({DeliveryOutcome.FAILED, DeliveryOutcome.UNKNOWN})

_AT_COMMIT = (HookTrigger.BEFORE_BROADCAST,)
_AT_END = (HookTrigger.AFTER_BROADCAST,)

Results = dict[str, DeliveryResult]
"""What became of an event's first attempts, by channel id."""


@dataclass(frozen=True)
class Aftermath:
    """What the commit of an event left to be told."""

    context: RoomContext
    target: RoomEvent | None = None
    tasks: tuple[Task, ...] = ()
    is_root: bool = False


class Broadcast:
    """Collects first attempts; when all are in, tells hooks and listeners.

    Attributes:
        told: Set once AFTER_BROADCAST has been fired; answers wait for it (within limits).
    """

    def __init__(
        self, parts: Parts, event: RoomEvent, aftermath: Aftermath, cascade: Cascade
    ) -> None:
        self._parts = parts
        self._event = event
        self._aftermath = aftermath
        self._cascade = cascade
        self._results: Results = {}
        self._pending = 0
        self.told = asyncio.Event()

    def expect(self, targets: int | None) -> None:
        """Say how many targets there are; with none the round is over at once.

        None means that other processes have some of them: then only what the commit itself has to
        tell is told here, and whoever makes the last first attempt tells the rest.
        """
        self._cascade.begin()
        self._pending = targets or 0
        if not targets:
            self._parts.tasks.spawn(self._conclude(is_whole=targets is not None))

    def settle(self, result: DeliveryResult, *, is_delivery: bool = True) -> None:
        """Take the first attempt of one target; of agents only failures are kept."""
        if is_delivery or result.status is DeliveryOutcome.FAILED:
            self._results[result.channel_id] = result
        self._pending -= 1
        if self._pending == 0:
            self._parts.tasks.spawn(self._conclude())

    async def _conclude(self, *, is_whole: bool = True) -> None:
        try:
            with return_at_commit():
                await (self._tell() if is_whole else self._tell_commit())
        finally:
            self.told.set()
            self._cascade.end()

    async def _tell(self) -> None:
        if self._aftermath.is_root:
            self._cascade.results.update(self._results)
        event, context = self._event, self._aftermath.context
        await self._tell_mutation()
        await tell_failures(self._parts, event, self._results)
        for result in self._results.values():
            await tell_delivery(self._parts, event, result, context)
        await self._tell_tasks()
        watching = self._watch()
        if watching is not None:
            await asyncio.sleep(0)
        self.told.set()
        await tell_processed(self._parts, event)
        await self._leave_to_others()
        if watching is not None:
            await watching

    def _watch(self) -> asyncio.Task[object] | None:
        """Let the hooks that look on run beside everything else, if there are any."""
        event, hooks = self._event, self._parts.hooks
        triggers = (*_AT_COMMIT, *_AT_END)
        if not any(hooks.has_hooks(event.room_id, trigger) for trigger in triggers):
            return None
        watch = observe(self._parts, event, self._aftermath.context, *triggers)
        return self._parts.tasks.spawn(watch)

    async def _tell_commit(self) -> None:
        await self._tell_mutation()
        await self._tell_tasks()
        await observe(self._parts, self._event, self._aftermath.context, *_AT_COMMIT)

    async def _tell_mutation(self) -> None:
        trigger = MUTATION_TRIGGERS.get(self._event.type)
        if trigger is not None and self._aftermath.target is not None:
            await self._parts.hooks.run_async_hooks(
                self._event.room_id, trigger, self._aftermath.target, self._aftermath.context
            )

    async def _tell_tasks(self) -> None:
        await tell_tasks(self._parts, self._event, self._aftermath.tasks, self._aftermath.context)

    async def _leave_to_others(self) -> None:
        """Note that all was told, lest a process that takes over a late delivery tells it again."""
        if any(one.status is DeliveryOutcome.QUEUED for one in self._results.values()):
            await self._parts.store.mark_processed(self._event.id)


async def tell_failures(parts: Parts, event: RoomEvent, results: Results) -> None:
    """Emit `broadcast_partial_failure` and keep all results with the event, if any failed."""
    failed = sorted(key for key, result in results.items() if result.status in NOT_DELIVERED)
    if not failed:
        return
    await parts.news.emit(
        "broadcast_partial_failure",
        room_id=event.room_id,
        event_id=event.id,
        channel_ids=failed,
    )
    await parts.store.record_delivery_results(
        event.id, {key: result.model_dump(mode="json") for key, result in results.items()}
    )


async def tell_processed(parts: Parts, event: RoomEvent) -> None:
    """Emit `event_processed`: every target of the event was tried."""
    await parts.news.emit(
        "event_processed",
        room_id=event.room_id,
        channel_id=event.source.channel_id,
        event_id=event.id,
        index=event.index,
    )


async def observe(
    parts: Parts, event: RoomEvent, context: RoomContext, *triggers: HookTrigger
) -> None:
    """Run the hooks that look on."""
    with return_at_commit():
        for trigger in triggers:
            await parts.hooks.run_async_hooks(event.room_id, trigger, event, context)


async def tell_delivery(
    parts: Parts, event: RoomEvent, result: DeliveryResult, context: RoomContext
) -> None:
    """Tell listeners and ON_DELIVERY_STATUS hooks of one delivery; nothing while it is queued."""
    if result.status is DeliveryOutcome.QUEUED:
        return
    sent = result.status is DeliveryOutcome.SENT
    await parts.news.emit(
        "delivery_succeeded" if sent else "delivery_failed",
        room_id=event.room_id,
        channel_id=result.channel_id,
        event_id=event.id,
        provider_message_id=result.provider_message_id,
        error=result.error.model_dump() if result.error else None,
    )
    channel = parts.channels.get(result.channel_id)
    if channel is not None and channel.keeps_outbox:
        status = _status_of(event, result, channel.provider_name)
        await parts.hooks.run_async_hooks(
            event.room_id, HookTrigger.ON_DELIVERY_STATUS, status, context
        )


def _status_of(event: RoomEvent, result: DeliveryResult, provider: str | None) -> DeliveryStatus:
    """Say in a provider's terms what became of a delivery; without an id of its own, by ours."""
    return DeliveryStatus(
        room_id=event.room_id,
        channel_id=result.channel_id,
        provider=provider or "",
        message_id=result.provider_message_id or event.id,
        status=result.status.value,
        error_code=result.error.code if result.error else None,
        error_message=result.error.message if result.error else None,
    )


async def tell_tasks(
    parts: Parts, event: RoomEvent, tasks: tuple[Task, ...], context: RoomContext
) -> None:
    """Fire ON_TASK_CREATED once per stored task."""
    for task in tasks:
        await parts.hooks.run_async_hooks(event.room_id, HookTrigger.ON_TASK_CREATED, task, context)
