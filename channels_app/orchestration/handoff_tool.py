"""The tool by which an agent hands a conversation over, and what it is called with."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from channels_app.providers.base.ai import AITool
from rooms.domain.frozen import Frozen
from rooms.domain.json import JsonObject

HANDOFF_NAME = "handoff_conversation"
HUMAN = "human"
"""The target that is a person of the team, not an agent."""

SAME = "same"
ESCALATIONS: tuple[str, ...] = (SAME, "voice", "email", "sms")

_DESCRIPTION = (
    "Hand the conversation over to somebody who is better suited for it. After that do not answer "
    "any more: they do."
)


class HandoffRequest(Frozen):
    """What an agent asks for.

    Attributes:
        summary: What the next one must know.
        context: Facts for the next one.
        channel_escalation: By which kind of channel it goes on; None or `same` changes nothing.
        next_phase: The phase from then on; None takes the target's own.
    """

    target_agent_id: str = Field(min_length=1)
    reason: str = ""
    summary: str = ""
    context: dict[str, Any] = {}
    channel_escalation: str | None = None
    urgent: bool = False
    next_phase: str | None = None

    @classmethod
    def from_arguments(cls, arguments: JsonObject, aliases: Mapping[str, str]) -> "HandoffRequest":
        """Return the request that a call of the tool is.

        Raises:
            pydantic.ValidationError: If the arguments name no target, or are of wrong types.
        """
        given = {key: value for key, value in arguments.items() if value is not None}
        target = given.pop("target", given.pop("target_agent_id", ""))
        if isinstance(target, str):
            target = aliases.get(target, target)
        return cls.model_validate(given | {"target_agent_id": target})


class HandoffResult(Frozen):
    """What became of it.

    Attributes:
        message: What the agent that asked does now.
        reason: Why it was refused.
    """

    accepted: bool = True
    new_agent_id: str | None = None
    new_phase: str | None = None
    message: str = ""
    reason: str = ""


def build_handoff_tool(targets: list[tuple[str, str | None]]) -> AITool:
    """Return the tool with the only targets it takes, each with what it is good for.

    Without targets it is the generic one, which takes any name; the handler still refuses those
    that it does not know.
    """
    target: JsonObject = {"type": "string", "description": "Who takes over."}
    if targets:
        target["enum"] = [agent_id for agent_id, _ in targets]
        known = "; ".join(f"{agent_id}: {text}" if text else agent_id for agent_id, text in targets)
        target["description"] = f"Who takes over. {known}"
    return AITool(
        name=HANDOFF_NAME,
        description=_DESCRIPTION,
        parameters={
            "type": "object",
            "properties": {
                "target": target,
                "reason": _text("Why it is handed over."),
                "summary": _text("What the next one must know: what was asked, found and tried."),
                "next_phase": _text("The phase that begins; leave it out unless told otherwise."),
                "channel_escalation": {
                    **_text("By which kind of channel the conversation goes on."),
                    "enum": list(ESCALATIONS),
                },
                "context": {"type": "object", "description": "Facts for the next one."},
                "urgent": {"type": "boolean", "description": "Whether it cannot wait."},
            },
            "required": ["target", "reason", "summary"],
        },
    )


def _text(description: str) -> JsonObject:
    return {"type": "string", "description": description}


HANDOFF_TOOL: AITool = build_handoff_tool([])
"""The generic tool, which names nobody in particular."""
