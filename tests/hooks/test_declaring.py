from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from django.core.checks import CheckMessage, run_checks
from pytest_django import Settings

from hooks.checks import check_distinct_hooks
from hooks.decorators import declared_temporarily, discovered, hook
from hooks.discovery import autodiscover, discovered_hooks
from hooks.results import HookResult
from hooks.triggers import HookExecution, HookTrigger

BEFORE = HookTrigger.BEFORE_BROADCAST

pytestmark = pytest.mark.usefixtures("declaring")


async def moderate(event: object, context: object) -> HookResult[object]:
    return HookResult.allow()


async def audit(event: object, context: object) -> HookResult[object]:
    return HookResult.allow()


def test_the_decorator_declares_and_returns_the_function() -> None:
    assert hook(BEFORE)(moderate) is moderate
    assert discovered()[-1].fn is moderate


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("execution", HookExecution.ASYNC),
        ("priority", -3),
        ("name", "profanity"),
        ("timeout", 2.5),
        ("channel_types", {"sms"}),
        ("channel_ids", {"sms-1"}),
        ("directions", {"inbound"}),
        ("guards_output", True),
    ],
)
def test_everything_about_a_hook_can_be_declared(field: str, value: object) -> None:
    hook(HookTrigger.ON_ERROR, **{field: value})(moderate)  # type: ignore[arg-type]
    assert getattr(discovered()[-1], field) == value


def test_a_declared_hook_blocks_unless_it_says_otherwise() -> None:
    hook(BEFORE)(moderate)
    found = discovered()[-1]
    assert (found.execution, found.priority, found.timeout) == (HookExecution.SYNC, 0, 30.0)


def test_one_function_may_serve_several_triggers() -> None:
    hook(BEFORE)(hook(HookTrigger.BEFORE_DELIVER)(moderate))
    assert [found.trigger for found in discovered()[-2:]] == [HookTrigger.BEFORE_DELIVER, BEFORE]


def test_declarations_can_be_temporary() -> None:
    before = discovered()
    with declared_temporarily():
        hook(BEFORE)(moderate)
    assert discovered() == before


HOOKS_OF_AN_APP = """
from hooks import HookResult, HookTrigger, hook

@hook(HookTrigger.BEFORE_BROADCAST)
async def hook_of_an_app(event, context):
    return HookResult.allow()
"""


@pytest.fixture
def app_with_hooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    package = tmp_path / "site_with_hooks"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "roomkit_hooks.py").write_text(HOOKS_OF_AN_APP)
    monkeypatch.syspath_prepend(tmp_path)
    settings.INSTALLED_APPS = ["hooks", "site_with_hooks"]


@pytest.mark.usefixtures("app_with_hooks")
def test_hooks_of_installed_apps_are_found_once() -> None:
    # The module is imported by whichever comes first, and once only.
    autodiscover()
    hook(BEFORE)(moderate)
    names = [found.name for found in discovered_hooks()]
    assert names[-2:] == ["hook_of_an_app", "moderate"]
    assert names.count("hook_of_an_app") == 1


def test_a_function_declared_twice_is_discovered_once() -> None:
    hook(HookTrigger.ON_TOOL_CALL, name="first")(moderate)
    hook(HookTrigger.ON_REALTIME_TOOL_CALL, name="again")(moderate)
    names = [found.name for found in discovered_hooks() if found.fn is moderate]
    assert names == ["first"]


def problems() -> list[CheckMessage]:
    return check_distinct_hooks(None)


def test_two_hooks_that_cannot_be_told_apart_are_warned_of() -> None:
    hook(BEFORE, name="moderate", priority=5)(moderate)
    hook(BEFORE, name="moderate", priority=5)(audit)
    [problem] = problems()
    assert problem.id == "roomkit_hooks.W016"
    assert "2 hooks on before_broadcast are called 'moderate' and have priority 5" in problem.msg
    assert __name__ in problem.msg
    assert problem.hint


@pytest.mark.parametrize(
    "declare",
    [
        # another trigger
        partial(hook, HookTrigger.BEFORE_DELIVER, name="moderate"),
        # another name
        partial(hook, BEFORE, name="audit"),
        # another priority
        partial(hook, BEFORE, name="moderate", priority=1),
    ],
)
def test_hooks_that_differ_are_not_warned_of(declare: Callable[[], Callable[..., object]]) -> None:
    hook(BEFORE, name="moderate")(moderate)
    declare()(audit)
    assert problems() == []


@pytest.mark.django_db  # some of Django's own checks ask the database
def test_the_warning_is_part_of_the_system_check() -> None:
    hook(BEFORE, name="same")(moderate)
    hook(BEFORE, name="same")(audit)
    assert "roomkit_hooks.W016" in {problem.id for problem in run_checks()}
