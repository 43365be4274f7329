"""The agents of one kit at work together: who is asked in which room, and who does what."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from itertools import count
from typing import TypeAlias

from channels_app.orchestration.host import OrchestrationHost, PendingTask
from channels_app.orchestration.plan import plan_of
from channels_app.orchestration.selection import Selection
from hooks.registration import HookRegistration
from hooks.results import HookResult, TaskStatus
from hooks.triggers import HookExecution, HookTrigger
from rooms.domain.context import RoomContext
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject

HOOK_NAME = "orchestration"
HOOK_PRIORITY = -100
REPEATED_WITHIN_S = 30.0
"""A supervisor that asks for the same work again so soon is given the same result."""


@dataclass(frozen=True)
class Work:
    """What an agent made of a task.

    Attributes:
        output: What it said.
        error: Why it made nothing of it; '' if it did.
    """

    output: str = ""
    error: str = ""


@dataclass(frozen=True)
class Order:
    """A task for an agent, beside a conversation.

    Attributes:
        key: Names it in the conversation: a turn that is taken up orders it again under the same.
    """

    room_id: str
    key: str
    agent_id: str
    task: str
    context: JsonObject
    timeout_s: float
    share_channels: tuple[str, ...] = ()


Stopped: TypeAlias = Callable[[], Awaitable[bool]]
"""Tells whether the work has become pointless, such as by a person who took the room over."""


@dataclass
class _Known:
    """Work that was asked for; `until` is None while it goes on."""

    task: "asyncio.Task[object]"
    until: float | None = None


class Company:
    """Routes what is said in rooms with a strategy, and lets agents work beside them.

    There is one for each kit. What it keeps is there for half a minute only: everything else about
    a room's strategy is in the room.
    """

    def __init__(self, host: OrchestrationHost) -> None:
        self.host = host
        self._asked: dict[tuple[str, str], _Known] = {}
        host.hook_engine.register(
            HookRegistration(
                trigger=HookTrigger.BEFORE_BROADCAST,
                execution=HookExecution.SYNC,
                fn=self.route,
                priority=HOOK_PRIORITY,
                name=HOOK_NAME,
            )
        )

    async def route(self, event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        """Say who is asked about an event, in rooms with a strategy (BEFORE_BROADCAST)."""
        plan = plan_of(context.room)
        if plan is None:
            return HookResult.allow()
        return Selection(default_agent_id=plan.entry).stamp(event, context)

    async def do(self, order: Order) -> Work:
        """Have an agent do a task; a failure is told, not raised.

        Of a task that was ordered before the work is waited for, or taken as it is.
        """
        task = await self._begin(order)
        try:
            end = await task.wait(timeout=order.timeout_s)
        except TimeoutError:
            task.cancel()
            return Work(error=f"took longer than {order.timeout_s:g} s")
        output = (end.output or "").strip()
        if end.status is not TaskStatus.COMPLETED or not output:
            return Work(output=output, error=end.error or "said nothing")
        return Work(output=output)

    async def _begin(self, order: Order) -> PendingTask:
        """Delegate; what came to nothing before the turn was taken up is tried once more."""
        for attempt in count():
            task = await self.host.delegate(
                order.room_id,
                order.agent_id,
                order.task,
                context=order.context,
                share_channels=[*order.share_channels],
                idempotency_key=f"{order.key}:{attempt}",
            )
            if not task.was_there or not _came_to_nothing(task):
                break
        return task

    async def once(
        self, room_id: str, key: str, make: Callable[[], Coroutine[object, None, str]]
    ) -> str:
        """Return what `make` makes; asked again within 30 s the same, without making it again.

        What raised is made again.
        """
        now = self.host.clock.monotonic()
        self._asked = {
            each: known
            for each, known in self._asked.items()
            if known.until is None or known.until > now
        }
        known = self._asked.get((room_id, key))
        if known is None:
            known = self._asked[room_id, key] = _Known(self.host.tasks.spawn(make()))
            known.task.add_done_callback(lambda task: self._note((room_id, key), known))
        return str(await asyncio.shield(known.task))

    def _note(self, key: tuple[str, str], known: _Known) -> None:
        if known.task.cancelled() or known.task.exception() is not None:
            self._asked.pop(key, None)
        known.until = self.host.clock.monotonic() + REPEATED_WITHIN_S


def _came_to_nothing(task: PendingTask) -> bool:
    return task.result is not None and task.result.status is not TaskStatus.COMPLETED
