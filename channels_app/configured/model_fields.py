"""What people have to enter for a config: its model's fields, as forms show them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from inspect import getdoc
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

MULTILINE = "multiline"
"""A key of a field's `json_schema_extra`: the text has several lines, such as a PEM file."""

SETTINGS_ONLY = "settings_only"
"""The same: whoever writes the site's settings may set it, but not everybody who makes channels."""

ACRONYMS = frozenset({"api", "html", "id", "pem", "rcs", "sid", "tls", "url", "verp", "waba"})
LISTS = (list, tuple, set, frozenset)
SCALARS = {bool: "bool", int: "int", float: "float", str: "text", SecretStr: "text"}
_ATTRIBUTE = re.compile(r"^    (\w+): (.+(?:\n {6,}.+)*)", re.MULTILINE)


class Shape(StrEnum):
    """How a value is entered; LINES is one value a line."""

    TEXT = "text"
    BOOL = "bool"
    INT = "int"
    FLOAT = "float"
    CHOICE = "choice"
    LINES = "lines"
    JSON = "json"


@dataclass(frozen=True)
class ModelField:
    """One field of a config.

    Attributes:
        default: What it is if nothing is entered; None also for fields that have none.
        is_secret: Whether it is encrypted and never shown again.
        is_prominent: Whether most people have to enter it: it is needed, it is a secret, or its
            description tells where to find it.
    """

    name: str
    label: str
    help: str
    shape: Shape
    is_required: bool
    is_secret: bool
    is_prominent: bool
    default: object = None
    choices: tuple[str, ...] = ()
    is_multiline: bool = False


@cache
def list_fields(model: type[BaseModel]) -> tuple[ModelField, ...]:
    """Return a model's fields in the order of its class."""
    described = _described(model)
    return tuple(
        _read(name, field, described.get(name, ""))
        for name, field in model.model_fields.items()
        if not _is_marked(field, SETTINGS_ONLY)
    )


def secret_names(model: type[BaseModel]) -> frozenset[str]:
    """Return the names of the fields that are kept encrypted."""
    return frozenset(field.name for field in list_fields(model) if field.is_secret)


def _read(name: str, field: FieldInfo, described: str) -> ModelField:
    annotation = _without_none(field.annotation)
    # What is kept out of texts, such as headers that may hold a token, is kept out of pages.
    is_secret = _holds_secret(annotation) or not field.repr
    return ModelField(
        name=name,
        label=field.title or _label(name),
        # The docstring says what it is, the description where people find it.
        help=" ".join(filter(None, (described, field.description))),
        shape=_shape_of(annotation),
        is_required=field.is_required(),
        is_secret=is_secret,
        is_prominent=field.is_required() or is_secret or bool(field.description),
        default=None if field.default is PydanticUndefined else _plain(field.default),
        choices=tuple(map(str, get_args(annotation))) if _is_choice(annotation) else (),
        is_multiline=_is_marked(field, MULTILINE),
    )


def _is_marked(field: FieldInfo, mark: str) -> bool:
    extra = field.json_schema_extra
    return isinstance(extra, dict) and bool(extra.get(mark))


def _shape_of(annotation: Any) -> Shape:
    if _is_choice(annotation):
        return Shape.CHOICE
    if annotation in SCALARS:
        return Shape(SCALARS[annotation])
    items = [each for each in get_args(annotation) if each is not Ellipsis]
    if get_origin(annotation) in LISTS and items in ([str], [SecretStr]):
        return Shape.LINES
    return Shape.JSON


def _without_none(annotation: Any) -> Any:
    """Return what a value is if there is one, without notes on it."""
    if get_origin(annotation) is Annotated:
        return _without_none(get_args(annotation)[0])
    if get_origin(annotation) in {Union, UnionType}:
        others = [each for each in get_args(annotation) if each is not NoneType]
        return _without_none(others[0]) if len(others) == 1 else annotation
    return annotation


def _is_choice(annotation: Any) -> bool:
    return get_origin(annotation) is Literal and all(
        isinstance(each, str) for each in get_args(annotation)
    )


def _holds_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(map(_holds_secret, get_args(annotation)))


def _plain(default: object) -> object:
    """Return a default as JSON has it; a secret one is not shown."""
    if isinstance(default, SecretStr):
        return None
    return list(default) if isinstance(default, LISTS) else default


def _label(name: str) -> str:
    words = [word.upper() if word in ACRONYMS else word for word in name.split("_")]
    return f"{words[0][0].upper()}{words[0][1:]} {' '.join(words[1:])}".strip()


def _described(model: type[BaseModel]) -> dict[str, str]:
    """Return what docstrings say of the fields, those of a base class included."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if issubclass(each, BaseModel) and each is not BaseModel:
            found |= _attributes_of(getdoc(each) or "")
    return found


def _attributes_of(text: str) -> dict[str, str]:
    return dict(_entries(text))


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """Yield (name, sentence) of the sections in which fields or arguments are described."""
    for section in re.split(r"^(?=\w+:$)", text, flags=re.MULTILINE):
        if section.startswith(("Attributes:", "Args:")):
            for name, words in _ATTRIBUTE.findall(section):
                yield name, " ".join(words.replace("`", "").split())
