"""The contract of `AIStore` as tests, for any store."""

from importlib import import_module
from types import ModuleType

import pytest

from channels_app.testing.ai_store_cases import CASES


@pytest.mark.asyncio
class AIStoreSuite:
    """Everything agents rely on; subclass it and give a fixture `store`.

    Each test asks for the fixture `store`: an empty `AIStore`, made anew, beside rooms that have
    the rooms `ROOM` and `OTHER_ROOM` of `channels_app.testing.ai_values`.
    """


def _adopt(suite: type, cases: ModuleType) -> None:
    """Make a module's tests static methods of a suite.

    Raises:
        TypeError: If the suite has a test of that name, which would hide one of the two.
    """
    for name, case in vars(cases).items():
        if not name.startswith("test_"):
            continue
        if hasattr(suite, name):
            raise TypeError(f"{cases.__name__} repeats the case {name}: give it its own name")
        setattr(suite, name, staticmethod(case))


for _module in CASES:
    _adopt(AIStoreSuite, import_module(_module))
