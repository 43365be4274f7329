"""An agent that takes up skills (checks 48, 49)."""

import json
from pathlib import Path

from channels_app import AIResponse, AIToolCall, MockAIProvider
from channels_app.ai.skills.registry import SkillRegistry
from rooms import RoomKit
from tests.ai.working import Desk, Recorded, call, calling, said, saying, told
from tests.channels_app.values import make_event

SKILL = """---
name: refunds
description: How to give money back <fast>.
allowed-tools: pay_back
---
Ask for the order first.
"""


def refunds(root: Path) -> SkillRegistry:
    (root / "refunds").mkdir()
    (root / "refunds" / "SKILL.md").write_text(SKILL, encoding="utf-8")
    registry = SkillRegistry()
    registry.discover(root)
    return registry


def names(model: MockAIProvider) -> list[list[str]]:
    return [[tool.name for tool in each.tools] for each in model.calls]


async def test_check_49_activated_skill_reveals_its_tools_now_and_in_the_next_turn(
    kit: RoomKit, tmp_path: Path, *, streaming: bool
) -> None:
    answers = [
        calling(AIToolCall(id="t0", name="activate_skill", arguments={"name": "refunds"})),
        calling(call("pay_back", order=7)),
        saying("Done."),
    ]
    model = MockAIProvider(ai_responses=answers, streaming=streaming)
    tools = [Recorded(), pay_back := Recorded("pay_back")]
    desk = Desk(kit, model, system_prompt="Be kind.", tools=tools, skills=refunds(tmp_path))

    await said(await desk.ask(make_event()))
    await said(await desk.ask(make_event()))

    own = ["activate_skill", "read_skill_reference"]
    assert names(model)[:2] == [["look_up", *own], ["look_up", "pay_back", *own]]
    assert "pay_back" in names(model)[3]
    assert json.loads(told(model.calls[1])[0][0])["instructions"].startswith("Ask for the order")
    assert pay_back.calls[0] == {"order": 7}
    assert "Ask for the order first." not in str(model.calls[0].system_prompt)
    assert "Ask for the order first." in str(model.calls[3].system_prompt)


async def test_check_48_skills_are_listed_in_the_prompt_behind_the_agents_own(
    kit: RoomKit, tmp_path: Path
) -> None:
    model = MockAIProvider(ai_responses=[AIResponse(content="Hi.")])
    desk = Desk(kit, model, system_prompt="Be kind.", skills=refunds(tmp_path))

    await desk.ask(make_event())

    prompt = str(model.calls[0].system_prompt)
    assert prompt.startswith("Be kind.")
    assert "How to give money back &lt;fast&gt;." in prompt


async def test_check_48_empty_registry_changes_nothing(kit: RoomKit) -> None:
    model = MockAIProvider()
    desk = Desk(kit, model, tools=[Recorded()], skills=SkillRegistry())

    await desk.ask(make_event())

    assert names(model) == [["look_up"]]
