"""One event's round to its targets, and what follows it (RFC §10.1 steps 15–17)."""

import asyncio
import logging
from dataclasses import dataclass

from hooks.results import Task
from hooks.triggers import HookTrigger
from rooms.domain.context import RoomContext
from rooms.domain.delivery import DeliveryOutcome, DeliveryResult
from rooms.domain.enums import EventType
from rooms.domain.event import RoomEvent
from rooms.pipeline.parts import Parts
from rooms.pipeline.waiting import Cascade, return_at_commit

logger = logging.getLogger("roomkit.core.router")

MUTATION_TRIGGERS = {
    EventType.EDIT: HookTrigger.ON_EVENT_UPDATED,
    EventType.DELETE: HookTrigger.ON_EVENT_DELETED,
}


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
        self._results: dict[str, DeliveryResult] = {}
        self._pending = 0
        self.told = asyncio.Event()

    def expect(self, targets: int) -> None:
        """Say how many targets there are; with none the round is over at once."""
        self._cascade.begin()
        self._pending = targets
        if not targets:
            self._parts.tasks.spawn(self._conclude())

    def settle(self, result: DeliveryResult, *, is_delivery: bool = True) -> None:
        """Take the first attempt of one target; of agents only failures are kept."""
        if is_delivery or result.status is DeliveryOutcome.FAILED:
            self._results[result.channel_id] = result
        self._pending -= 1
        if self._pending == 0:
            self._parts.tasks.spawn(self._conclude())

    async def _conclude(self) -> None:
        try:
            with return_at_commit():
                await self._tell()
        finally:
            self.told.set()
            self._cascade.end()

    async def _tell(self) -> None:
        if self._aftermath.is_root:
            self._cascade.results.update(self._results)
        await self._tell_mutation()
        await self._tell_results()
        await tell_tasks(self._parts, self._event, self._aftermath.tasks, self._aftermath.context)
        watching = self._parts.tasks.spawn(self._run_observers())
        await asyncio.sleep(0)
        self.told.set()
        await self._parts.news.emit(
            "event_processed",
            room_id=self._event.room_id,
            channel_id=self._event.source.channel_id,
            event_id=self._event.id,
            index=self._event.index,
        )
        await watching

    async def _tell_mutation(self) -> None:
        trigger = MUTATION_TRIGGERS.get(self._event.type)
        if trigger is not None and self._aftermath.target is not None:
            await self._parts.hooks.run_async_hooks(
                self._event.room_id, trigger, self._aftermath.target, self._aftermath.context
            )

    async def _tell_results(self) -> None:
        failed = {
            channel_id: result
            for channel_id, result in self._results.items()
            if result.status is DeliveryOutcome.FAILED
        }
        if failed:
            await self._parts.news.emit(
                "broadcast_partial_failure",
                room_id=self._event.room_id,
                event_id=self._event.id,
                channel_ids=sorted(failed),
            )
        for result in self._results.values():
            await tell_delivery(self._parts, self._event, result)
        if failed:
            await self._parts.store.record_delivery_results(
                self._event.id,
                {key: result.model_dump(mode="json") for key, result in self._results.items()},
            )

    async def _run_observers(self) -> None:
        """Run the hooks that look on: at the final payload, and at the end of the round."""
        with return_at_commit():
            for trigger in (HookTrigger.BEFORE_BROADCAST, HookTrigger.AFTER_BROADCAST):
                await self._parts.hooks.run_async_hooks(
                    self._event.room_id, trigger, self._event, self._aftermath.context
                )


async def tell_delivery(parts: Parts, event: RoomEvent, result: DeliveryResult) -> None:
    """Emit `delivery_succeeded` or `delivery_failed`; nothing while it is queued."""
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


async def tell_tasks(
    parts: Parts, event: RoomEvent, tasks: tuple[Task, ...], context: RoomContext
) -> None:
    """Fire ON_TASK_CREATED once per stored task."""
    for task in tasks:
        await parts.hooks.run_async_hooks(event.room_id, HookTrigger.ON_TASK_CREATED, task, context)
