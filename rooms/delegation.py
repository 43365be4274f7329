"""One line a verb: a facade method that is a collaborator's method."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

C = TypeVar("C")
P = ParamSpec("P")
R = TypeVar("R")


class delegated(Generic[C, P, R]):  # noqa: N801 - used like a keyword, as `property` is
    """Make a facade's method out of a collaborator's, with its signature and docstring.

        create_room = delegated(RoomLifecycle.create_room, to="lifecycle")

    When the class is made it replaces itself by a plain function, so that `help()`,
    `inspect.signature` and mocks see an ordinary method.
    """

    def __init__(self, method: Callable[Concatenate[C, P], R], *, to: str) -> None:
        self._method = method
        self._to = to

    def __set_name__(self, owner: type, name: str) -> None:
        setattr(owner, name, _forward(self._method, self._to, name, owner))

    @overload
    def __get__(self, instance: None, owner: type) -> Callable[Concatenate[Any, P], R]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> Callable[P, R]: ...
    def __get__(self, instance: object | None, owner: type) -> Callable[..., R]:
        raise TypeError("delegated() works in a class body only")


def _forward(method: Callable[..., Any], to: str, name: str, owner: type) -> Callable[..., Any]:
    verb = method.__name__

    if inspect.iscoroutinefunction(method):

        @functools.wraps(method)
        async def forward_async(self: object, *args: object, **kwargs: object) -> object:
            return await getattr(getattr(self, to), verb)(*args, **kwargs)

        forward: Callable[..., Any] = forward_async
    else:

        @functools.wraps(method)
        def forward_sync(self: object, *args: object, **kwargs: object) -> object:
            return getattr(getattr(self, to), verb)(*args, **kwargs)

        forward = forward_sync
    forward.__name__ = name
    forward.__qualname__ = f"{owner.__qualname__}.{name}"
    return forward
