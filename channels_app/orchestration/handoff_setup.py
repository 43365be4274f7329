"""Giving an agent the handoff tool for every room it is in."""

import json

from channels_app.ai.channel import AIChannel
from channels_app.ai.tools.base import current_tool_context
from channels_app.ai.tools.compose import unknown_tool
from channels_app.orchestration.handoff import HandoffHandler
from channels_app.orchestration.handoff_tool import HANDOFF_NAME, HANDOFF_TOOL
from channels_app.providers.base.ai import AITool
from rooms.domain.json import JsonObject

NO_ROOM = json.dumps({"error": "no room: a handoff is made in an agent's turn only"})


def setup_handoff(
    channel: AIChannel, handler: HandoffHandler, *, tool: AITool | None = None
) -> None:
    """Declare the tool and put its handler before the agent's own.

    Args:
        channel: The agent.
        handler: Makes the handoffs.
        tool: With the targets that the agent may name; None is the generic one.

    Raises:
        RuntimeError: If the agent has the tool already.
    """
    if any(each.name == HANDOFF_NAME for each in channel.extra_tools):
        raise RuntimeError(
            f"agent {channel.channel_id!r} can hand over already: set it up only once"
        )
    inner = channel.tool_handler

    async def handle(name: str, arguments: JsonObject) -> str:
        if name != HANDOFF_NAME:
            return unknown_tool(name) if inner is None else await inner(name, arguments)
        current = current_tool_context()
        if current is None:
            return NO_ROOM
        made = await handler.handle(current.room_id, current.channel_id, arguments)
        return made.model_dump_json()

    channel.tool_handler = handle
    channel.add_extra_tool(tool or HANDOFF_TOOL)
