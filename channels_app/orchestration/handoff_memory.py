"""What the agent that takes over is told by the one before it."""

from channels_app.ai.memory import MemoryResult
from channels_app.ai.memory.layered import LayeredMemory
from channels_app.orchestration.handoff import FACTS, FROM, REASON, SUMMARY
from channels_app.orchestration.state import ConversationState, get_conversation_state
from channels_app.providers.base.ai import AIMessage
from rooms.domain.context import RoomContext
from rooms.domain.event import RoomEvent


class HandoffMemoryProvider(LayeredMemory):
    """Puts the summary of the last handoff before what another memory brings.

    Only the agent that has taken over reads it, for as long as it has the conversation.

    Args:
        inner: Brings everything else.
    """

    @property
    def name(self) -> str:
        """The other memory's name behind `handoff`."""
        return f"handoff({self.inner.name})"

    async def retrieve(
        self,
        room_id: str,
        current_event: RoomEvent,
        context: RoomContext,
        *,
        channel_id: str | None = None,
    ) -> MemoryResult:
        """Return what the other memory brings, with the summary before it."""
        found = await self.inner.retrieve(room_id, current_event, context, channel_id=channel_id)
        words = _words(get_conversation_state(context.room), channel_id)
        if not words:
            return found
        told = AIMessage(role="user", content=words)
        return found.model_copy(update={"messages": [told, *found.messages]})


def _words(state: ConversationState, channel_id: str | None) -> str:
    """Return what the one before has left for this agent; '' if that is not its to read."""
    before = state.context.get(FROM)
    if channel_id is None or state.active_agent_id != channel_id or before in (None, channel_id):
        return ""
    lines = [
        f"[Handoff from {before}]",
        _line("Reason", state.context.get(REASON)),
        _line("Summary", state.context.get(SUMMARY)),
        *(_line(key, value) for key, value in state.context.get(FACTS, {}).items()),
    ]
    return "\n".join(filter(None, lines))


def _line(label: str, value: object) -> str:
    return f"{label}: {value}" if value else ""
