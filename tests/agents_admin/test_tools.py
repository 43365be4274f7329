"""Which tools an agent of the admin can be given, and what an approval tick does."""

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from channels_app.configured.agent_tools import (
    ApprovedTool,
    ApprovedToolset,
    NoSuchTool,
    give,
    list_tools,
)
from tests.agents_admin import tools

PLACE = "tests.agents_admin.tools"


@pytest.fixture(autouse=True)
def _named(settings: Settings) -> None:
    names = ("look_up_order", "refund", "Desk", "NOTHING")
    settings.ROOMKIT = {"TOOLS": [f"{PLACE}.{name}" for name in names]}


def test_tools_are_listed_as_models_know_them() -> None:
    found = {each.name: (each.about, each.has_approval) for each in list_tools()}

    assert found["look_up_order"] == ("Look up where an order is.", False)
    assert found["refund"] == ("Pay an order back.", True)
    assert found[f"{PLACE}.Desk"] == ("Everything the desk knows.", False)


def test_what_is_no_tool_says_so_and_leaves_the_others_alone() -> None:
    broken = [each for each in list_tools() if each.problem]

    assert [each.name for each in broken] == [f"{PLACE}.NOTHING"]


def test_ticked_tools_are_given_in_their_kinds() -> None:
    given = give([{"name": "look_up_order"}, {"name": f"{PLACE}.Desk"}])

    assert list(given.tools) == [tools.look_up_order]
    assert isinstance(given.toolsets[0], tools.Desk)


async def test_approval_tick_has_people_decide() -> None:
    ticked = [
        {"name": "look_up_order", "needs_approval": True},
        {"name": f"{PLACE}.Desk", "needs_approval": True},
    ]

    given = give(ticked)

    [tool], [toolset] = given.tools, given.toolsets
    assert isinstance(tool, ApprovedTool)
    assert tool.rules.needs_approval
    assert tool.definition == tools.look_up_order.definition
    assert isinstance(toolset, ApprovedToolset)


def test_tool_that_is_gone_is_named() -> None:
    with pytest.raises(NoSuchTool, match="teleport"):
        give([{"name": "teleport"}])


def test_check_names_a_tool_that_does_not_import(settings: Settings) -> None:
    settings.ROOMKIT = {"TOOLS": ["no.such.tool"]}

    assert "ROOMKIT['TOOLS'][0]" in str([each.msg for each in run_checks()])
