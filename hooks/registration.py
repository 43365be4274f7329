"""One hook: the function, when it runs, and which payloads concern it."""

import inspect
from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeAlias, runtime_checkable

from hooks.triggers import HookExecution, HookTrigger

# Triggers differ in their arguments (identity hooks take three), hence the ellipsis.
HookFn: TypeAlias = Callable[..., Awaitable[object]]


@runtime_checkable
class PayloadSource(Protocol):
    """Where a payload came from: what the filters of a hook look at."""

    @property
    def channel_type(self) -> str:
        """Type of the channel, for instance `sms`."""

    @property
    def channel_id(self) -> str:
        """Id of the channel."""

    @property
    def direction(self) -> str:
        """`inbound` or `outbound`."""


@runtime_checkable
class SourcedPayload(Protocol):
    """A payload that says where it came from."""

    @property
    def source(self) -> object:
        """The source; filters apply when it is a `PayloadSource`."""


@dataclass(frozen=True, eq=False)
class HookRegistration:
    """A hook as the engine keeps it.

    Hooks run by ascending `priority`; equal ones in the order of their registration.
    `timeout` is in seconds. The filters are ANDed and None means any. `guards_output`
    says that AI output must be held back until this hook has seen all of it.

    Raises:
        TypeError: If `fn` is not a coroutine function, or a filter is a plain string.
        ValueError: If the timeout is not positive or the trigger is unknown.
    """

    trigger: HookTrigger
    execution: HookExecution
    fn: HookFn
    priority: int = 0
    name: str = ""
    timeout: float = 30.0
    channel_types: AbstractSet[str] | None = None
    channel_ids: AbstractSet[str] | None = None
    directions: AbstractSet[str] | None = None
    guards_output: bool = False

    def __post_init__(self) -> None:
        """Refuse what could not run, and fill in the name."""
        object.__setattr__(self, "trigger", HookTrigger(self.trigger))
        object.__setattr__(self, "execution", HookExecution(self.execution))
        object.__setattr__(self, "name", self.name or _name_of(self.fn))
        if not _is_async(self.fn):
            raise TypeError(
                f"Hook {self.name!r} on {self.trigger} is not a coroutine function; "
                "write it with `async def`."
            )
        if not self.timeout > 0:
            raise ValueError(
                f"Hook {self.name!r} on {self.trigger} has a timeout of {self.timeout} s; "
                "give a number of seconds above 0."
            )
        for field in ("channel_types", "channel_ids", "directions"):
            object.__setattr__(self, field, self._frozen(field))

    def _frozen(self, field: str) -> frozenset[str] | None:
        allowed: AbstractSet[str] | None = getattr(self, field)
        if isinstance(allowed, str):
            raise TypeError(
                f"Hook {self.name!r} on {self.trigger} has {field}={allowed!r}; "
                f"give a set, such as {{{allowed!r}}}."
            )
        return None if allowed is None else frozenset(allowed)

    def matches(self, payload: object) -> bool:
        """Tell whether the filters let `payload` through.

        A payload without a source of its own, such as a transcript, always passes.
        """
        if self.channel_types is None and self.channel_ids is None and self.directions is None:
            return True
        source = payload.source if isinstance(payload, SourcedPayload) else None
        if not isinstance(source, PayloadSource):
            return True
        return (
            _admits(self.channel_types, source.channel_type)
            and _admits(self.channel_ids, source.channel_id)
            and _admits(self.directions, source.direction)
        )


def _admits(allowed: AbstractSet[str] | None, value: str) -> bool:
    return allowed is None or value in allowed


def _plain(fn: object) -> object:
    """Return the function inside nested `functools.partial` objects."""
    while isinstance(fn, partial):
        fn = fn.func
    return fn


def _name_of(fn: object) -> str:
    plain = _plain(fn)
    return str(getattr(plain, "__name__", type(plain).__name__))


def _is_async(fn: object) -> bool:
    plain = _plain(fn)
    if inspect.iscoroutinefunction(plain):
        return True
    # The type's own method: an object with an async `__call__` passes, its class does not.
    return callable(plain) and inspect.iscoroutinefunction(type(plain).__call__)
