"""What hooks of the AI triggers are handed."""

from datetime import datetime
from typing import Any

from pydantic import Field

from channels_app.ai.records import ToolApproval
from channels_app.providers.base.ai import AIContext
from rooms.domain.enums import ChannelType
from rooms.domain.event import EventSource, RoomEvent
from rooms.domain.frozen import Frozen, utc_now
from rooms.domain.json import JsonObject


class AIContextBuildEvent(Frozen):
    """An agent is about to be asked (BEFORE_AI_CONTEXT_BUILD): nothing is looked up or built yet.

    Attributes:
        event: What it is asked about.
        role: The role of who asks; None where nobody knows it.
        version_id: The version of a configured agent.
    """

    channel_id: str
    room_id: str
    event: RoomEvent
    role: str | None = None
    version_id: str | None = None

    @property
    def source(self) -> EventSource:
        """Where the event came from: the filters of hooks look at this."""
        return self.event.source


class AIGenerationEvent(Frozen):
    """A model is about to be asked (BEFORE_AI_GENERATION); `ai_context` may be changed."""

    ai_context: AIContext
    channel_id: str
    room_id: str
    provider_name: str | None = None


class AIResponseEvent(Frozen):
    """A turn has ended with what it had to say (ON_AI_RESPONSE).

    Attributes:
        tool_calls_count: How many tool calls were executed.
        usage: Tokens over all rounds.
        thinking: The reasoning of the last round that had any.
        round_count: How often the model was asked.
        latency_ms: From the start of the turn to its end.
    """

    channel_id: str
    response_content: str
    room_id: str
    tool_calls_count: int = 0
    usage: dict[str, int] = {}
    thinking: str | None = None
    round_count: int = 1
    latency_ms: float = 0.0
    streaming: bool = False
    timestamp: datetime = Field(default_factory=utc_now)


class ToolCallEvent(Frozen):
    """A tool call, before it is made (BEFORE_TOOL_USE) or with its result (ON_TOOL_CALL).

    Attributes:
        result: What the model will be told; None before the call.
        session: The live session, where there is one.
        run_id: The agent's run.
    """

    channel_id: str
    channel_type: ChannelType
    tool_call_id: str
    name: str
    arguments: JsonObject = {}
    result: str | None = None
    room_id: str
    session: Any = None
    timestamp: datetime = Field(default_factory=utc_now)
    run_id: str = ""
    is_error: bool = False


class InputRequest(Frozen):
    """People owe a decision or an answer (ON_USER_INPUT_REQUIRED); it can be given already."""

    approval: ToolApproval
    channel_id: str
    room_id: str
    timestamp: datetime = Field(default_factory=utc_now)
