"""Asking a person instead of a machine."""

from dataclasses import dataclass

from channels_app.ai.tools.base import ToolContext, ToolFault, ToolRules
from channels_app.providers.base.ai import AITool
from rooms.domain.json import JsonObject

_DESCRIPTION = (
    "Ask a member of staff something that only people can know or decide. The conversation waits"
    " for the answer, which may take hours: ask only what you cannot find out otherwise, and all of"
    " it at once."
)
_PARAMETERS: JsonObject = {
    "type": "object",
    "properties": {
        "question": {
            "type": "string",
            "minLength": 1,
            "description": "The question, with everything that is needed to answer it.",
        }
    },
    "required": ["question"],
    "additionalProperties": False,
}
_RULES = ToolRules(read_only=True, idempotent=True, asks_input=True)


@dataclass(frozen=True)
class AskHumanTool:
    """A tool whose result is what people answer; the turn waits as state and holds no worker."""

    definition: AITool
    rules: ToolRules = _RULES

    async def run(self, arguments: JsonObject, context: ToolContext) -> str:
        """Refuse: the engine puts the question to people and takes their answer as the result.

        Raises:
            ToolFault: Always.
        """
        raise ToolFault("nobody can be asked here")


def ask_human_tool(name: str = "ask_a_person", *, description: str = _DESCRIPTION) -> AskHumanTool:
    """Make a tool with which an agent asks people; they see its `question`."""
    return AskHumanTool(AITool(name=name, description=description, parameters=_PARAMETERS))
