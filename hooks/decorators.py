"""`@hook`: declare a hook where it is written, for every room and every kit of the site."""

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from typing import TypeVar

from hooks.registration import HookFn, HookRegistration
from hooks.triggers import HookExecution, HookTrigger

F = TypeVar("F", bound=HookFn)

_declared: list[HookRegistration] = []


def hook(  # noqa: PLR0913, PLR0917 - the promised signature
    trigger: HookTrigger,
    execution: HookExecution = HookExecution.SYNC,
    priority: int = 0,
    name: str = "",
    timeout: float = 30.0,
    channel_types: AbstractSet[str] | None = None,
    channel_ids: AbstractSet[str] | None = None,
    directions: AbstractSet[str] | None = None,
    *,
    guards_output: bool = False,
) -> Callable[[F], F]:
    """Declare the decorated coroutine function a hook, and leave it as it is.

    Meant for a `roomkit_hooks.py` inside an installed app, which is found by itself.

    Args:
        trigger: When it runs.
        execution: SYNC to block and modify, where the trigger allows it; ASYNC to observe.
        priority: Hooks run by ascending priority, equal ones in the order of declaration.
        name: What it is called in logs and in `blocked_by`; the function's name if empty.
        timeout: In seconds, above 0.
        channel_types: Run only for events from channels of these types.
        channel_ids: Run only for events from these channels.
        directions: Run only for `inbound` or `outbound` events.
        guards_output: Hold back AI output until this hook has seen all of it.

    Raises:
        TypeError: If the function is not a coroutine function, or a filter is a string.
        ValueError: If the timeout is not positive or the trigger is unknown.
    """

    def declare(fn: F) -> F:
        _declared.append(
            HookRegistration(
                trigger=trigger,
                execution=execution,
                fn=fn,
                priority=priority,
                name=name,
                timeout=timeout,
                channel_types=channel_types,
                channel_ids=channel_ids,
                directions=directions,
                guards_output=guards_output,
            )
        )
        return fn

    return declare


def discovered() -> tuple[HookRegistration, ...]:
    """Return all hooks declared with `@hook` in the modules imported so far."""
    return tuple(_declared)


@contextmanager
def declared_temporarily() -> Iterator[None]:
    """Forget, on leaving the block, the hooks declared inside it. For tests."""
    before = list(_declared)
    try:
        yield
    finally:
        _declared[:] = before
