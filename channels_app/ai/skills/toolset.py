"""What skills bring into a turn: a list to choose from, the chosen instructions, and tools."""

import asyncio
import json
import logging
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import TypeVar

from channels_app.ai.memory_store import build_memory_store
from channels_app.ai.skills.errors import ScriptRefused, SkillFileRefused, SkillParseError
from channels_app.ai.skills.executor import ScriptExecutor
from channels_app.ai.skills.metadata import Skill
from channels_app.ai.skills.paths import clean_name
from channels_app.ai.skills.registry import SkillRegistry
from channels_app.ai.skills.tools import (
    ACTIVATE_SKILL,
    READ_SKILL_REFERENCE,
    READS,
    READS_WHOLE,
    RUN_SKILL_SCRIPT,
    RUNS,
    SkillTool,
)
from channels_app.ai.store import ActivationStore, AIStore
from channels_app.ai.tools.base import Tool, ToolContext, ToolFault, TurnScope
from rooms.domain.json import JsonObject

logger = logging.getLogger("roomkit.ai")

T = TypeVar("T")

MOST_IN_PROMPT = 4
"""How many active skills a prompt holds; those activated last stay."""

PREAMBLE = (
    "You can take up skills. If one of those below fits what is asked, call activate_skill with "
    "its name before you answer, and follow its instructions from then on."
)
NO_SCRIPTS = "Scripts of skills cannot be run here: do without them."
ACTIVE = "These skills are active. Follow their instructions:"


class SkillToolset:
    """The skills of one agent; what is active is remembered by conversation (RFC §24.4).

    A tool that a skill allows (`allowed-tools`) is kept back until one of the skills that allow it
    is active; other tools are none of its business.

    Args:
        registry: The skills.
        executor: Runs their scripts; without one they are not run.
    """

    def __init__(self, registry: SkillRegistry, executor: ScriptExecutor | None = None) -> None:
        self._registry = registry
        self._executor = executor
        self._activations: ActivationStore = build_memory_store().activations

    def bind(self, store: AIStore) -> None:
        """Remember in this store from now on what is active."""
        self._activations = store.activations

    async def tools_for(self, context: TurnScope) -> list[Tool]:
        """Return the tools, none without skills."""
        if not self._registry.skill_count:
            return []
        tools: list[Tool] = [
            SkillTool(ACTIVATE_SKILL, self._activate, READS_WHOLE),
            SkillTool(READ_SKILL_REFERENCE, self._read_reference, READS),
        ]
        if self._executor is not None:
            tools.append(SkillTool(RUN_SKILL_SCRIPT, self._run_script, RUNS))
        return tools

    async def prompt_for(self, context: TurnScope) -> str:
        """Return the list of skills and the instructions of those in force."""
        if not self._registry.skill_count:
            return ""
        parts = [PREAMBLE, "" if self._executor else NO_SCRIPTS, self._registry.to_prompt_xml()]
        names = await self._in_force(context.event.room_id, context.channel_id)
        bodies = list(filter(None, [await self._body(name) for name in names]))
        return "\n\n".join(filter(None, [*parts, ACTIVE if bodies else "", *bodies]))

    async def gated(self, name: str, scope: TurnScope) -> bool:
        """Tell whether a tool is kept back until a skill is activated."""
        bringing = {
            skill.name
            for skill in self._registry.all_metadata()
            if any(fnmatchcase(name, pattern) for pattern in skill.gated_tool_names)
        }
        if not bringing:
            return False
        active = await self._activations.active(scope.event.room_id, scope.channel_id)
        return bringing.isdisjoint(active)

    async def close(self) -> None:
        """Close the executor."""
        if self._executor is not None:
            await self._executor.close()

    async def _activate(self, arguments: JsonObject, context: ToolContext) -> str:
        skill = await self._skill(arguments["name"])
        before = await self._in_force(context.room_id, context.channel_id)
        is_new = await self._activations.activate(context.room_id, context.channel_id, skill.name)
        if not is_new and skill.name in before:
            return json.dumps(
                {"name": skill.name, "status": "active already: its instructions are in force"}
            )
        scripts, references = await _off_loop(
            lambda: (skill.list_scripts(), skill.list_references())
        )
        told = {
            "name": skill.name,
            "description": skill.description,
            "instructions": skill.instructions,
            "scripts": scripts,
            "references": references,
        }
        return json.dumps(told, ensure_ascii=False)

    async def _read_reference(self, arguments: JsonObject, context: ToolContext) -> str:
        skill = await self._skill(arguments["skill_name"])
        content = await _off_loop(lambda: skill.read_reference(arguments["filename"]))
        told = {"filename": clean_name(arguments["filename"]), "content": content}
        return json.dumps(told, ensure_ascii=False)

    async def _run_script(self, arguments: JsonObject, context: ToolContext) -> str:
        skill = await self._skill(arguments["skill_name"])
        if self._executor is None:
            raise ToolFault("scripts cannot be run here")
        # Whoever runs scripts is not asked for one that is none of the skill's.
        await _off_loop(lambda: skill.script_path(arguments["script_name"]))
        script_name = clean_name(arguments["script_name"])
        try:
            result = await self._executor.execute(
                skill, script_name, arguments.get("arguments") or {}
            )
        except ScriptRefused as refused:
            raise ToolFault(str(refused)) from refused
        return result.model_dump_json()

    async def _skill(self, name: str) -> Skill:
        """Return a skill with its instructions.

        Raises:
            ToolFault: If there is none of this name, or it cannot be read any more.
        """
        try:
            skill = await _off_loop(lambda: self._registry.get_skill(name))
        except SkillParseError as error:
            raise ToolFault(f"the skill {name!r} cannot be read") from error
        if skill is None:
            known = ", ".join(self._registry.skill_names)
            raise ToolFault(f"there is no skill {name!r}; available: {known}")
        return skill

    async def _body(self, name: str) -> str:
        """Return the instructions of an active skill, '' if they are gone."""
        try:
            skill = await self._skill(name)
        except ToolFault:
            # The conversation has to go on without what nobody can read any more.
            logger.warning("an active skill cannot be read", extra={"skill": name})
            return ""
        return f'<active_skill name="{skill.name}">\n{skill.instructions}\n</active_skill>'

    async def _in_force(self, room_id: str, channel_id: str) -> list[str]:
        """Return the active skills that a prompt holds, the one activated last at the end."""
        active = await self._activations.active(room_id, channel_id)
        known = [name for name in active if self._registry.get_metadata(name) is not None]
        return known[-MOST_IN_PROMPT:]


async def _off_loop(read: Callable[[], T]) -> T:
    """Read files in a thread.

    Raises:
        ToolFault: If a file is none of the skill's.
    """
    try:
        return await asyncio.to_thread(read)
    except SkillFileRefused as refused:
        raise ToolFault(str(refused)) from refused
