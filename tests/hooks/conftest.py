"""What the tests of the hook engine share."""

from collections.abc import Awaitable, Callable, Iterator

import pytest

from hooks.decorators import declared_temporarily
from hooks.engine import HookEngine
from hooks.registration import HookFn, HookRegistration
from hooks.results import HookResult
from hooks.triggers import HookExecution, HookTrigger

Hook = Callable[[object, object], Awaitable[object]]


@pytest.fixture
def engine() -> HookEngine:
    return HookEngine()


@pytest.fixture
def add(engine: HookEngine) -> Callable[..., None]:
    """Register functions, by default as blocking hooks of BEFORE_BROADCAST."""

    def add(*fns: HookFn, **options: object) -> None:
        for fn in fns:
            fields = {
                "trigger": HookTrigger.BEFORE_BROADCAST,
                "execution": HookExecution.SYNC,
                "fn": fn,
            }
            engine.register(HookRegistration(**(fields | options)))  # type: ignore[arg-type]

    return add


@pytest.fixture
def calls() -> list[tuple[str, object]]:
    """Filled by the hooks of `noting`: who was called, and with which payload."""
    return []


@pytest.fixture
def noting(calls: list[tuple[str, object]]) -> Callable[..., Hook]:
    """Make hooks that note their calls and return what they were told to."""

    def noting(name: str, answer: object = None) -> Hook:
        async def noted(event: object, context: object) -> object:
            calls.append((name, event))
            return HookResult.allow() if answer is None else answer

        noted.__name__ = name
        return noted

    return noting


@pytest.fixture
def declaring() -> Iterator[None]:
    """Let a test declare hooks without leaving them to the next."""
    with declared_temporarily():
        yield
