"""Values of agents' work with everything filled in that a test does not care about."""

from datetime import timedelta
from typing import Any

from channels_app.ai.records import (
    AgentRun,
    AgentStep,
    KnowledgeEntry,
    RoomSummary,
    StepKind,
    StepState,
    ToolApproval,
)
from rooms.domain.frozen import utc_now

ROOM, OTHER_ROOM = "room", "other-room"
AGENT = "agent"


def make_run(**fields: Any) -> AgentRun:
    """Make a run of the agent for the event `event-1`."""
    return AgentRun(**{"room_id": ROOM, "channel_id": AGENT, "event_id": "event-1"} | fields)


def make_step(run: AgentRun, seq: int = 0, **fields: Any) -> AgentStep:
    """Make a finished model call."""
    given: dict[str, Any] = {
        "kind": StepKind.MODEL,
        "state": StepState.DONE,
        "name": "model-1",
    } | fields
    return AgentStep(run_id=run.id, seq=seq, **given)


def make_approval(run: AgentRun, seq: int = 0, **fields: Any) -> ToolApproval:
    """Make a question that may be answered for an hour."""
    given: dict[str, Any] = {
        "room_id": run.room_id,
        "channel_id": run.channel_id,
        "tool_name": "refund",
        "call_id": f"call-{seq}",
        "arguments": {"amount": 5},
        "expires_at": utc_now() + timedelta(hours=1),
    }
    return ToolApproval(run_id=run.id, seq=seq, **given | fields)


def make_summary(**fields: Any) -> RoomSummary:
    """Make a summary of the first ten events."""
    given: dict[str, Any] = {"room_id": ROOM, "channel_id": AGENT, "upto_index": 9}
    return RoomSummary(**given | {"text": "Ann wants a refund."} | fields)


def make_entry(content: str, **fields: Any) -> KnowledgeEntry:
    """Make a text for all rooms of no organization."""
    return KnowledgeEntry(content=content, **fields)
