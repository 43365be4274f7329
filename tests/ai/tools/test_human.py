"""A tool that asks people."""

import pytest

from channels_app.ai.tools.arguments import validate
from channels_app.ai.tools.base import Tool, ToolFault
from channels_app.ai.tools.human import ask_human_tool
from tests.ai.tools.turns import a_tool_context


def test_engine_is_told_that_people_answer() -> None:
    asking = ask_human_tool()

    assert isinstance(asking, Tool)
    assert asking.rules.asks_input
    assert asking.definition.name == "ask_a_person"


def test_question_is_all_it_takes() -> None:
    schema = ask_human_tool().definition.parameters

    assert validate({"question": "May I?"}, schema) == []
    assert validate({}, schema)
    assert validate({"question": ""}, schema)


def test_name_and_description_are_the_sites() -> None:
    told = ask_human_tool("ask_the_kitchen", description="Ask the cook.").definition

    assert (told.name, told.description) == ("ask_the_kitchen", "Ask the cook.")


async def test_it_is_never_run() -> None:
    with pytest.raises(ToolFault):
        await ask_human_tool().run({"question": "May I?"}, a_tool_context())
