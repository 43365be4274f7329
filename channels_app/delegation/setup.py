"""Giving an agent the tool."""

import json

from channels_app.ai.channel import AIChannel
from channels_app.ai.tools.base import ToolHandler, ToolRules, current_tool_context
from channels_app.delegation.handler import DelegateHandler
from channels_app.delegation.tool import DELEGATE_TOOL
from channels_app.providers.base.ai import AITool
from rooms.domain.json import JsonObject


def setup_delegation(
    channel: AIChannel, handler: DelegateHandler, *, tool: AITool | None = None
) -> None:
    """Let an agent delegate, in every room.

    Args:
        channel: The agent that delegates.
        handler: Begins the tasks.
        tool: What its model is told; `build_delegate_tool` limits it to some agents.

    Raises:
        RuntimeError: If the agent has a tool of this name.
    """
    declared = tool or DELEGATE_TOOL
    if any(known.name == declared.name for known in channel.extra_tools):
        raise RuntimeError(
            f"agent {channel.channel_id!r} has the tool {declared.name!r} already: "
            "setup_delegation() is called once for each agent"
        )
    # The task is found again by the call's key, so that a call may be made twice.
    channel.add_extra_tool(declared, rules=ToolRules(idempotent=True))
    channel.tool_handler = _Wrapped(
        channel.channel_id, handler, declared.name, others=channel.tool_handler
    )


class _Wrapped:
    """Runs the tool, and leaves all others to the handler that was there before."""

    def __init__(
        self,
        agent_id: str,
        handler: DelegateHandler,
        name: str,
        *,
        others: ToolHandler | None,
    ) -> None:
        self._agent_id = agent_id
        self._handler = handler
        self._name = name
        self._others = others

    async def __call__(self, name: str, arguments: JsonObject) -> str:
        if name != self._name:
            if self._others is None:
                return json.dumps({"error": f"unknown tool {name!r}"})
            return await self._others(name, arguments)
        return json.dumps(await self._delegate(arguments))

    async def _delegate(self, arguments: JsonObject) -> JsonObject:
        call = current_tool_context()
        if call is None:
            return {"error": "there is no conversation to delegate from"}
        return await self._handler.handle(
            call.room_id, self._agent_id, arguments, idempotency_key=call.idempotency_key
        )
