"""Reads the tables of what is promised: names, parameters and their defaults."""

import ast
import inspect
from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel


class Promised(NamedTuple):
    """One parameter; `default` is `REQUIRED` or `SOME` where it is not a literal."""

    name: str
    default: Any
    by_name_only: bool = False


REQUIRED, SOME = inspect.Parameter.empty, ...


def read(line: str) -> tuple[str, bool, list[Promised]]:
    """Return the name, whether it is async, and the parameters of a line of the tables."""
    is_async = line.startswith("async ")
    head = "async def" if is_async else "def"
    (function,) = ast.parse(f"{head} {line.removeprefix('async ')}: ...").body
    assert isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
    return function.name, is_async, list(parameters_of(function.args))


def parameters_of(args: ast.arguments) -> Iterator[Promised]:
    missing = len(args.args) - len(args.defaults)
    for number, each in enumerate(args.args):
        has_default = number >= missing
        default = ast.literal_eval(args.defaults[number - missing]) if has_default else REQUIRED
        yield Promised(each.arg, default)
    for each, node in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        yield Promised(each.arg, REQUIRED if node is None else ast.literal_eval(node), True)


def broken(promised: list[Promised], ours: list[inspect.Parameter]) -> list[str]:
    """Return what does not hold."""
    known = {each.name: each for each in ours}
    wrong = []
    for number, each in enumerate(promised):
        found = known.get(each.name)
        if found is None:
            wrong.append(f"{each.name} is missing")
        elif each.default is not SOME and found.default != each.default:
            wrong.append(f"{each.name} is {found.default!r} by default, not {each.default!r}")
        elif not each.by_name_only and ours[number] is not found:
            wrong.append(f"{each.name} is not at place {number}")
    names = {each.name for each in promised}
    more = [each for each in ours if each.name not in names and each.default is REQUIRED]
    return [*wrong, *(f"{each.name} has no default" for each in more if not is_open(each))]


def is_open(parameter: inspect.Parameter) -> bool:
    return parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)


def lines(table: str) -> list[str]:
    return table.strip().splitlines()


def by_name(line: str) -> str:
    return line.partition("(")[0]


def fields_of(model: type) -> dict[str, Any]:
    """Return the defaults of a value's fields; `REQUIRED` where there is none."""
    if issubclass(model, BaseModel):
        return {
            name: REQUIRED if info.is_required() else info.get_default(call_default_factory=True)
            for name, info in model.model_fields.items()
        }
    return {
        name: SOME if repr(each.default) == "<factory>" else each.default
        for name, each in inspect.signature(model).parameters.items()
    }
