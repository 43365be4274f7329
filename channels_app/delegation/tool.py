"""The tool by which a model hands a task to another agent."""

from collections.abc import Sequence

from channels_app.providers.base.ai import AITool
from rooms.domain.json import JsonObject

NAME = "delegate_task"

DESCRIPTION = (
    "Hand a task to another agent, which does it in the background while you go on talking. Its "
    "result is told to you later: do not wait for it, and do not delegate the same task again."
)


def build_delegate_tool(targets: Sequence[tuple[str, str | None]]) -> AITool:
    """Return the tool for exactly these agents; without any it names none.

    Args:
        targets: Ids of agents, each with what it can do.
    """
    agent: JsonObject = {"type": "string", "description": "The agent that does the task."}
    if targets:
        agent["enum"] = [agent_id for agent_id, _ in targets]
        agent["description"] = "\n".join(
            ["The agent that does the task:", *(_line(*target) for target in targets)]
        )
    return AITool(name=NAME, description=DESCRIPTION, parameters=_schema(agent))


def _line(agent_id: str, description: str | None) -> str:
    return f"- {agent_id}: {description}" if description else f"- {agent_id}"


def _schema(agent: JsonObject) -> JsonObject:
    return {
        "type": "object",
        "properties": {
            "agent": agent,
            "task": {
                "type": "string",
                "description": "What to do, with everything the agent needs to know: it does not "
                "read this conversation.",
            },
            "context": {"type": "object", "description": "Facts that the task needs."},
            "share_channels": {
                "type": "array",
                "items": {"type": "string"},
                "description": "Channels of this conversation that take part in the task.",
            },
        },
        "required": ["agent", "task"],
        "additionalProperties": False,
    }


DELEGATE_TOOL = build_delegate_tool([])
"""The tool without a list of agents; the handler refuses those that are not registered."""
