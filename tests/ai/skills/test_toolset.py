"""What skills bring into a turn, and for how long."""

import json
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from channels_app.ai.memory_store import build_memory_store
from channels_app.ai.skills.errors import ScriptRefused
from channels_app.ai.skills.executor import ScriptExecutor, ScriptResult
from channels_app.ai.skills.metadata import Skill
from channels_app.ai.skills.registry import SkillRegistry
from channels_app.ai.skills.toolset import SkillToolset
from channels_app.ai.store import AIStore
from channels_app.ai.tools.base import Tool, ToolFault
from tests.ai.skills.bundles import BODY, add_file, write_skill
from tests.ai.skills.test_paths import ESCAPES
from tests.ai.tools.turns import a_tool_context, a_turn
from tests.channels_app.values import make_event


class NotingExecutor(ScriptExecutor):
    """Notes what it is asked to run."""

    def __init__(self, outcome: ScriptResult | Exception | None = None) -> None:
        self.asked: list[tuple[str, str, dict[str, str] | None]] = []
        self.closed = False
        self._outcome = outcome or ScriptResult(exit_code=0, stdout="done")

    async def execute(
        self, skill: Skill, script_name: str, arguments: dict[str, str] | None = None
    ) -> ScriptResult:
        self.asked.append((skill.name, script_name, arguments))
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome

    async def close(self) -> None:
        self.closed = True


@pytest.fixture
def store() -> AIStore:
    return build_memory_store()


@pytest.fixture
def registry(tmp_path: Path) -> SkillRegistry:
    bundle = write_skill(tmp_path, front="allowed-tools: refund_*\n")
    add_file(bundle, "references", "prices.md", "Ten.")
    add_file(bundle, "scripts", "sum.sh")
    for number in range(5):
        write_skill(tmp_path, f"skill-{number}", body=f"Rule {number}.")
    registry = SkillRegistry()
    registry.discover(tmp_path)
    return registry


@pytest.fixture
def toolset(registry: SkillRegistry, store: AIStore) -> SkillToolset:
    toolset = SkillToolset(registry)
    toolset.bind(store)
    return toolset


async def _tool(toolset: SkillToolset, name: str) -> Tool:
    return {tool.definition.name: tool for tool in await toolset.tools_for(a_turn())}[name]


async def _use(toolset: SkillToolset, tool: str, context: Any = None, **arguments: Any) -> Any:
    told = await (await _tool(toolset, tool)).run(arguments, context or a_tool_context())
    return json.loads(told)


async def _activate(toolset: SkillToolset, name: str, **context: Any) -> Any:
    return await _use(toolset, "activate_skill", a_tool_context(**context), name=name)


async def test_without_skills_there_is_nothing() -> None:
    toolset = SkillToolset(SkillRegistry(), NotingExecutor())
    assert await toolset.tools_for(a_turn()) == []
    assert await toolset.prompt_for(a_turn()) == ""
    assert not await toolset.gated("refund_order", a_turn())


async def test_prompt_lists_the_skills(toolset: SkillToolset, registry: SkillRegistry) -> None:
    prompt = await toolset.prompt_for(a_turn())
    assert "activate_skill" in prompt
    assert registry.to_prompt_xml() in prompt
    assert "cannot be run" in prompt
    assert BODY not in prompt


async def test_activating_tells_instructions_and_files(toolset: SkillToolset) -> None:
    assert await _activate(toolset, "refund-policy") == {
        "name": "refund-policy",
        "description": "How refunds work",
        "instructions": BODY,
        "scripts": ["sum.sh"],
        "references": ["prices.md"],
    }


async def test_instructions_are_told_whole_whatever_the_policy(toolset: SkillToolset) -> None:
    rules = (await _tool(toolset, "activate_skill")).rules
    assert (rules.is_told_whole, rules.bypasses_policy) == (True, True)


async def test_unknown_skill_is_answered_with_those_there_are(toolset: SkillToolset) -> None:
    with pytest.raises(ToolFault, match=r"no skill 'refunds'; available: refund-policy, skill-0"):
        await _activate(toolset, "refunds")


async def test_instructions_stay_in_the_prompt_of_the_conversation(
    toolset: SkillToolset, registry: SkillRegistry, store: AIStore
) -> None:
    await _activate(toolset, "refund-policy")
    restarted = SkillToolset(registry)
    restarted.bind(store)
    assert BODY in await restarted.prompt_for(a_turn())


async def test_another_room_and_another_agent_activate_for_themselves(
    toolset: SkillToolset,
) -> None:
    await _activate(toolset, "refund-policy")
    elsewhere = replace(a_turn(), event=make_event(room_id="room-2"))
    for scope in (elsewhere, replace(a_turn(), channel_id="other-agent")):
        assert BODY not in await toolset.prompt_for(scope)
        assert await toolset.gated("refund_order", scope)


async def test_activating_again_is_acknowledged_in_a_word(toolset: SkillToolset) -> None:
    await _activate(toolset, "refund-policy")
    again = await _activate(toolset, "refund-policy")
    assert again == {
        "name": "refund-policy",
        "status": "active already: its instructions are in force",
    }


async def test_instructions_are_told_again_where_nobody_knows_of_them(
    toolset: SkillToolset,
) -> None:
    await _activate(toolset, "refund-policy")
    toolset.bind(build_memory_store())
    assert (await _activate(toolset, "refund-policy"))["instructions"] == BODY


async def test_prompt_holds_the_four_activated_last(toolset: SkillToolset) -> None:
    for number in range(5):
        await _activate(toolset, f"skill-{number}")

    prompt = await toolset.prompt_for(a_turn())
    back = await _activate(toolset, "skill-0")

    assert [f"Rule {number}." in prompt for number in range(5)] == [False, *[True] * 4]
    assert back["instructions"] == "Rule 0."
    assert "Rule 0." in await toolset.prompt_for(a_turn())


async def test_tools_of_a_skill_are_kept_back_until_it_is_active(toolset: SkillToolset) -> None:
    before = [await toolset.gated(name, a_turn()) for name in ("refund_order", "look_up")]
    await _activate(toolset, "refund-policy")
    assert before == [True, False]
    assert not await toolset.gated("refund_order", a_turn())


async def test_a_tool_of_two_skills_is_free_with_either(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_skill(tmp_path, name, front="allowed-tools: look_up\n")
    registry = SkillRegistry()
    registry.discover(tmp_path)
    toolset = SkillToolset(registry)

    await _activate(toolset, "two")

    assert not await toolset.gated("look_up", a_turn())


async def test_active_skill_that_is_gone_leaves_the_conversation_going(
    tmp_path: Path, store: AIStore, caplog: pytest.LogCaptureFixture
) -> None:
    bundle = write_skill(tmp_path)
    registry = SkillRegistry()
    registry.register(bundle)
    toolset = SkillToolset(registry)
    toolset.bind(store)
    await store.activations.activate("room-1", "agent", "refund-policy")
    await store.activations.activate("room-1", "agent", "removed-skill")
    (bundle / "SKILL.md").unlink()

    with caplog.at_level(logging.WARNING, "roomkit.ai"):
        prompt = await toolset.prompt_for(a_turn())

    assert "<active_skill" not in prompt
    assert [vars(each)["skill"] for each in caplog.records] == ["refund-policy"]


async def test_references_are_read(toolset: SkillToolset) -> None:
    read = await _use(
        toolset, "read_skill_reference", skill_name="refund-policy", filename="prices.md"
    )
    assert read == {"filename": "prices.md", "content": "Ten."}


@pytest.mark.parametrize("name", ESCAPES)
async def test_nothing_else_is_read(toolset: SkillToolset, name: str) -> None:
    with pytest.raises(ToolFault):
        await _use(toolset, "read_skill_reference", skill_name="refund-policy", filename=name)


async def test_scripts_run_only_with_an_executor(
    toolset: SkillToolset, registry: SkillRegistry
) -> None:
    executor = NotingExecutor()
    with_scripts = SkillToolset(registry, executor)

    names = {tool.definition.name for tool in await toolset.tools_for(a_turn())}
    told = await _use(
        with_scripts,
        "run_skill_script",
        skill_name="refund-policy",
        script_name="sum.sh",
        arguments={"a": "1"},
    )

    assert "run_skill_script" not in names
    assert executor.asked == [("refund-policy", "sum.sh", {"a": "1"})]
    assert (told["exit_code"], told["stdout"], told["success"]) == (0, "done", True)
    assert "cannot be run" not in await with_scripts.prompt_for(a_turn())


async def test_running_scripts_is_for_the_policy_to_allow(registry: SkillRegistry) -> None:
    tool = await _tool(SkillToolset(registry, NotingExecutor()), "run_skill_script")
    assert not tool.rules.bypasses_policy
    assert not tool.rules.idempotent


@pytest.mark.parametrize("name", ESCAPES)
async def test_executor_is_not_asked_for_what_is_no_script(
    registry: SkillRegistry, name: str
) -> None:
    executor = NotingExecutor()
    with pytest.raises(ToolFault):
        await _use(
            SkillToolset(registry, executor),
            "run_skill_script",
            skill_name="refund-policy",
            script_name=name,
        )
    assert executor.asked == []


async def test_model_is_told_why_a_script_is_not_run(registry: SkillRegistry) -> None:
    toolset = SkillToolset(registry, NotingExecutor(ScriptRefused("no such interpreter")))
    with pytest.raises(ToolFault, match="no such interpreter"):
        await _use(toolset, "run_skill_script", skill_name="refund-policy", script_name="sum.sh")


async def test_closing_closes_the_executor(registry: SkillRegistry) -> None:
    executor = NotingExecutor()
    await SkillToolset(registry, executor).close()
    await SkillToolset(registry).close()
    assert executor.closed
