import ast
import subprocess
import sys
from pathlib import Path

import pytest

import hooks

PROMISED = [
    "HookEngine",
    "HookExecution",
    "HookRegistration",
    "HookResult",
    "HookTrigger",
    "InjectedEvent",
    "Observation",
    "Task",
    "TaskStatus",
    "hook",
]


def names_for_type_checkers() -> dict[str, str]:
    """Read the imports of the `if TYPE_CHECKING` block: name to module."""
    tree = ast.parse(Path(hooks.__file__).read_text())
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    return {
        alias.name: str(node.module)
        for node in guarded.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname == alias.name
    }


def test_the_promised_names_are_exported() -> None:
    assert hooks.__all__ == PROMISED


def test_all_ways_of_seeing_the_names_agree() -> None:
    assert names_for_type_checkers() == vars(hooks)["_DEFINED_IN"]
    assert sorted(names_for_type_checkers()) == hooks.__all__
    assert set(hooks.__all__) <= set(dir(hooks))


@pytest.mark.parametrize("name", PROMISED)
def test_each_name_comes_from_where_it_is_defined(name: str) -> None:
    assert getattr(hooks, name).__module__ == names_for_type_checkers()[name]


def test_a_misspelt_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="HookResutl"):
        hooks.HookResutl  # type: ignore[attr-defined]  # noqa: B018


WITHOUT_DJANGO = """
import sys
from hooks import *
import hooks.engine, hooks.registry, hooks.decorators
loaded = [name for name in sys.modules if name.split(".")[0] in ("django", "channels", "ninja")]
assert not loaded, loaded
"""


def test_the_engine_loads_without_django() -> None:
    subprocess.run(
        [sys.executable, "-c", WITHOUT_DJANGO], check=True, cwd=Path(hooks.__file__).parents[1]
    )
