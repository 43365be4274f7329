"""The state of one process passes the contract."""

import pytest

from rooms.shared.local import LocalSharedState
from rooms.testing.shared_state_suite import SharedStateSuite


class TestLocalSharedState(SharedStateSuite):
    """The shared contract."""

    @pytest.fixture
    def shared(self) -> LocalSharedState:
        return LocalSharedState()

    @pytest.fixture
    def peer(self, shared: LocalSharedState) -> LocalSharedState:
        return shared
