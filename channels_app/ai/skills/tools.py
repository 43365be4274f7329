"""The three tools by which a model works with skills, as it is told of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from channels_app.ai.tools.base import ToolContext, ToolRules
from channels_app.providers.base.ai import AITool
from rooms.domain.json import JsonObject

SCRIPT_TIMEOUT_S = 300.0
"""The engine's own limit; an executor has a shorter one."""

TEXT: JsonObject = {"type": "string", "minLength": 1}


@dataclass(frozen=True)
class SkillTool:
    """One of the tools; `action` does it."""

    definition: AITool
    action: Callable[[JsonObject, ToolContext], Awaitable[str]]
    rules: ToolRules = field(default_factory=ToolRules)

    async def run(self, arguments: JsonObject, context: ToolContext) -> str:
        """Do it and return what the model is told.

        Raises:
            ToolFault: If it could not be done.
        """
        return await self.action(arguments, context)


def _tool(name: str, description: str, properties: JsonObject, *required: str) -> AITool:
    return AITool(
        name=name,
        description=description,
        parameters={
            "type": "object",
            "properties": properties,
            "required": list(required),
            "additionalProperties": False,
        },
    )


ACTIVATE_SKILL = _tool(
    "activate_skill",
    "Read the instructions of a skill and follow them for the rest of the conversation.",
    {"name": TEXT},
    "name",
)
READ_SKILL_REFERENCE = _tool(
    "read_skill_reference",
    "Read a reference of a skill, by the file name that activate_skill gave.",
    {"skill_name": TEXT, "filename": TEXT},
    "skill_name",
    "filename",
)
RUN_SKILL_SCRIPT = _tool(
    "run_skill_script",
    "Run a script of a skill, by the name that activate_skill gave; arguments are names and texts.",
    {
        "skill_name": TEXT,
        "script_name": TEXT,
        "arguments": {"type": "object", "additionalProperties": {"type": "string"}},
    },
    "skill_name",
    "script_name",
)

# Instructions are followed whole or not at all; what is allowed to be read is the skill's own.
READS_WHOLE = ToolRules(idempotent=True, bypasses_policy=True, is_told_whole=True)
READS = ToolRules(read_only=True, idempotent=True, bypasses_policy=True)
RUNS = ToolRules(timeout_s=SCRIPT_TIMEOUT_S)
