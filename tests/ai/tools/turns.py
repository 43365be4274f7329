"""A turn in which tools run."""

from typing import Any

from channels_app.ai.tools.base import ToolContext, TurnScope
from tests.channels_app.values import make_context, make_event


def a_tool_context(**fields: Any) -> ToolContext:
    given: dict[str, Any] = {
        "room": make_context(),
        "event": make_event(),
        "channel_id": "agent",
        "run_id": "run-1",
        "call_id": "call-1",
        "idempotency_key": "run-1:call-1",
    }
    return ToolContext(**(given | fields))


def a_turn() -> TurnScope:
    return TurnScope(room=make_context(), event=make_event(), channel_id="agent")
