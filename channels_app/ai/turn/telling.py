"""What people who watch a room see of an agent at work: tools, and that it thinks."""

import logging

from channels_app.ai.turn.assignment import Assignment
from channels_app.ai.turn.items import ToolResult
from channels_app.providers.base.ai import AIToolCall
from hooks.engine import HookEngine
from hooks.triggers import HookTrigger
from rooms.domain.content import SystemContent
from rooms.domain.context import RoomContext
from rooms.domain.enums import EventType
from rooms.domain.event import EventSource, RoomEvent
from rooms.domain.json import JsonObject
from rooms.realtime import EphemeralEvent, EphemeralEventType, RealtimeBackend
from rooms.resilience.clock import Clock

logger = logging.getLogger("roomkit.ai")

RESULT_CHARS = 500
THINKING_CHARS = 1000
COALESCED_CHARS = 256
COALESCED_S = 0.08


class Telling:
    """Publishes what passes and is not kept; a failure of it never reaches the turn."""

    def __init__(self, assignment: Assignment, realtime: RealtimeBackend) -> None:
        self._assignment = assignment
        self._realtime = realtime

    async def tools_started(self, calls: tuple[AIToolCall, ...], round_number: int) -> None:
        """Say that tools begin to run."""
        told = [{"id": call.id, "name": call.name, "arguments": call.arguments} for call in calls]
        await self.publish(
            EphemeralEventType.TOOL_CALL_START, {"tool_calls": told, "round": round_number}
        )

    async def tools_ended(self, results: tuple[ToolResult, ...], round_number: int) -> None:
        """Say that they have ended; `duration_ms` is that of the slowest."""
        told = [
            {
                "id": result.call.id,
                "name": result.call.name,
                "result": result.text[:RESULT_CHARS],
                "is_error": result.is_error,
            }
            for result in results
        ]
        slowest = max((result.duration_ms for result in results), default=0.0)
        data = {"tool_calls": told, "round": round_number, "duration_ms": round(slowest)}
        await self.publish(EphemeralEventType.TOOL_CALL_END, data)

    async def publish(self, kind: EphemeralEventType, data: JsonObject) -> None:
        """Publish one event to the room."""
        channel_id = self._assignment.channel_id
        event = EphemeralEvent(
            room_id=self._assignment.room_id,
            type=kind,
            user_id=channel_id,
            channel_id=channel_id,
            data={**data, "channel_id": channel_id},
        )
        try:
            await self._realtime.publish_to_room(event.room_id, event)
        except Exception:  # RFC §12: what passes must not hold up what stays
            logger.exception("an ephemeral event was not published", extra={"type": str(kind)})


class Thoughts:
    """Tells of one answer's reasoning: its start, more of it now and then, its end."""

    def __init__(
        self,
        assignment: Assignment,
        telling: Telling,
        hooks: HookEngine[RoomContext],
        clock: Clock,
    ) -> None:
        self._assignment = assignment
        self._telling = telling
        self._hooks = hooks
        self._clock = clock
        self._is_open = False
        self._waiting = ""
        self._told_at = 0.0
        self.text = ""

    async def add(self, text: str) -> None:
        """Take some more; it is told in pieces of about 80 ms or 256 characters."""
        if not self._is_open:
            await self._start()
        self.text += text
        self._waiting += text
        is_due = self._clock.monotonic() - self._told_at >= COALESCED_S
        if is_due or len(self._waiting) >= COALESCED_CHARS:
            await self._tell_waiting()

    async def end(self) -> None:
        """Say that the reasoning is over, if it had begun."""
        if not self._is_open:
            return
        self._is_open = False
        await self._tell_waiting()
        data = {"thinking": self.text[:THINKING_CHARS], "length": len(self.text)}
        await self._telling.publish(EphemeralEventType.THINKING_END, data)

    async def _start(self) -> None:
        self._is_open = True
        self._told_at = self._clock.monotonic()
        await self._telling.publish(EphemeralEventType.THINKING_START, {})
        room_id, trigger = self._assignment.room_id, HookTrigger.ON_AI_THINKING
        if self._hooks.has_hooks(room_id, trigger):
            await self._hooks.run_async_hooks(
                room_id, trigger, _thinking_event(self._assignment), self._assignment.context
            )

    async def _tell_waiting(self) -> None:
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, ""
        self._told_at = self._clock.monotonic()
        await self._telling.publish(EphemeralEventType.THINKING_DELTA, {"thinking": waiting})


def _thinking_event(assignment: Assignment) -> RoomEvent:
    return RoomEvent(
        room_id=assignment.room_id,
        type=EventType.SYSTEM,
        source=EventSource(channel_id=assignment.channel_id, channel_type=assignment.channel_type),
        content=SystemContent(
            body="the agent is thinking",
            code="ai_thinking",
            data={"event_id": assignment.event.id},
        ),
        parent_event_id=assignment.event.id,
    )
