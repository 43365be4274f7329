"""The contract of `ConversationStore` as tests, for any store."""

from importlib import import_module
from types import ModuleType

import pytest

from rooms.testing.store_cases import CASES, ROOM_LANE_CASES


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


@pytest.mark.asyncio
class RoomLaneSuite:
    """What a store made with the lane scope `room` promises; used like `StoreSuite`."""


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
    _adopt(StoreSuite, import_module(_module))
for _module in ROOM_LANE_CASES:
    _adopt(RoomLaneSuite, import_module(_module))
