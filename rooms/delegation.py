"""One line a verb or part of the facade: whose it really is."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from rooms.pipeline.parts import Parts

C = TypeVar("C")
T = TypeVar("T")
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


class owned(Generic[T]):  # noqa: N801 - used like a keyword, as `property` is
    """Make a read-only property of the facade out of something it is made of.

        store = owned(lambda parts: parts.store, "Where rooms are kept.")

    When the class is made it replaces itself by a plain property.
    """

    def __init__(self, read: Callable[[Parts], T], doc: str) -> None:
        self._read = read
        self._doc = doc

    def __set_name__(self, owner: type, name: str) -> None:
        setattr(owner, name, property(lambda kit: self._read(kit.pipeline.parts), doc=self._doc))

    @overload
    def __get__(self, instance: None, owner: type) -> property: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> T | property:
        raise TypeError("owned() works in a class body only")


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
