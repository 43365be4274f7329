"""What a room and its hooks are told of handoffs."""

import logging

from channels_app.orchestration.handoff_tool import HandoffRequest
from channels_app.orchestration.host import OrchestrationHost
from channels_app.orchestration.selection import INTERNAL
from hooks.triggers import HookTrigger
from rooms.domain.content import SystemContent
from rooms.domain.context import RoomContext
from rooms.domain.enums import ChannelType, EventType
from rooms.domain.event import SYSTEM_CHANNEL_ID, EventSource, RoomEvent
from rooms.domain.json import JsonObject
from rooms.pipeline.visibility import Visibility
from rooms.pipeline.waiting import return_at_commit

logger = logging.getLogger("roomkit.orchestration")


class HandoffNews:
    """Writes handoffs on the timeline, for agents to read, and fires their hooks.

    Args:
        kit: Where the rooms are.
        event_channel_id: In whose name it is written; None is the framework's.
    """

    def __init__(self, kit: OrchestrationHost, event_channel_id: str | None = None) -> None:
        self._kit = kit
        self._event_channel_id = event_channel_id

    async def tell_handoff(
        self, room_id: str, caller: str, request: HandoffRequest, phases: tuple[str, str]
    ) -> None:
        """Write that a conversation was handed over; `phases` are the old and the new one."""
        target = request.target_agent_id
        event = await self._event(
            room_id,
            code="handoff",
            body=f"[Handoff: {caller} -> {target}] {request.reason}",
            data={
                "handoff": True,
                "from_agent": caller,
                "to_agent": target,
                "reason": request.reason,
                "summary": request.summary,
                "urgent": request.urgent,
                "from_phase": phases[0],
                "to_phase": phases[1],
            },
        )
        stored = await self.say(event)
        await self._fire(HookTrigger.ON_HANDOFF, stored)
        if phases[0] != phases[1]:
            await self._fire(HookTrigger.ON_PHASE_TRANSITION, stored)

    async def tell_refusal(self, room_id: str, caller: str, target: str, reason: str) -> None:
        """Fire ON_HANDOFF_REJECTED; nothing is written."""
        event = await self._event(
            room_id,
            code="handoff_rejected",
            body=f"[Handoff refused: {caller} -> {target}] {reason}",
            data={"from_agent": caller, "to_agent": target, "reason": reason},
        )
        await self._fire(HookTrigger.ON_HANDOFF_REJECTED, event)

    async def ask_greeting(self, room_id: str, agent_id: str, prompt: str) -> None:
        """Ask an agent for its first words; only agents read the question."""
        event = await self._event(room_id, code="greeting", body=prompt, data={})
        await self.say(
            event.model_copy(
                update={
                    "addressed_to": [agent_id],
                    "response_visibility": Visibility.ALL,
                }
            )
        )

    async def say(self, event: RoomEvent) -> RoomEvent:
        """Store and broadcast an event, without waiting for what it causes.

        Raises:
            RoomClosedError: If the room takes no more events.
        """
        with return_at_commit():
            return await self._kit.pipeline.direct.send_as(event)

    async def _event(self, room_id: str, *, code: str, body: str, data: JsonObject) -> RoomEvent:
        return RoomEvent(
            room_id=room_id,
            # Agents are given messages; other types are not part of their history.
            type=EventType.MESSAGE,
            visibility=Visibility.INTELLIGENCE,
            addressed_to=[],
            source=await self._source(room_id),
            content=SystemContent(body=body, code=code, data=data),
            metadata={**data, INTERNAL: True},
        )

    async def _source(self, room_id: str) -> EventSource:
        named = self._event_channel_id
        binding = await self._kit.store.get_binding(room_id, named) if named else None
        if binding is None:
            return EventSource(channel_id=SYSTEM_CHANNEL_ID, channel_type=ChannelType.SYSTEM)
        return EventSource(channel_id=binding.channel_id, channel_type=binding.channel_type)

    async def _fire(self, trigger: HookTrigger, event: RoomEvent) -> None:
        context = await self._context(event.room_id)
        if context is None:
            return
        with return_at_commit():
            await self._kit.hook_engine.run_async_hooks(event.room_id, trigger, event, context)

    async def _context(self, room_id: str) -> RoomContext | None:
        snapshot = await self._kit.store.load_snapshot(room_id)
        return snapshot.context if snapshot else None
