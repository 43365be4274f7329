"""The contract of `ConversationStore` as tests, for any store."""

from importlib import import_module
from types import ModuleType

import pytest

from rooms.testing.store_cases import CASES


@pytest.mark.asyncio
class StoreSuite:
    """Everything the pipeline relies on; subclass it and give a fixture `store`.

    Each test asks for the fixture `store`: an empty `ConversationStore`, made anew. It may be an
    async fixture of the subclass or of its module::

        class TestMyStore(StoreSuite):
            @pytest_asyncio.fixture
            async def store(self) -> AsyncIterator[ConversationStore]:
                store = MyStore()
                yield store
                await store.close()
    """


def _adopt(cases: ModuleType) -> None:
    """Make a module's tests static methods of the suite.

    Raises:
        TypeError: If the suite has a test of that name, which would hide one of the two.
    """
    for name, case in vars(cases).items():
        if not name.startswith("test_"):
            continue
        if hasattr(StoreSuite, name):
            raise TypeError(f"{cases.__name__} repeats the case {name}: give it its own name")
        setattr(StoreSuite, name, staticmethod(case))


for _module in CASES:
    _adopt(import_module(_module))
