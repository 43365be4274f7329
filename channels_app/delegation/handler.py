"""What happens when a model calls the tool: a task begins, once."""

import asyncio
import json
import logging
from typing import Protocol
from weakref import WeakValueDictionary

from rooms.delegated.strategies import BackgroundTaskDeliveryStrategy
from rooms.delegated.task import DelegatedTask
from rooms.domain.errors import RoomKitError
from rooms.domain.json import JsonObject
from rooms.resilience.clock import Clock

logger = logging.getLogger("roomkit.ai.delegation")

SAME_TASK_S = 300.0
"""For how many seconds a task that a model delegates again is the one it has delegated."""


class Delegates(Protocol):
    """The side of `RoomKit` that the handler sees."""

    @property
    def clock(self) -> Clock:
        """What tells the time."""

    async def delegate(  # noqa: PLR0913 - the published signature
        self,
        room_id: str,
        agent_id: str,
        task: str,
        *,
        context: JsonObject | None = None,
        share_channels: list[str] | None = None,
        notify: str | None = None,
        delivery_strategy: BackgroundTaskDeliveryStrategy | None = None,
        idempotency_key: str | None = None,
    ) -> DelegatedTask:
        """Have an agent do a task in a child room; under the same key it is the same task."""


class DelegateHandler:
    """Delegates what models ask for. One object serves all rooms of a kit.

    Args:
        kit: The kit.
        notify: The channel that is told results; None tells the agent that delegates.
        default_share_channels: What is shared unless a model says otherwise.
        delivery_strategy: How results are told; None takes the kit's.
    """

    def __init__(
        self,
        kit: Delegates,
        *,
        notify: str | None = None,
        default_share_channels: list[str] | None = None,
        delivery_strategy: BackgroundTaskDeliveryStrategy | None = None,
    ) -> None:
        self._kit = kit
        self._notify = notify
        self._default_share_channels = default_share_channels
        self._delivery_strategy = delivery_strategy
        self._begun: dict[tuple[str, str], tuple[float, JsonObject]] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def handle(
        self,
        room_id: str,
        calling_agent_id: str,
        arguments: JsonObject,
        *,
        idempotency_key: str | None = None,
    ) -> JsonObject:
        """Delegate a task, or return the same one that was delegated a moment ago.

        Args:
            room_id: The conversation.
            calling_agent_id: The agent whose model asks for it.
            arguments: Those of the tool.
            idempotency_key: Names the model's call: made again, even by another process after a
                crash, it is the same task.

        Returns:
            `status`, `task_id`, `child_room_id` and `agent_id`; or `error`, in words for the model.
        """
        agent_id, task = str(arguments.get("agent") or ""), str(arguments.get("task") or "")
        if not agent_id or not task.strip():
            return {"error": "delegate_task needs an agent and a task"}
        if agent_id == calling_agent_id:
            return {"error": "you cannot delegate to yourself: do it, or name another agent"}
        async with self._locks.setdefault(room_id, asyncio.Lock()):
            self._forget_old()
            key = (room_id, json.dumps(arguments, sort_keys=True, default=str))
            if key not in self._begun:
                begun = await self._delegate(room_id, calling_agent_id, arguments, idempotency_key)
                if "error" in begun:
                    return begun
                self._begun[key] = (self._kit.clock.monotonic(), begun)
            return self._begun[key][1]

    async def _delegate(
        self,
        room_id: str,
        calling_agent_id: str,
        arguments: JsonObject,
        idempotency_key: str | None,
    ) -> JsonObject:
        try:
            task = await self._kit.delegate(
                room_id,
                str(arguments["agent"]),
                str(arguments["task"]),
                context=arguments.get("context"),
                share_channels=arguments.get("share_channels") or self._default_share_channels,
                notify=self._notify or calling_agent_id,
                delivery_strategy=self._delivery_strategy,
                idempotency_key=idempotency_key,
            )
        except (RoomKitError, ValueError) as error:
            logger.warning("task not delegated", exc_info=error, extra={"room_id": room_id})
            return {"error": f"the task was not delegated: {error}"}
        return {
            "status": "delegated",
            "task_id": task.id,
            "child_room_id": task.child_room_id,
            "agent_id": task.agent_id,
        }

    def _forget_old(self) -> None:
        oldest = self._kit.clock.monotonic() - SAME_TASK_S
        self._begun = {key: kept for key, kept in self._begun.items() if kept[0] > oldest}
